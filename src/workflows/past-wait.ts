/** A task's wait for its own past: until it is settled for the slot before. */
import { setCurrentDetails } from '@temporalio/workflow';
import { durationText } from '../plan/duration.js';
import { DAY } from '../plan/limits.js';
import type { Ending } from '../plan/results.js';
import type { Past, PastQuestion } from '../plan/types.js';
import { lookups, waitsWithin } from './engine.js';
import { type RunState, untilInterrupted } from './until-interrupted.js';

/** Longest wait where no deadline ends it before. Milliseconds. */
const PATIENCE_MS = DAY;

export class PastWait {
  private until: number | null = null;
  private unsettled: Extract<Past, { settled: false }> | null = null;

  constructor(
    private readonly question: PastQuestion,
    private readonly state: RunState,
  ) {}

  /** Ends when the task is settled for the slot before, when its patience is over, or when somebody decides otherwise. */
  async run(): Promise<'settled' | 'interrupted' | { ending: Ending }> {
    for (;;) {
      const past = await lookups.lookAtPast(this.question);
      this.unsettled = past.settled ? null : past;
      if (past.settled) return 'settled';
      this.until ??= Date.now() + PATIENCE_MS;
      const left = this.until - Date.now();
      if (left <= 0) return { ending: this.ending(`for ${durationText(PATIENCE_MS)}`)! };
      this.state.phase = 'waiting_for_run';
      this.state.detail = `${past.run} ${past.why}, and this task waits for its day before`;
      setCurrentDetails(`waiting for ${past.run}: it ${past.why}, and dependsOnPast is set`);
      await untilInterrupted(this.state, left, () => waitsWithin(left).awaitPast(this.question));
      if (this.state.interrupted()) return 'interrupted';
    }
  }

  /** How the run ends if its time is over now; null if it does not wait for its past. */
  ending(waited: string): Ending | null {
    if (this.unsettled === null) return null;
    const { run, why } = this.unsettled;
    return {
      status: 'failed',
      kind: 'past_not_done',
      reason: `waited ${waited} for the slot before: ${run} ${why}. Settle it first: daychain rerun ${run}`,
      settled: false,
      finished: new Date(Date.now()).toISOString(),
    };
  }
}
