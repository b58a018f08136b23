/** Keeps a batch's rows while work on them goes on, and tells the work of a row that is no longer the batch's. */
import { TaskError } from '../../define/errors.js';
import type { ClaimedRow } from './marks.js';

/** Another consumer may have the row by now. What this one does with it is not written. */
export class LeaseLost extends TaskError {
  override name = 'LeaseLost';
}

export interface Lease {
  /** Watches over a row until the function that is returned is called. `lost` is called at most once, with a LeaseLost. */
  watch(claimed: ClaimedRow, lost: (reason: LeaseLost) => void): () => void;
  /** Renews no more. A renewal that is under way is not waited for: it changes no row that was handed back. */
  end(): void;
}

/**
 * Renews every third of the lease.
 * @param claimedAt when the rows were claimed, by performance.now()
 * @param renew answers the fences of the rows that are still the batch's, by key
 */
export function keepLease(leaseMs: number, claimedAt: number, renew: () => Promise<Map<string, number>>): Lease {
  const watched = new Map<ClaimedRow, (reason: LeaseLost) => void>();
  let trouble = 'no answer';
  let over: NodeJS.Timeout;
  let isOver = false;
  let renewedAt = claimedAt;
  let patienceUntil = 0;
  let ended = false;

  const lose = (claimed: ClaimedRow, why: string) => {
    watched.get(claimed)?.(new LeaseLost(`the row ${String(claimed.key)} is no longer this consumer's: ${why}`));
    watched.delete(claimed);
  };
  /** While it lasts nobody else can have the rows. Its end does not depend on a renewal that may never answer. */
  const lasts = (since: number) => {
    // An answer that was given up may come after that of a later renewal.
    renewedAt = Math.max(renewedAt, since);
    clearTimeout(over);
    isOver = false;
    over = setTimeout(
      () => {
        isOver = true;
        for (const claimed of [...watched.keys()]) lose(claimed, `the lease could not be renewed: ${trouble}`);
      },
      renewedAt + leaseMs - performance.now(),
    );
  };
  const renewOnce = async () => {
    const before = [...watched.keys()];
    const askedAt = performance.now();
    // One that hangs is given up after a lease's time: no two are under way before that, and it is not the last.
    patienceUntil = askedAt + leaseMs;
    try {
      const kept = await renew();
      if (ended) return;
      lasts(askedAt);
      for (const claimed of before) {
        if (kept.get(String(claimed.key)) !== claimed.fence) lose(claimed, 'its lease ran out, and it was claimed anew');
      }
    } catch (error) {
      // Tried again.
      trouble = (error as Error).message;
    }
    patienceUntil = 0;
  };
  lasts(claimedAt);
  const renewals = setInterval(() => {
    if (performance.now() >= patienceUntil) void renewOnce();
  }, leaseMs / 3);

  return {
    watch(claimed, lost) {
      watched.set(claimed, lost);
      // What begins its row has written a lease of its own.
      if (isOver) lasts(performance.now());
      return () => void watched.delete(claimed);
    },
    end() {
      ended = true;
      clearInterval(renewals);
      clearTimeout(over);
    },
  };
}
