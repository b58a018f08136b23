/**
 * Heartbeats that are known to have arrived. The worker's own are sent now and then, and nobody hears when: what a body may not do twice
 * is told by these, and it goes on once the server has them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import { ActivityNotFoundError, ActivityCancelledError, ActivityPausedError, ActivityResetError } from '@temporalio/client';
import type { StopSwitch } from './stop.js';
import type { Trace } from './trace.js';

/** A heartbeat without an answer is sent again after this long; one that failed, after the pause. Milliseconds. */
const ANSWER_WITHIN_MS = 5_000;
const PAUSE_MS = 500;

export class Recorder {
  private sending: Promise<void> = Promise.resolve();
  private next: Promise<void> | null = null;

  constructor(
    private readonly activity: Context,
    private readonly trace: Trace,
    private readonly stop: StopSwitch,
  ) {}

  /** Resolves once the trace as it is now has arrived, or the attempt is told to stop. Never rejects. Those that wait share one heartbeat. */
  record(): Promise<void> {
    this.next ??= this.sending.then(() => {
      this.sending = this.next!;
      this.next = null;
      return this.send();
    });
    return this.next;
  }

  private async send(): Promise<void> {
    const { client, info } = this.activity;
    while (!this.stop.signal.aborted) {
      // The worker's own goes the same way later: it must not carry older news.
      this.trace.send();
      const token = Buffer.from(info.base64TaskToken, 'base64');
      try {
        const deadline = Date.now() + ANSWER_WITHIN_MS;
        await client.withDeadline(deadline, () => client.activity.heartbeat(token, this.trace.toJson()));
        return;
      } catch (error) {
        if (hasArrived(error)) return;
        if (error instanceof ActivityNotFoundError) {
          return this.stop.stop('cancelled', 'the server does not wait for this attempt any more');
        }
        // No server, then no items: it may have given this attempt up by the time it is back.
        await pause(PAUSE_MS, undefined, { signal: this.stop.signal }).catch(() => {});
      }
    }
  }
}

/** Answers that say more than that it has arrived; the worker hears the same and tells the body. */
function hasArrived(error: unknown): boolean {
  return error instanceof ActivityCancelledError || error instanceof ActivityPausedError || error instanceof ActivityResetError;
}
