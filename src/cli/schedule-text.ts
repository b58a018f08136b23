/** What a sync did to one schedule, in words. */
import { readPauseNote } from '../control/pause-note.js';
import type { SyncedStep } from '../schedules.js';
import { whenText } from '../control/when-text.js';

const CHANGES = {
  create: ['created', 'would be created'],
  update: ['updated', 'would be updated'],
  reactivate: ['active again', 'would be active again'],
  renew: ['unchanged, its times listed for ten years more', 'unchanged, its times would be listed for ten years more'],
  unchanged: ['unchanged', 'unchanged'],
} as const;

/** `created: every day at 06:00, Europe/Paris, next tomorrow 06:00`. `now` in epoch milliseconds. */
export function scheduleText(step: SyncedStep, zone: string, now: number, dryRun = false): string {
  const { change, sentence, after, existing, started } = step;
  if (change === 'foreign') {
    const owner = existing?.project ? `belongs to project ${existing.project}` : 'was not made by daychain';
    return `refused: a schedule of this id is there and ${owner}. Rename the chain, or delete that schedule.`;
  }
  if (change === 'deactivate') return `${dryRun ? 'would be paused' : 'paused'}: it is no longer in the files.`;
  if (step.unconfirmed) return unconfirmedText(step);
  const [done, planned] = CHANGES[change];
  const word = dryRun ? planned : done;
  if (sentence === null) return `${word}: paused, not in the files.`;
  const was = change === 'update' && existing?.sentence && existing.sentence !== sentence ? ` (was ${existing.sentence})` : '';
  const from = dryRun || change === 'create' ? null : after;
  if (from?.paused ?? (dryRun && change !== 'reactivate' && existing?.paused)) {
    return `${word}: ${sentence}${was}. ${pausedText(after?.note ?? null, zone, now)}`;
  }
  const next = dryRun ? undefined : after?.next[0];
  const also = started.map(({ date }) => ` Started now, as neither the old nor the new times would run it: ${date}.`).join('');
  return `${word}: ${sentence}${was}${next === undefined ? '' : `, next ${whenText(next, zone, now)}`}${also && `.${also}`}`;
}

/** `Paused by marie@host yesterday 09:00 until tomorrow 06:00: key rotation`. `now` in epoch milliseconds. */
export function pausedText(note: string | null, zone: string, now: number): string {
  const pause = readPauseNote(note);
  if (pause === null) return `Paused${note ? `: ${note}` : '.'}`;
  const until = pause.until === null ? '' : ` until ${whenText(pause.until, zone, now)}`;
  return `Paused by ${pause.by} ${whenText(pause.at, zone, now)}${until}${pause.reason === null ? '.' : `: ${pause.reason}`}`;
}

const KEYS = { date: 'one per date', slot: 'one per slot' } as const;

function unconfirmedText({ sentence, rekeying }: SyncedStep): string {
  const { from, to } = rekeying!;
  return [
    `not updated: it would be ${sentence}, and its runs, ${KEYS[from]} until now, would be ${KEYS[to]}:`,
    `a date that has run could run again. To do it all the same: daychain sync --confirm-keys`,
  ].join(' ');
}

/** A sentence as it goes on behind a colon. */
export function lowered(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}
