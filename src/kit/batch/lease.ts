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
  /** Renews no more. A renewal that is under way is waited for. */
  end(): Promise<void>;
}

/** Renews every third of the lease. @param renew answers the fences of the rows that are still the batch's, by key */
export function keepLease(leaseMs: number, renew: () => Promise<Map<string, number>>): Lease {
  const watched = new Map<ClaimedRow, (reason: LeaseLost) => void>();
  let renewedAt = performance.now();
  let timer: NodeJS.Timeout;
  let renewing: Promise<void> = Promise.resolve();
  let ended = false;

  const lose = (claimed: ClaimedRow, why: string) => {
    watched.get(claimed)?.(new LeaseLost(`the row ${String(claimed.key)} is no longer this consumer's: ${why}`));
    watched.delete(claimed);
  };
  const renewOnce = async () => {
    const before = [...watched.keys()];
    const askedAt = performance.now();
    try {
      const kept = await renew();
      renewedAt = askedAt;
      for (const claimed of before) {
        if (kept.get(String(claimed.key)) !== claimed.fence) lose(claimed, 'its lease ran out, and it was claimed anew');
      }
    } catch (error) {
      // Tried again. While the lease lasts nobody else can have the rows.
      if (performance.now() - renewedAt < leaseMs) return;
      for (const claimed of before) lose(claimed, `the lease could not be renewed: ${(error as Error).message}`);
    }
  };
  const later = () => {
    timer = setTimeout(() => {
      renewing = renewOnce().then(() => {
        if (!ended) later();
      });
    }, leaseMs / 3);
  };
  later();

  return {
    watch(claimed, lost) {
      watched.set(claimed, lost);
      return () => void watched.delete(claimed);
    },
    async end() {
      ended = true;
      clearTimeout(timer);
      await renewing;
    },
  };
}
