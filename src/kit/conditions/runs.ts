/** A condition on another run of the project. */
import type { ConditionContext, Duration } from '../../define/types.js';
import { durationMs, durationText } from '../../plan/duration.js';
import { look, type Look } from './condition.js';

export interface RunSucceededOptions {
  /** The date looked at, counted from this run's: -1 is the day before. Default 0. */
  day?: number;
  /** In place of it: any run key, as for a chain that is due several times a day. */
  runKey?: string | ((ctx: ConditionContext<never>) => string);
  /** It ended no longer ago than that. Default: however long ago. */
  within?: Duration;
}

/**
 * Another task of the project has succeeded for a date. The server is asked, so it counts whoever ran it and from wherever;
 * a run is known for as long as the server keeps it. In a chain, `dependsOn` is the better word.
 */
export function runSucceeded(task: string, { day = 0, runKey, within }: RunSucceededOptions = {}): Look {
  const most = within === undefined ? null : durationMs(within);
  return look(async (ctx) => {
    const key = (typeof runKey === 'function' ? runKey(ctx) : runKey) ?? ctx.day(day);
    const { status, finished } = await ctx.runOf(task, key);
    if (status !== 'success') return { holds: false, reason: `${task} ${key} ${WORDS[status]}` };
    const old = most === null || finished === null ? 0 : ctx.now.getTime() - finished.getTime();
    if (most === null || old <= most) return { holds: true };
    return { holds: false, reason: `${task} ${key} succeeded ${durationText(old)} ago, more than ${durationText(most)}` };
  });
}

const WORDS = {
  absent: 'has not run',
  pending: 'is not done yet',
  skipped: 'was skipped',
  failed: 'failed',
  cancelled: 'was cancelled',
} as const;
