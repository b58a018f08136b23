/** The time after which an error, or the server behind it, asks to be tried again. */
import { durationMs } from './duration.js';
import { DAY } from './limits.js';

/** What asks for longer is wrong, or not to be waited for: it may be any number a server sends. */
export const MAX_ASKED_DELAY_MS = 30 * DAY;

/** Milliseconds of an error's `delay`; null where there is none or it is no duration: it must not hide the error it came with. */
export function askedDelayMs(error: unknown): number | null {
  const delay = (error as { delay?: unknown } | null | undefined)?.delay;
  if (typeof delay !== 'string') return null;
  try {
    return Math.min(durationMs(delay), MAX_ASKED_DELAY_MS);
  } catch {
    return null;
  }
}
