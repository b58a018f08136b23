/** What a task waits for by itself: a condition before it begins, its first work after that. */
import type { Duration } from '../plan/duration.js';
import type { JsonObject, Kind, Status } from '../plan/types.js';
import type { Ended, TaskContext } from './types.js';

/** In place of a tick every few minutes (O-26): the day is settled by the first look that finds work, or by the last that does not. */
export interface Recheck {
  /** Pause between the end of one look and the next. `'1 second'` to `'1 day'`. */
  every: Duration;
  /**
   * Time of the last look, in the chain's zone: on the slot's date, `'23:00'`, or later, `'02:00 +1d'`. Where it has passed when
   * the run begins, as in a backfill, there is one look.
   */
  until: string;
}

/** `true` lets the body begin. What else there is comes from `ctx.skip` and `ctx.postpone`. */
export type ConditionAnswer = true | Ended | Postponed;

/** Asked again later: what `ctx.postpone` returns. */
export interface Postponed {
  readonly postponed: Duration;
  readonly reason: string;
}

/** Another run, as the server knows it. */
export interface RunFound {
  /** `absent`: no such run is known. `pending`: it is open. */
  status: Status | 'absent';
  kind: Kind | null;
  reason: string | null;
  output: JsonObject;
  /** When it ended; null while it is open, or where there is none. */
  finished: Date | null;
}

/**
 * What a condition is handed. It only looks: it is asked without the task's lock, before the body, and again after each
 * postponement or wait for the lock. Once it has said `true` and the body has begun, retries of that do not ask again. An error it
 * throws uses an attempt up, as the body's does. `ctx.skip` ends the run as `condition_not_met`, settled unless told otherwise.
 */
export interface ConditionContext<P = unknown> extends Omit<
  TaskContext<P>,
  'checkpoint' | 'fence' | 'forEach' | 'heartbeat' | 'noWork'
> {
  /** The server's time now. */
  readonly now: Date;
  /** Zone of the chain, or of the task's own schedule. */
  readonly timezone: string;
  /** Asks again after this long: one second to a day. */
  postpone(wait: Duration, reason?: string): Postponed;
  /** The run of a task of this project for a date (default: this run's) or another run key. */
  runOf(task: string, runKey?: string): Promise<RunFound>;
}
