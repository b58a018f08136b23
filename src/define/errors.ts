/**
 * Errors a task throws on purpose. The class says what becomes of the attempt.
 * They are recognised by `fate`, not by identity, so that a second copy of this package in a task's folder still counts.
 */
import type { Duration } from '../plan/duration.js';

export type Fate = 'retry' | 'give_up';

/** Something went wrong; the next attempt may do better. Anything else that is thrown counts as one of these. */
export class TaskError extends Error {
  override name = 'TaskError';
  readonly fate: Fate = 'retry';
}

/** Something is wrong that no further attempt can mend: the run fails at once. */
export class PermanentError extends Error {
  override name = 'PermanentError';
  readonly fate: Fate = 'give_up';
}

/** A call's arguments are no JSON, or do not fit the retryable: nothing was run. */
export class ArgumentsRefused extends PermanentError {
  override name = 'ArgumentsRefused';

  constructor(
    retryable: string,
    /** Each with its path. */
    readonly problems: readonly string[],
  ) {
    super(`${retryable} was not run, its arguments are refused: ${problems.join('; ')}`);
  }
}

/** A call that nothing remembers: Temporal could not be reached, or refused it. */
export class CallNotKept extends TaskError {
  override name = 'CallNotKept';

  /** `failure`: what the function itself threw; undefined where it was to be kept before it ran. */
  constructor(
    retryable: string,
    readonly failure: unknown,
    why: string,
    options: ErrorOptions,
  ) {
    const failed = failure === undefined ? '' : `failed (${failure instanceof Error ? failure.message : 'no Error'}) and `;
    super(`${retryable} ${failed}could not be kept for another try, so nothing remembers this call: ${why}`, options);
  }
}

/** A shared lock was held by another for as long as was to be waited. */
export class LockNotFree extends TaskError {
  override name = 'LockNotFree';

  constructor(lock: string, why: string) {
    super(`the lock "${lock}" was not free: ${why}`);
  }
}

/** Try again, but not before this much time has passed: `new RetryAfter('10 minutes', 'rate limited')`. */
export class RetryAfter extends TaskError {
  override name = 'RetryAfter';
  readonly delay: Duration;

  constructor(delay: Duration, message = `asked to be tried again after ${delay}`, options?: ErrorOptions) {
    super(message, options);
    this.delay = delay;
  }
}

/** A provider's limit was used up for as long as was to be waited. The next attempt begins when a turn may be free. */
export class RateLimitReached extends RetryAfter {
  override name = 'RateLimitReached';

  constructor(rate: string, limit: number, per: Duration, waitMs: number) {
    super(`${waitMs} milliseconds`, `the limit "${rate}", ${limit} in ${per}, is used up; the next turn is ${waitMs} ms away`);
  }
}
