/** Instants as people read them: in the chain's zone, by the day they are near. */
import { addDays } from '../time/dates.js';
import { localDate } from '../time/zones.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let inUtc = false;

/** From now on all times are shown in UTC, marked as such: `05:00Z`. Of the whole process: for the command line's `--utc`. */
export function showUtc(): void {
  inUtc = true;
}

/** Whether `--utc` was given: then a column of local times has no place. */
export function isShownInUtc(): boolean {
  return inUtc;
}

/** Where times of this zone are shown: in it, unless UTC was asked for. */
export function shownZone(zone: string): string {
  return inUtc ? 'UTC' : zone;
}

/** `06:00`, or `06:00:07` with seconds. */
export function clockText(instant: string, zone: string, seconds = false): string {
  const text = new Intl.DateTimeFormat('en-GB', {
    timeZone: shownZone(zone),
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  }).format(new Date(instant));
  return inUtc ? `${text}Z` : text;
}

/** `today 06:00`, `yesterday 06:21`, `tomorrow 06:00`, `1 Nov 05:00`, `1 Nov 2025 05:00`. `now` in epoch milliseconds. */
export function whenText(instant: string, zone: string, now: number, seconds = false): string {
  const shown = shownZone(zone);
  return `${dayText(localDate(instant, shown), localDate(now, shown))} ${clockText(instant, zone, seconds)}`;
}

/** `tomorrow 06:00 Europe/Paris`; in UTC the time's own mark says where: `tomorrow 05:00Z`. */
export function whenTextWithZone(instant: string, zone: string, now: number, seconds = false): string {
  return `${whenText(instant, zone, now, seconds)}${inUtc ? '' : ` ${zone}`}`;
}

/** `today`, `yesterday`, `tomorrow`, else `1 Nov`, with the year where it is another one. Dates are `YYYYMMDD`. */
export function dayText(date: string, today: string): string {
  if (date === today) return 'today';
  if (date === addDays(today, -1)) return 'yesterday';
  if (date === addDays(today, 1)) return 'tomorrow';
  const year = date.slice(0, 4) === today.slice(0, 4) ? '' : ` ${date.slice(0, 4)}`;
  return `${Number(date.slice(6))} ${MONTHS[Number(date.slice(4, 6)) - 1]}${year}`;
}
