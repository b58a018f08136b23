/** What a sync did to one schedule, in words. */
import type { SyncedStep } from '../schedules.js';
import { whenText } from './times.js';

const CHANGES = {
  create: ['created', 'would be created'],
  update: ['updated', 'would be updated'],
  reactivate: ['active again', 'would be active again'],
  unchanged: ['unchanged', 'unchanged'],
} as const;

/** `created: every day at 06:00, Europe/Paris, next tomorrow 06:00`. `now` in epoch milliseconds. */
export function scheduleText(step: SyncedStep, zone: string, now: number, dryRun = false): string {
  const { change, sentence, after, existing } = step;
  if (change === 'foreign') {
    const owner = existing?.project ? `belongs to project ${existing.project}` : 'was not made by daychain';
    return `refused: a schedule of this id is there and ${owner}. Rename the chain, or delete that schedule.`;
  }
  if (change === 'deactivate') return `${dryRun ? 'would be paused' : 'paused'}: it is no longer in the files.`;
  const [done, planned] = CHANGES[change];
  const word = dryRun ? planned : done;
  if (sentence === null) return `${word}: paused, not in the files.`;
  if (after?.paused) return `${word}: ${sentence}. Paused${after.note ? `: ${after.note}` : '.'}`;
  const next = after?.next[0];
  return `${word}: ${sentence}${next === undefined ? '' : `, next ${whenText(next, zone, now)}`}`;
}
