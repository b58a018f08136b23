/** Dates as the town's form writes them into titles and bodies. */
import { fold } from '../words.js';

const MONTHS = 'janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre'.split(' ');

/**
 * Three layouts: `lundi, janvier 5, 2026 - 14:30`, `5 janvier 2026 à 14h30` and `05/01/2026 14:30`; with or without weekday,
 * accents and time. Null for anything else, and for days there are not. As `2026-01-05T14:30`, in the town's time.
 */
export function readFrenchDate(text: string): string | null {
  const folded = fold(text).replace(/\s+/g, ' ');
  const time = '(?:(?: ?-| a|,)? ?(\\d{1,2}) ?[h:] ?(\\d{2})?)?';
  const month = `(${MONTHS.join('|')})`;
  const monthFirst = new RegExp(`\\b${month} (\\d{1,2})(?:er)?,? (\\d{4})${time}`).exec(folded);
  if (monthFirst)
    return joined(monthFirst[3], MONTHS.indexOf(monthFirst[1] ?? '') + 1, monthFirst[2], monthFirst[4], monthFirst[5]);
  const dayFirst = new RegExp(`\\b(\\d{1,2})(?:er)? ${month},? (\\d{4})${time}`).exec(folded);
  if (dayFirst) return joined(dayFirst[3], MONTHS.indexOf(dayFirst[2] ?? '') + 1, dayFirst[1], dayFirst[4], dayFirst[5]);
  const slashes = new RegExp(`\\b(\\d{1,2})/(\\d{1,2})/(\\d{4})${time}`).exec(folded);
  return slashes ? joined(slashes[3], Number(slashes[2]), slashes[1], slashes[4], slashes[5]) : null;
}

/** A wall-clock time of the zone as `2026-01-05T14:30:00+01:00`. */
export function withOffset(local: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(new Date(`${local}:00Z`)).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  return `${local}:00${name === 'GMT' ? '+00:00' : name.slice(3)}`;
}

function joined(year = '', month: number, day = '', hour = '0', minute = '0'): string | null {
  const two = (part: string | number) => String(part).padStart(2, '0');
  const date = `${year}-${two(month)}-${two(day)}`;
  const there = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(there.getTime()) || there.toISOString().slice(0, 10) !== date) return null;
  if (Number(hour) > 23 || Number(minute) > 59) return null;
  return `${date}T${two(hour)}:${two(minute)}`;
}
