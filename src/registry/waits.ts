/** Checks what a task waits for by itself: its condition, and its first work. */
import { DAY, SECOND } from '../plan/limits.js';
import type { LocalTime, WaitSpec } from '../plan/types.js';
import type { CompiledSchedule } from '../time/schedule.js';
import { slotsBetween } from '../time/slots.js';
import { localInstantText } from '../time/zones.js';
import { at, checkKeys, isFields, readDuration, type Fields } from './fields.js';
import { shown, type Note } from './problems.js';
import type { LoadedChain } from './placements.js';
import { readWallClock } from './schedule.js';
import type { TaskFile } from './tasks.js';

export const WAIT_KEYS = ['condition', 'postponeUntil', 'recheck'];

/** The waits of a task, apart from the zone it is placed in; null if it has none. */
export type Waits = Omit<WaitSpec, 'timezone'> | null;

export function readWaits(note: Note, fields: Fields): Waits {
  const condition = readCondition(note, fields);
  const recheck = readRecheck(note, fields.recheck);
  return condition || recheck ? { ...(condition && { condition }), ...(recheck && { recheck }) } : null;
}

/** As it travels with a spec. */
export function waitSpec(waits: Waits | undefined, timezone: string): { waits?: WaitSpec } {
  return waits ? { waits: { timezone, ...waits } } : {};
}

/** Notes times at which a wait would be over before the slot has come. `path` ends in its own punctuation. */
export function checkWaits(note: Note, path: string, waits: Waits | undefined, compiled: CompiledSchedule | null): void {
  if (compiled?.keyedBy !== 'date' || !waits) return;
  const [slot] = slotsBetween(compiled, ANY_DAY, ANY_DAY + 2 * 366 * DAY);
  if (slot === undefined) return;
  const due = localInstantText(Date.parse(slot.scheduledFor), compiled.timezone).slice(11, 16);
  const check = (field: string, until: LocalTime | null | undefined) => {
    if (!until || until.days > 0 || until.time > due) return;
    note(
      `${path}${field}`,
      until.time,
      `${until.time} has passed when the slot comes, at ${due}; the night after it is '${until.time} +1d'.`,
    );
  };
  check('recheck.until', waits.recheck?.until);
  check('postponeUntil', waits.condition?.until);
}

/** Of a task's run by itself: that of its own schedule, or of a chain it stands in. */
export function zoneOf(task: string, tasks: ReadonlyMap<string, TaskFile>, chains: readonly LoadedChain[]): string | undefined {
  const own = tasks.get(task);
  return own?.compiled ? own.timezone : chains.find(({ chain }) => chain.placements.has(task))?.chain.timezone;
}

/** From here on two years are looked at for a slot. */
const ANY_DAY = Date.UTC(2026, 0, 1);

function readCondition(note: Note, { condition, postponeUntil }: Fields): WaitSpec['condition'] {
  const until = readWallClock(note, 'postponeUntil', postponeUntil);
  if (condition === undefined) {
    if (postponeUntil !== undefined) note('postponeUntil', postponeUntil, 'has nothing to end: there is no condition beside it.');
    return undefined;
  }
  if (typeof condition === 'function') return { until };
  const example = "condition: (ctx) => isIdle() || ctx.postpone('10 minutes', 'the machine is busy')";
  note('condition', condition, `${shown(condition)} is no function; it is asked before the body: ${example}.`);
  return undefined;
}

function readRecheck(note: Note, value: unknown): WaitSpec['recheck'] {
  if (value === undefined) return undefined;
  if (!isFields(value)) {
    note('recheck', value, `${shown(value)} is not possible; expected { every: '7 minutes', until: '23:00' }.`);
    return undefined;
  }
  checkKeys(note, 'recheck', value, ['every', 'until']);
  for (const key of ['every', 'until']) {
    if (value[key] === undefined) note(at('recheck', key), undefined, MISSING[key as 'every' | 'until']);
  }
  const everyMs = readDuration(note, 'recheck.every', value.every, SECOND, DAY);
  const until = readWallClock(note, 'recheck.until', value.until);
  return everyMs === undefined || until === null ? undefined : { everyMs, until };
}

const MISSING = {
  every: "is missing: the pause between two looks for work, like '7 minutes'.",
  until: "is missing: the time of the last look, like '23:00', or '02:00 +1d' for the day after the slot's date.",
};
