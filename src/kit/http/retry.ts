/** Whether a request that failed is sent again, and when. Pure. */
import { MAX_ASKED_DELAY_MS } from '../../plan/asked-delay.js';
import type { HttpTrouble } from './errors.js';

export interface Failed {
  /** Attempts so far, 1 or more. */
  attempt: number;
  trouble: HttpTrouble;
  status: number | null;
  /** Whether sending the request twice does no harm: by its method, or because it carries a key. */
  repeatable: boolean;
  /** Whether it never reached the server. */
  unsent: boolean;
  /** What the server asked for, in milliseconds; null if it did not. */
  retryAfterMs: number | null;
}

export interface RetryRule {
  retries: number;
  delayMs: number;
  maximumDelayMs: number;
}

/** Statuses that may be others a moment later. 529 is in no standard: too many at once, as some providers say it. */
const PASSING = [408, 425, 429, 500, 502, 503, 504, 529];

export function isPassing(status: number): boolean {
  return PASSING.includes(status);
}

/**
 * Milliseconds to wait before the next attempt, or null for no further one. A server that asks for more patience than the rule
 * has is not asked again here: its wish goes to the task's own retry.
 * @param spread 0 to 1: where between half the pause and all of it, so that many callers do not come back at once
 */
export function pauseBeforeRetry(failed: Failed, rule: RetryRule, spread: number): number | null {
  if (failed.attempt > rule.retries) return null;
  const passes = failed.trouble === 'status' ? isPassing(failed.status ?? 0) : ['network', 'timeout'].includes(failed.trouble);
  // 429 and 503 with a time say that nothing was done.
  const undone = failed.unsent || (failed.retryAfterMs !== null && [429, 503].includes(failed.status ?? 0));
  if (!passes || !(failed.repeatable || undone)) return null;
  if (failed.retryAfterMs !== null) return failed.retryAfterMs <= rule.maximumDelayMs ? failed.retryAfterMs : null;
  const full = Math.min(rule.delayMs * 2 ** (failed.attempt - 1), rule.maximumDelayMs);
  return full / 2 + (full / 2) * spread;
}

/** Milliseconds that a Retry-After header asks for: seconds or a date, 30 days at most; null for none, and for what cannot be read. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, MAX_ASKED_DELAY_MS);
  const at = /^[A-Za-z]{3},? /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now), MAX_ASKED_DELAY_MS);
}
