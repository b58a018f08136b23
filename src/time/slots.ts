/** The slots of a schedule on one local date. */
import type { Temporal } from 'temporal-polyfill/implementation';
import { plainDate } from './dates.js';
import { matchesDay } from './moments.js';
import type { CompiledSchedule } from './schedule.js';
import { instantText } from './zones.js';

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
