/** What the end of a body means for its run. Pure. */
import type { Ended, JsonObject } from '../define/types.js';
import { durationMs, durationText } from '../plan/duration.js';
import { MAX_OUTPUT_BYTES, cut } from '../plan/limits.js';
import type { Ending } from '../plan/results.js';
import type { BodyEnd } from './body.js';
import { STOP_PATIENCE_MS, type StopRequested } from './stop.js';

export type Verdict =
  | { is: 'ending'; ending: Ending }
  | { is: 'failure'; error: unknown }
  | { is: 'handed_back' | 'lock_unreachable'; detail: string }
  /** Only of a condition. */
  | { is: 'condition_met' }
  | { is: 'postponed'; reason: string; forMs: number }
  | { is: 'cancelled' };

/** A failure's type where it is not the body's own error. */
export class AttemptFailure extends Error {
  constructor(
    readonly kind: 'timed_out' | 'output_too_large' | 'error',
    message: string,
    readonly final: boolean,
  ) {
    super(message);
  }
}

/**
 * Judges a body's end. `meaning` says what its return means.
 * A body that was told to stop may return early with half its work done, and nothing tells that from a whole one.
 * So its return counts only if it never looked at its signal: then it cannot have known.
 */
export function endingOf(
  end: BodyEnd,
  stopped: StopRequested | null,
  lookedAtSignal: boolean,
  timeoutMs: number,
  meaning: (returned: unknown) => Verdict = returnedVerdict,
): Verdict {
  if (stopped === null) return end === 'abandoned' ? { is: 'failure', error: new Error('abandoned') } : judge(end, meaning);
  if (stopped.why === 'cancelled') return { is: 'cancelled' };
  if (stopped.why === 'lock_lost') return { is: 'failure', error: stopped };
  const whole = end !== 'abandoned' && 'returned' in end && !lookedAtSignal;
  if (whole) return judge(end, meaning);
  switch (stopped.why) {
    case 'timeout': {
      const still = end === 'abandoned' ? `, and did not stop within ${durationText(STOP_PATIENCE_MS)} of being told to` : '';
      return {
        is: 'failure',
        error: new AttemptFailure('timed_out', `timed out after ${durationText(timeoutMs)}${still}`, false),
      };
    }
    case 'shutdown':
      return { is: 'handed_back', detail: stopped.message };
    case 'lock_unreachable':
      return { is: 'lock_unreachable', detail: stopped.message };
  }
}

function judge(end: Exclude<BodyEnd, 'abandoned'>, meaning: (returned: unknown) => Verdict): Verdict {
  if ('threw' in end) return { is: 'failure', error: end.threw };
  try {
    return meaning(end.returned);
  } catch (error) {
    return { is: 'failure', error };
  }
}

/** What the return of a body means. */
function returnedVerdict(returned: unknown): Verdict {
  if (isEnded(returned)) {
    const { ended, reason, settled } = returned;
    return { is: 'ending', ending: { status: 'skipped', kind: ended, reason, settled } };
  }
  return { is: 'ending', ending: { status: 'success', settled: true, output: outputOf(returned) } };
}

function isEnded(value: unknown): value is Ended {
  return typeof value === 'object' && value !== null && 'ended' in value && 'settled' in value && 'reason' in value;
}

/** What a return comes to in another process: what judges it there finds the same. Throws AttemptFailure, as `endingOf` would. */
export function returnedValue(returned: unknown): unknown {
  if (typeof returned !== 'object' || returned === null) return typeof returned === 'function' ? outputOf(returned) : returned;
  if (Array.isArray(returned)) return [];
  return isEnded(returned) ? JSON.parse(JSON.stringify(returned)) : outputOf(returned);
}

/** The output as JSON. Throws AttemptFailure for what is no JSON object or too large: another attempt would return the same. */
function outputOf(returned: unknown): JsonObject {
  if (returned === undefined) return {};
  const what = Array.isArray(returned) ? 'an array' : returned === null ? 'null' : typeof returned;
  if (typeof returned !== 'object' || returned === null || Array.isArray(returned)) {
    throw new AttemptFailure('error', `run returned ${what}; it returns an object of counters and facts, or nothing`, true);
  }
  let text: string;
  try {
    text = JSON.stringify(returned);
  } catch (error) {
    throw new AttemptFailure(
      'error',
      `what run returned is no JSON: ${error instanceof Error ? error.message : String(error)}`,
      true,
    );
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_OUTPUT_BYTES) {
    const message = `output_too_large: run returned ${bytes} bytes of JSON, at most ${MAX_OUTPUT_BYTES} are kept. Write a file and return its name.`;
    throw new AttemptFailure('output_too_large', message, true);
  }
  return JSON.parse(text) as JsonObject;
}

/** The parts of the ApplicationFailure that tells of a thrown value. */
export interface FailureParts {
  type: string;
  message: string;
  nonRetryable: boolean;
  nextRetryDelay?: number;
  cause?: Error;
}

/** Reads what a body threw. Errors of ours are known by their fate, not their class: a task may have its own copy of this package. */
export function failureOf(thrown: unknown): FailureParts {
  if (thrown instanceof AttemptFailure) return { type: thrown.kind, message: thrown.message, nonRetryable: thrown.final };
  if (!(thrown instanceof Error))
    return { type: 'error', message: cut(`threw ${describe(thrown)}, which is no Error`), nonRetryable: false };
  const { fate, delay } = thrown as { fate?: unknown; delay?: unknown };
  const parts: FailureParts = {
    type: thrown.name || 'Error',
    message: cut(thrown.message || thrown.name),
    nonRetryable: fate === 'give_up',
    cause: thrown,
  };
  const wished = typeof delay === 'string' && fate === 'retry' ? delayMs(delay) : null;
  // The server takes a delay of nothing for no further attempt: a service that says `Retry-After: 0` says the opposite.
  if (wished !== null) parts.nextRetryDelay = Math.max(1, wished);
  return parts;
}

function delayMs(delay: string): number | null {
  try {
    return durationMs(delay);
  } catch {
    // A bad delay must not hide the error it came with; the task's own retry delay is waited then.
    return null;
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  try {
    return `${typeof value} ${JSON.stringify(value) ?? String(value)}`;
  } catch {
    return typeof value;
  }
}
