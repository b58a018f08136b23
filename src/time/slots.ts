/** The slots of a schedule: of one local date, of a window, before and after an instant. */
import type { Temporal } from 'temporal-polyfill/implementation';
import { addDays, plainDate } from './dates.js';
import { matchesDay } from './moments.js';
import type { CompiledSchedule } from './schedule.js';
import { epochMs, instantText, localDate, slotKey } from './zones.js';

const DAY_MS = 86_400_000;

/**
 * ISO instants, in order. A schedule keyed by date has at most one: at a time the clocks skip, the first instant after the gap;
 * at a time they repeat, the first. Keyed by slot, a gap drops a slot and an overlap doubles it.
 */
export function slotsOfDate(schedule: CompiledSchedule, date: string): string[] {
  const day = plainDate(date);
  const zone = schedule.timezone;
  // A date that its zone's calendar leaves out, as Apia did on 30 December 2011, has no slots.
  if (!day.toZonedDateTime(zone).toPlainDate().equals(day)) return [];
  const found = new Set<number>();
  for (const moments of schedule.moments) {
    if (!matchesDay(moments, { month: day.month, day: day.day, weekday: day.dayOfWeek % 7 })) continue;
    for (const hour of moments.hours) {
      for (const minute of moments.minutes) {
        for (const instant of instantsAt(day.toPlainDateTime({ hour, minute }), zone, schedule.keyedBy === 'date'))
          found.add(instant);
      }
    }
  }
  return [...found].sort((a, b) => a - b).map(instantText);
}

function instantsAt(local: Temporal.PlainDateTime, zone: string, once: boolean): number[] {
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' });
  if (earlier.equals(later)) return [earlier.epochMilliseconds];
  const inGap = !earlier.toPlainDateTime().equals(local);
  if (!inGap) return once ? [earlier.epochMilliseconds] : [earlier.epochMilliseconds, later.epochMilliseconds];
  // In a gap "earlier" is the wall clock read with the offset before it, which lies before the change.
  return once ? [earlier.getTimeZoneTransition('next')!.epochMilliseconds] : [];
}

/** One due time of a schedule, and what it is for. */
export interface Slot {
  /** `YYYYMMDD`: the local date it is for. */
  date: string;
  runKey: string;
  /** The slot as an ISO instant. */
  scheduledFor: string;
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
  const [first, last] = [epochMs(from), epochMs(to)];
  const found = new Map<string, Slot>();
  const end = addDays(localDate(last, schedule.timezone), 1);
  for (let date = addDays(localDate(first, schedule.timezone), -1); date <= end; date = addDays(date, 1)) {
    for (const scheduledFor of slotsOfDate(schedule, date)) {
      const at = epochMs(scheduledFor);
      if (at >= first && at <= last) found.set(scheduledFor, slotFor(schedule, date, scheduledFor));
    }
  }
  return [...found.values()].sort((a, b) => epochMs(a.scheduledFor) - epochMs(b.scheduledFor));
}

/** How far a look for slots goes, in days, doubling its window until there are enough. */
const FARTHEST_DAYS = 366 * 30;

/** At most `count` slots after an instant (not at it), soonest first. Looks 30 years ahead. */
export function nextSlots(schedule: CompiledSchedule, after: number, count: number): Slot[] {
  for (let days = 2; ; days *= 4) {
    const slots = slotsBetween(schedule, after + 1, after + days * DAY_MS);
    if (slots.length >= count || days > FARTHEST_DAYS) return slots.slice(0, count);
  }
}

/** At most `count` slots before an instant (not at it), newest first, none before `since` (epoch milliseconds). */
export function latestSlots(schedule: CompiledSchedule, before: number, count: number, since: number): Slot[] {
  for (let days = 2; ; days *= 4) {
    const from = Math.max(since, before - days * DAY_MS);
    const slots = slotsBetween(schedule, from, before - 1);
    if (slots.length >= count || from === since) return slots.reverse().slice(0, count);
  }
}

function slotFor(schedule: Pick<CompiledSchedule, 'keyedBy'>, date: string, scheduledFor: string): Slot {
  return { date, runKey: schedule.keyedBy === 'date' ? date : slotKey(scheduledFor), scheduledFor };
}
