/** A lock while its holder works: renewed in time, given up in words when it is lost or nobody can tell. */
import { LockStoreUnreachable } from '../lock/errors.js';
import { type LockName, renewalPeriodMs } from '../lock/protocol.js';
import type { LockStore } from '../lock/redis-store.js';
import type { StopSwitch } from './stop.js';

/** How soon a renewal without an answer is tried again. Milliseconds. */
const RENEW_AGAIN_MS = 500;

export interface HeldLock extends LockName {
  value: string;
  fence: number;
}

/**
 * Renews the lock every min(TTL / 3, heartbeat timeout / 2). Another's value stops the attempt at once; no answer is
 * tried again, and stops it when one renewal period of the TTL is left, so that no one runs under a lock that may be gone.
 * @returns a function that ends the renewing and resolves when none is under way any more
 */
export function keepRenewed(store: LockStore, lock: HeldLock, heartbeatMs: number, stop: StopSwitch): () => Promise<void> {
  const periodMs = renewalPeriodMs(store.ttlMs, heartbeatMs);
  let renewedAt = performance.now();
  let ended = false;
  let underWay: Promise<void> = Promise.resolve();
  let timer = setTimeout(renew, periodMs);

  function renew(): void {
    underWay = renewOnce().then((again) => {
      if (!ended && again !== null) timer = setTimeout(renew, again);
    });
  }

  /** Milliseconds until the next renewal, null if there is nothing left to renew. */
  async function renewOnce(): Promise<number | null> {
    const asked = performance.now();
    try {
      const renewed = await store.renew(lock);
      if (typeof renewed === 'object') {
        const holder = renewed.lost === null ? 'somebody who is gone again' : renewed.lost;
        stop.stop('lock_lost', `lost the lock lock:${lock.task}:${lock.scope} to ${holder}`);
        return null;
      }
      renewedAt = asked;
      return periodMs;
    } catch (error) {
      const left = renewedAt + store.ttlMs - periodMs - performance.now();
      if (left > 0 && error instanceof LockStoreUnreachable) return Math.min(RENEW_AGAIN_MS, left);
      stop.stop('lock_unreachable', error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  return async () => {
    ended = true;
    clearTimeout(timer);
    await underWay;
  };
}
