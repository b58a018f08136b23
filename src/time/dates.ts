/** Calendar dates as `YYYYMMDD`: the form every run key, lock and file name uses. */
import { Temporal } from 'temporal-polyfill/implementation';

const DATE = /^(?!0000)(\d{4})(-?)(\d{2})\2(\d{2})$/;

/**
 * A date as `YYYYMMDD`, from `YYYYMMDD` or `YYYY-MM-DD`.
 * @throws RangeError in words, if the text is no date or no such day exists.
 */
export function parseDate(text: string): string {
  const match = DATE.exec(text);
  if (!match) throw new RangeError(`${JSON.stringify(text)} is no date: write it as 20260203 or 2026-02-03`);
  const [, year, , month, day] = match as unknown as [string, string, string, string, string];
  if (Number(month) < 1 || Number(month) > 12) throw new RangeError(`${text} is no date: there is no month ${month}`);
  const last = new Temporal.PlainDate(Number(year), Number(month), 1).daysInMonth;
  if (Number(day) < 1 || Number(day) > last) {
    throw new RangeError(`${text} is no date: ${year}-${month} has the days 01 to ${String(last).padStart(2, '0')}`);
  }
  return `${year}${month}${day}`;
}

export function isDate(text: string): boolean {
  try {
    return parseDate(text) === text;
  } catch {
    return false;
  }
}

/** The date n days later; earlier for a negative n. */
export function addDays(date: string, n: number): string {
  return dateOf(plainDate(date).add({ days: n }));
}

/** `20260203` as `2026-02-03`, for people. */
export function dashed(date: string): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
}

export function plainDate(date: string): Temporal.PlainDate {
  return Temporal.PlainDate.from(dashed(date));
}

export function dateOf(day: { year: number; month: number; day: number }): string {
  return `${String(day.year).padStart(4, '0')}${String(day.month).padStart(2, '0')}${String(day.day).padStart(2, '0')}`;
}
