/** The columns of a chain's grid: dates, or slots, or slots folded into dates. Pure. */
import { DAY } from '../../plan/limits.js';
import { slotsBefore } from '../../registry/rule-slots.js';
import { slotsUnder, type Rules } from '../../registry/rules.js';
import { addDays, dayOf } from '../../time/dates.js';
import type { KeyedBy } from '../../time/schedule.js';
import type { Slot } from '../../time/slots.js';
import { epochMs, firstInstant, instantOfSlotKey, instantText, localDate } from '../../time/zones.js';

/** Above so many slots a range is folded by date. */
export const MOST_SLOT_COLUMNS = 48;
/** So many slots at most are looked at, folded or not; a chain that fires oftener a day shows its newest ones. */
export const MOST_FOLDED_SLOTS = 600;
const MOST_OF_ONE_DATE = 288;

/** What is looked for in one chain: the range, and the slots that fell due in it or still will. */
export interface ColumnPlan {
  keyedBy: KeyedBy;
  /** First and last date, `YYYYMMDD`; runs of these dates are shown. */
  from: string;
  to: string;
  /** Of a chain keyed by slot: no run before this instant is shown, epoch milliseconds. */
  after: number | null;
  /** In order. */
  slots: Slot[];
  folded: boolean;
  /** `until` of the columns before. */
  older: string;
}

export interface ColumnRange {
  rules: Rules;
  keyedBy: KeyedBy;
  timezone: string;
  /** Local dates, at least 1. */
  days: number;
  /** A date, or a run key that names a slot; null: up to now. */
  until: string | null;
  /** Epoch milliseconds: before it no slot was expected. */
  since: number;
}

/** `now` in epoch milliseconds. */
export function planColumns(range: ColumnRange, now: number): ColumnPlan {
  const { until, timezone, days, keyedBy } = range;
  const untilSlot = until === null ? null : instantOfSlotKey(until);
  const to = untilSlot !== null ? localDate(untilSlot, timezone) : (until ?? localDate(now, timezone));
  const from = addDays(to, 1 - days);
  return keyedBy === 'date' ? byDate(range, from, to) : bySlot(range, from, to, untilSlot, now);
}

function byDate({ rules, timezone, since, keyedBy }: ColumnRange, from: string, to: string): ColumnPlan {
  // A slot for a date may lie on the next one, after a gap; those of other dates are left out again.
  const end = epochMs(firstInstant(addDays(to, 2), timezone));
  const begin = Math.max(since, epochMs(firstInstant(from, timezone)));
  const slots = begin > end ? [] : slotsUnder(rules, begin, end).filter(({ date }) => date >= from && date <= to);
  return { keyedBy, from, to, after: null, slots, folded: false, older: addDays(from, -1) };
}

function bySlot(range: ColumnRange, from: string, to: string, untilSlot: string | null, now: number): ColumnPlan {
  const { rules, timezone, since, days, keyedBy } = range;
  const begin = epochMs(firstInstant(from, timezone));
  const end = Math.min(untilSlot === null ? epochMs(firstInstant(addDays(to, 1), timezone)) : epochMs(untilSlot) + 1, now + 1);
  const most = days === 1 ? MOST_OF_ONE_DATE : MOST_FOLDED_SLOTS;
  const newest = slotsBefore(rules, end, most + 1, Math.max(begin, since)).reverse();
  const all = newest.length <= most;
  const common = { keyedBy, to };
  if (days === 1 || newest.length <= MOST_SLOT_COLUMNS) {
    return all
      ? { ...common, from, after: begin, slots: newest, folded: false, older: addDays(from, -1) }
      : unfolded(common, newest, most);
  }
  if (all) return { ...common, from, after: begin, slots: newest, folded: true, older: addDays(from, -1) };
  // The oldest date may not be there whole.
  const whole = newest.filter(({ date }) => date > newest[0]!.date);
  if (whole.length === 0) return unfolded(common, newest, MOST_OF_ONE_DATE);
  const first = whole[0]!;
  const after = epochMs(firstInstant(first.date, timezone));
  return { ...common, from: first.date, after, slots: whole, folded: true, older: addDays(first.date, -1) };
}

function unfolded(common: Pick<ColumnPlan, 'keyedBy' | 'to'>, newest: readonly Slot[], most: number): ColumnPlan {
  const slots = newest.slice(-most);
  const first = slots[0]!;
  const before = newest[newest.length - most - 1]!;
  return { ...common, from: first.date, after: epochMs(first.scheduledFor), slots, folded: false, older: before.runKey };
}

/** One place of the grid before it is folded: a run key that is expected, or has a run. */
export interface Place {
  runKey: string;
  date: string;
  slot: Slot | null;
}

/**
 * The places of a chain in order: its slots, those that a shell left out before its schedule of now was made, and the run
 * keys of runs that no slot stands for.
 */
export function placesOf(plan: ColumnPlan, left: readonly Slot[], runs: readonly { runKey: string; date: string }[]): Place[] {
  const places = new Map<string, Place>();
  if (plan.keyedBy === 'date') {
    for (let day = 0, days = dayOf(plan.to) - dayOf(plan.from); day <= days; day++) {
      const date = addDays(plan.from, day);
      places.set(date, { runKey: date, date, slot: null });
    }
  }
  for (const slot of [...left, ...plan.slots]) places.set(slot.runKey, { runKey: slot.runKey, date: slot.date, slot });
  for (const { runKey, date } of runs) if (!places.has(runKey)) places.set(runKey, { runKey, date, slot: null });
  return [...places.values()].sort((a, b) => (placeKey(a) < placeKey(b) ? -1 : 1));
}

/** By date, and within it by slot: a run key that is a date stands before the slots of the date. */
function placeKey({ date, runKey }: Place): string {
  return `${date} ${runKey}`;
}

/** The date before which nothing is known any more: closed runs are kept so many days. `now` in epoch milliseconds. */
export function horizonDate(days: number, timezone: string, now: number): string {
  return localDate(instantText(now - Math.max(0, days - 1) * DAY), timezone);
}
