/** A task's own waits: when a look that found nothing is repeated, and when that is over. */
import { ApplicationFailure } from '@temporalio/common';
import { durationMs } from '../plan/duration.js';
import { DAY } from '../plan/limits.js';
import type { AttemptInput, AttemptWaits, LocalTime, LookedInVain } from '../plan/types.js';
import { addDays } from '../time/dates.js';
import { epochMs, wallClock } from '../time/zones.js';
import type { Trace } from './trace.js';
import type { Verdict } from './verdict.js';

/** Longest postponement where nothing else ends it. Milliseconds. */
const PATIENCE_MS = DAY;

export interface LookAgain {
  is: 'look_again';
  what: LookedInVain;
  reason: string;
  /** Milliseconds. */
  inMs: number;
}

export type Waited = Exclude<Verdict, { is: 'postponed' }> | LookAgain;

/** How long a run of this task waits. `now` in epoch milliseconds by the server's clock. */
export function waited(verdict: Verdict, input: Pick<AttemptInput, 'date' | 'waits'>, now: number): Waited {
  const { waits } = input;
  if (verdict.is === 'postponed') return postponed(verdict, waits!, input.date, now);
  if (waits === undefined) return verdict;
  const noWork = verdict.is === 'ending' && verdict.ending.kind === 'no_work';
  if (!noWork || waits.asks || waits.recheck === undefined) return verdict;
  const left = instantOf(waits.recheck.until, input.date, waits.timezone).at - now;
  if (left <= 0) return verdict;
  const reason = verdict.ending.reason ?? 'no work';
  return { is: 'look_again', what: 'waiting_for_work', reason, inMs: Math.min(waits.recheck.everyMs, left) };
}

function postponed(
  { reason, forMs }: Extract<Verdict, { is: 'postponed' }>,
  { condition, since, timezone }: AttemptWaits,
  date: string,
  now: number,
): Waited {
  const said = condition?.until ? instantOf(condition.until, date, timezone) : null;
  // Begun after that time, as a catch-up or a backfill: it is late, and has the patience of a run that says nothing.
  const until = said !== null && said.at > since ? said : null;
  const left = (until?.at ?? since + PATIENCE_MS) - now;
  if (left > 0) return { is: 'look_again', what: 'postponed', reason, inMs: Math.min(forMs, left) };
  const how = until === null ? 'for 24 h' : `until ${until.text}`;
  const ending = { status: 'failed', kind: 'deadline', reason: `postponed ${how}: ${reason}`, settled: false } as const;
  return { is: 'ending', ending };
}

function instantOf({ time, days }: LocalTime, date: string, timezone: string): { at: number; text: string } {
  const on = addDays(date, days);
  const text = `${time} on ${on.slice(0, 4)}-${on.slice(4, 6)}-${on.slice(6)}, ${timezone}`;
  return { at: epochMs(wallClock(on, time, timezone)), text };
}

/** What has the server try the activity again after so long. Its trace says that no attempt was used. */
export function lookAgain({ what, reason, inMs }: LookAgain, trace: Trace): ApplicationFailure {
  trace.looks++;
  // A heartbeat just before a throw does arrive.
  trace.send();
  const nextRetryDelay = Math.max(1, Math.round(inMs));
  return ApplicationFailure.create({
    type: what,
    message: reason,
    category: 'BENIGN',
    nextRetryDelay,
    details: [trace.toJson()],
  });
}

/** The bounds the server keeps for other activities. `attempt` is the one that failed, counted as the task counts. */
export function boundedRetry(
  { retry }: AttemptWaits,
  attempt: number,
  failure: { nonRetryable: boolean; nextRetryDelay?: number },
): { nonRetryable: boolean; nextRetryDelay?: number } {
  if (failure.nonRetryable || attempt >= retry.maximumAttempts) return { nonRetryable: true };
  const grown = retry.retryDelayMs * retry.retryBackoff ** (attempt - 1);
  return {
    nonRetryable: false,
    nextRetryDelay: failure.nextRetryDelay ?? Math.max(1, Math.min(grown, retry.retryMaximumDelayMs)),
  };
}

/** The end of a run whose last attempt died with its worker: the server does not count for an activity that looks again. */
export function lostTooOften(trace: Trace): ApplicationFailure {
  const message = 'the worker was lost in the last attempt';
  return ApplicationFailure.create({ type: 'timed_out', message, nonRetryable: true, details: [trace.toJson()] });
}

/** Milliseconds of a postponement. @throws RangeError for none, and for less than a second or more than a day */
export function postponementMs(wait: unknown): number {
  const ms = typeof wait === 'string' ? durationMs(wait) : NaN;
  if (ms >= 1_000 && ms <= DAY) return ms;
  throw new RangeError(`ctx.postpone(${JSON.stringify(wait)}): a condition is postponed by "1 second" to "1 day"`);
}
