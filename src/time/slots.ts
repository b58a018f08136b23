/** The slots of a schedule: of one local date, of a window, before and after an instant. */
import { dateOf, dayOf } from './dates.js';
import { DAY_MS } from './days.js';
import { dueBetween, readySchedule, type DueSlot } from './due.js';
import { yearStart } from './instants.js';
import { FIRST_YEAR, LAST_YEAR } from './moments.js';
import type { CompiledSchedule } from './rule.js';
import { epochMs, instantText, localDate, slotKeyOf } from './zones.js';

/** One due time of a schedule, and what it is for. */
export interface Slot {
  /** `YYYYMMDD`: the local date it is for. */
  date: string;
  runKey: string;
  /** The slot as an ISO instant. */
  scheduledFor: string;
}

/**
 * ISO instants, in order. A schedule that is due once a day has at most one: at a time the clocks skip, the first instant after
 * the gap; at a time they repeat, the first. Keyed by slot, a gap drops a slot and an overlap doubles it.
 */
export function slotsOfDate(schedule: CompiledSchedule, date: string): string[] {
  const day = dayOf(date);
  const found = new Set(readySchedule(schedule).rules.flatMap((rule) => rule.instantsOf(day)));
  return [...found].sort((a, b) => a - b).map(instantText);
}

/**
 * What an instant at which a schedule fired is for: where it is one of the schedule's slots, that slot's date; else, as for
 * a trigger by hand, the instant's local date.
 */
export function slotOf(schedule: CompiledSchedule, instant: string | number): Slot {
  const scheduledFor = instantText(instant);
  const [exact] = slotsBetween(schedule, scheduledFor, scheduledFor);
  return exact ?? slotFor(schedule, localDate(instant, schedule.timezone), scheduledFor);
}

/** The slots of a window, in order. Both ends belong to it; `from` and `to` are epoch milliseconds or ISO instants. */
export function slotsBetween(schedule: CompiledSchedule, from: string | number, to: string | number): Slot[] {
  return Array.from(dueBetween(readySchedule(schedule), epochMs(from), epochMs(to)), (due) => slotAt(schedule, due));
}

/** How far a look for slots goes, in days, widening its window until there are enough. */
const FARTHEST_DAYS = 366 * 100;

/** At most `count` slots after an instant (not at it), soonest first. Looks 100 years ahead. */
export function nextSlots(schedule: CompiledSchedule, after: number, count: number): Slot[] {
  const found: Slot[] = [];
  if (count < 1) return found;
  for (const due of dueBetween(readySchedule(schedule), after + 1, after + FARTHEST_DAYS * DAY_MS)) {
    found.push(slotAt(schedule, due));
    if (found.length === count) break;
  }
  return found;
}

/** At most `count` slots before an instant (not at it), newest first, none before `since` (epoch milliseconds). Looks 100 years back. */
export function latestSlots(schedule: CompiledSchedule, before: number, count: number, since: number): Slot[] {
  const ready = readySchedule(schedule);
  for (let days = 1; ; days *= 4) {
    const from = Math.max(since, before - days * DAY_MS);
    const slots = [...dueBetween(ready, from, before - 1)];
    if (slots.length >= count || from === since || days > FARTHEST_DAYS)
      return slots
        .slice(Math.max(0, slots.length - count))
        .reverse()
        .map((due) => slotAt(schedule, due));
  }
}

/** Whether there is one slot at all in the years that slots may have. */
export function hasSlots(schedule: CompiledSchedule): boolean {
  const [from, to] = [yearStart(FIRST_YEAR), yearStart(LAST_YEAR + 1) - 1];
  return dueBetween(readySchedule(schedule), from, to).next().done === false;
}

function slotAt(schedule: CompiledSchedule, { at, day }: DueSlot): Slot {
  return slotFor(schedule, dateOf(day), instantText(at));
}

function slotFor(schedule: Pick<CompiledSchedule, 'keyedBy'>, date: string, scheduledFor: string): Slot {
  return { date, runKey: schedule.keyedBy === 'date' ? date : slotKeyOf(scheduledFor), scheduledFor };
}
