/** Local dates that are left out, as what a Temporal Schedule skips: every second of them. */
import { calendar, upTo, type CalendarSpec, type CalendarTimes } from './calendars.js';
import type { ZoneClock } from './clock.js';
import { dayOf } from './dates.js';
import { DAY_MS } from './days.js';
import { foldedDates } from './fold.js';
import { yearStart } from './instants.js';
import { FIRST_YEAR, LAST_YEAR } from './moments.js';
import type { Limits } from './rule.js';

const HOURS = upTo(0, 23);
const MINUTES = upTo(0, 59);
const SECONDS = upTo(0, 59);

/** For a spec in the schedule's own zone. */
export function skippedInZone(except: Limits['except']): CalendarSpec[] {
  return skipped(except.flatMap(([first, last]) => daysFrom(dayOf(first), dayOf(last))));
}

/** For a spec in UTC: a local date there is the end of one day and the beginning of the next. */
export function skippedInUtc(except: Limits['except'], clock: ZoneClock): CalendarSpec[] {
  return except.flatMap(([first, last]) => {
    const [from, to] = [clock.startOfDay(dayOf(first)), clock.startOfDay(dayOf(last) + 1)];
    const [firstDay, lastDay] = [Math.ceil(from / DAY_MS), Math.floor(to / DAY_MS)];
    if (firstDay > lastDay) return skippedPart(lastDay, minuteOf(from), minuteOf(to));
    return [
      ...skippedPart(firstDay - 1, minuteOf(from), minuteOf(from) === 0 ? 0 : DAY_MINUTES),
      ...skipped(daysFrom(firstDay, lastDay - 1)),
      ...skippedPart(lastDay, 0, minuteOf(to)),
    ];
  });
}

const DAY_MINUTES = 1_440;

function minuteOf(at: number): number {
  return (at - Math.floor(at / DAY_MS) * DAY_MS) / 60_000;
}

/** The minutes of a day from one up to another, which is not among them: the rest of an hour, whole hours, the beginning of one. */
function skippedPart(day: number, from: number, to: number): CalendarSpec[] {
  const [fromHour, toHour] = [Math.floor(from / 60), Math.floor(to / 60)];
  if (fromHour === toHour)
    return skipped([day], { hours: [fromHour], minutes: upTo(from % 60, (to % 60) - 1), seconds: SECONDS });
  const whole = from % 60 === 0 ? fromHour : fromHour + 1;
  return [
    ...(from % 60 > 0 ? skipped([day], { hours: [fromHour], minutes: upTo(from % 60, 59), seconds: SECONDS }) : []),
    ...skipped([day], { hours: upTo(whole, toHour - 1), minutes: MINUTES, seconds: SECONDS }),
    ...(to % 60 > 0 ? skipped([day], { hours: [toHour], minutes: upTo(0, (to % 60) - 1), seconds: SECONDS }) : []),
  ];
}

function skipped(
  days: readonly number[],
  times: CalendarTimes = { hours: HOURS, minutes: MINUTES, seconds: SECONDS },
): CalendarSpec[] {
  if (times.hours.length === 0 || times.minutes.length === 0) return [];
  return foldedDates(days).map((one) => calendar(one, times));
}

function daysFrom(first: number, last: number): number[] {
  // The server knows no other years.
  const [from, to] = [Math.max(first, yearStart(FIRST_YEAR) / DAY_MS), Math.min(last, yearStart(LAST_YEAR + 1) / DAY_MS - 1)];
  return from > to ? [] : upTo(from, to);
}
