/** Calendar dates as `YYYYMMDD`: the form every run key, lock and file name uses. */
import { civilDay, dayNumber, lengthOfMonth } from './days.js';

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
  const last = lengthOfMonth(Number(year), Number(month));
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

/**
 * The date n days later; earlier for a negative n.
 * @throws RangeError if n is no whole number
 */
export function addDays(date: string, n: number): string {
  if (!Number.isInteger(n)) throw new RangeError(`${n} is no whole number of days`);
  return dateOf(dayOf(date) + n);
}

/** `20260203` as `2026-02-03`, for people. */
export function dashed(date: string): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
}

/** The number of a date's day. */
export function dayOf(date: string): number {
  return dayNumber(Number(date.slice(0, 4)), Number(date.slice(4, 6)), Number(date.slice(6, 8)));
}

/** The date of a day's number. */
export function dateOf(number: number): string {
  const { year, month, day } = civilDay(number);
  return String(year).padStart(4, '0') + String(month).padStart(2, '0') + String(day).padStart(2, '0');
}
