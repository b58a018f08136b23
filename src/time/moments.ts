/** The compiled heart of a schedule: which wall-clock minutes it names. */

/** Wall-clock minutes of a zone: all fields must match. null means any. Numbers are sorted and without doubles. */
export interface Moments {
  minutes: number[];
  hours: number[];
  /** Days of the month, 1 to 31. */
  days: number[] | null;
  /** Months, 1 to 12. */
  months: number[] | null;
  /** Days of the week, 0 (Sunday) to 6. */
  weekdays: number[] | null;
}

const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether some year has a day that matches. */
export function everOccurs(moments: Moments): boolean {
  const { days, months } = moments;
  if (days === null) return true;
  return LONGEST_MONTHS.some(
    (length, month) => (months === null || months.includes(month + 1)) && days.some((day) => day <= length),
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

/** Whether a calendar day matches. `weekday` is 0 (Sunday) to 6. */
export function matchesDay(moments: Moments, day: { month: number; day: number; weekday: number }): boolean {
  return (
    (moments.months?.includes(day.month) ?? true) &&
    (moments.days?.includes(day.day) ?? true) &&
    (moments.weekdays?.includes(day.weekday) ?? true)
  );
}
