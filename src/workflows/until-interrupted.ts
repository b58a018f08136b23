/** Waits of a task's run that skip, hold and retry now may end early. */
import { ActivityFailure } from '@temporalio/common';
import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { Phase } from '../plan/types.js';

/** What the waits of a run look at, and what it shows of itself. */
export interface RunState {
  phase: Phase;
  detail: string | null;
  /** True as soon as someone asked to skip or hold the run: waits end early. */
  interrupted(): boolean;
  /** Counts calls of retry now: waits end early when it grows. */
  nudges: number;
}

/**
 * Waits with a way out for skip, hold and retry now. What the wait itself could not have within `atMost`
 * milliseconds is no error: the caller looks at the clock and decides.
 */
export async function untilInterrupted(state: RunState, atMost: number, wait: () => Promise<void>): Promise<void> {
  const nudges = state.nudges;
  const until = Date.now() + atMost;
  let over = false;
  const scope = new CancellationScope();
  const waiting = scope
    .run(async () => {
      try {
        await wait();
      } catch (error) {
        if (!(error instanceof ActivityFailure)) throw error;
        // The server gives up early when the next try would come too late: wait out what is left.
        const left = until - Date.now();
        if (left > 0 && !scope.consideredCancelled) await sleep(left, { summary: 'the last moment of a wait' });
      }
    })
    .finally(() => {
      over = true;
    });
  const settled = waiting.catch((error: unknown) => error);
  await condition(() => over || state.interrupted() || state.nudges > nudges);
  const wentOn = !over;
  scope.cancel();
  const error = await settled;
  if (!wentOn && error !== undefined) throw error;
}
