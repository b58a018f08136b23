/** Wall-clock minutes of days: what all forms but intervals and single instants are made of. */
import { civilDay, dayNumber, lengthOfMonth, weekdayOf } from './days.js';

/** Wall-clock minutes of a zone: all fields must match. null means any. Numbers are sorted and without doubles. */
export interface Moments {
  minutes: number[];
  hours: number[];
  /** Days of the month: 1 to 31, or counted from its end: -1 is the last day. */
  days: number[] | null;
  /** Months, 1 to 12. */
  months: number[] | null;
  /** Days of the week, 0 (Sunday) to 6. */
  weekdays: number[] | null;
  /** Which of the month's days with that weekday: 1 for the first, -1 for the last. */
  nth: number[] | null;
}

/** Temporal knows the years from 2000 to 2100; what is never due in them is never due. */
export const FIRST_YEAR = 2000;
export const LAST_YEAR = 2100;

/** Whether some day of the years 2000 to 2100 matches. */
export function everOccurs(moments: Moments): boolean {
  const { days, weekdays, nth } = moments;
  const months = moments.months ?? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  if (days === null && nth === null && weekdays === null) return true;
  // Without days of the week, one year of each length shows all; with them, 28 years, after which the calendar repeats.
  const [first, last] = weekdays === null ? [2003, 2004] : [2001, 2028];
  for (let year = first; year <= last; year++) {
    for (const month of months) {
      const length = lengthOfMonth(year, month);
      const start = dayNumber(year, month, 1);
      for (let day = 1; day <= length; day++)
        if (matchesIn(moments, { month, day, weekday: weekdayOf(start + day - 1) }, length)) return true;
    }
  }
  return false;
}

/** Whether the day of this number matches. */
export function matchesDay(moments: Moments, number: number): boolean {
  const { months, days, weekdays, nth } = moments;
  if (days === null && nth === null && months === null) return weekdays === null || weekdays.includes(weekdayOf(number));
  const civil = civilDay(number);
  return matchesIn(moments, civil, lengthOfMonth(civil.year, civil.month));
}

function matchesIn(
  { months, days, weekdays, nth }: Moments,
  { month, day, weekday }: { month: number; day: number; weekday: number },
  length: number,
): boolean {
  const fromEnd = day - length - 1;
  return (
    (months === null || months.includes(month)) &&
    (weekdays === null || weekdays.includes(weekday)) &&
    (days === null || days.includes(day) || days.includes(fromEnd)) &&
    (nth === null || nth.includes(Math.ceil(day / 7)) || nth.includes(-Math.ceil(-fromEnd / 7)))
  );
}

/** The one time of day of a schedule, if it has just one. */
export function fixedTime(all: readonly Moments[]): { hour: number; minute: number } | null {
  const [first] = all;
  if (!first) return null;
  const hour = first.hours[0]!;
  const minute = first.minutes[0]!;
  const same = all.every(
    (one) => one.hours.length === 1 && one.minutes.length === 1 && one.hours[0] === hour && one.minutes[0] === minute,
  );
  return same ? { hour, minute } : null;
}

/** Minutes after midnight, sorted. */
export function timesOf({ hours, minutes }: Pick<Moments, 'hours' | 'minutes'>): number[] {
  return hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
}
