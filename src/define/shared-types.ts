/** What tasks share with other tasks and workers: named locks, and how often a provider may be called. */
import type { Duration } from '../plan/duration.js';

export interface SharedLockOptions {
  /**
   * How long the lock outlives a worker that dies with it, in whole seconds, from `'2 seconds'` to `'1 day'`. Default `'1 minute'`.
   * It is renewed while the work goes on, however long that is.
   */
  ttl?: Duration;
  /** How long to wait while another holds it; the attempt's time-out goes on meanwhile. `0` not at all. Default `'5 minutes'`. */
  wait?: Duration | 0;
}

/** A shared lock while its work goes on. */
export interface SharedLockHeld {
  /** A number that only grows per lock: a resource that remembers the highest can refuse an old holder. */
  readonly fence: number;
  /** Aborted when the lock is lost, or the attempt told to stop. */
  readonly signal: AbortSignal;
}

export interface RateLimit {
  /** Calls allowed in any stretch of time as long as `per`. 1 to 10,000. */
  limit: number;
  /** `'1 second'` to `'1 day'`. */
  per: Duration;
  /** How long to wait for a turn; the attempt's time-out goes on meanwhile. `0` not at all. Default `'5 minutes'`. */
  wait?: Duration | 0;
}
