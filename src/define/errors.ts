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

/** Try again, but not before this much time has passed: `new RetryAfter('10 minutes', 'rate limited')`. */
export class RetryAfter extends TaskError {
  override name = 'RetryAfter';
  readonly delay: Duration;

  constructor(delay: Duration, message = `asked to be tried again after ${delay}`, options?: ErrorOptions) {
    super(message, options);
    this.delay = delay;
  }
}
