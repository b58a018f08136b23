/** Rows that another transaction has locked: often a statement of another queue of the same table, and over in an instant. */
import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 10;
const LONGEST_MS = 2_500;

/**
 * Repeats what passes over locked rows until it leaves none behind, with doubling pauses.
 * @param step whether it left rows behind
 * @param withinMs milliseconds after which they are left as they are; at most 2.5 seconds, the default
 */
export async function untilNoneIsLocked(step: () => Promise<boolean>, withinMs = LONGEST_MS): Promise<void> {
  let pausedMs = 0;
  for (let pauseMs = FIRST_PAUSE_MS; await step(); pauseMs *= 2) {
    if (pausedMs + pauseMs > Math.min(withinMs, LONGEST_MS)) return;
    await pause(pauseMs);
    pausedMs += pauseMs;
  }
}
