/** Says in words when a schedule is due. */
import { clockOf } from './clock.js';
import { DAY_MS } from './days.js';
import { fixedTime, type Moments } from './moments.js';
import { listed } from './problem.js';
import { instantText, localText } from './zones.js';

export const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const NTH = new Map([
  [1, 'first'],
  [2, 'second'],
  [3, 'third'],
  [4, 'fourth'],
  [5, 'fifth'],
  [-1, 'last'],
]);
const MINUTE_MS = 60_000;
const MOST_INSTANTS = 3;

/** `every day at 06:00`, `on Monday to Friday at 06:30`, `on the 1st of every month at 04:00`. */
export function sentenceOf(union: readonly Moments[]): string {
  const days = [...new Set(union.map(daysText))].join(', and ');
  const time = fixedTime(union);
  if (time) return `${days} at ${clock(time.hour * 60 + time.minute)}`;
  const times = timesText(union[0]!);
  return days === 'every day' ? times : `${times}, ${days}`;
}

/** `every 90 minutes, from 00:07 UTC` */
export function intervalText(everyMs: number, offsetMs: number): string {
  const start = instantText(offsetMs);
  if (everyMs <= DAY_MS && DAY_MS % everyMs === 0) return `every ${spanText(everyMs)}, from ${start.slice(11, 16)} UTC`;
  return `every ${spanText(everyMs)}, counted from ${start.slice(0, 10)} ${start.slice(11, 16)} UTC`;
}

/** `every 30 minutes from 09:00 to 17:00 on Monday to Friday`. Times in minutes after midnight. */
export function businessHoursText(everyMs: number, from: number, to: number, weekdays: number[] | null): string {
  const days = daysText({ days: null, months: null, weekdays, nth: null });
  return `every ${spanText(everyMs)} from ${clock(from)} to ${clock(to)}${weekdays ? ` ${days}` : ''}`;
}

/** `once, on 2026-03-01 at 09:00`: in local time. */
export function instantsText(instants: readonly number[], zone: string): string {
  const local = (instant: number) => {
    const text = localText(instant + clockOf(zone).offsetAt(instant));
    return `${text.slice(0, 10)} ${text.slice(11, text.endsWith(':00') ? 16 : 19)}`;
  };
  if (instants.length === 1) return `once, at ${local(instants[0]!)}`;
  if (instants.length <= MOST_INSTANTS) return `at ${listed(instants.map(local))}`;
  return `at ${instants.length} instants from ${local(instants[0]!)} to ${local(instants.at(-1)!)}`;
}

/** `06:05`, of minutes after midnight. */
export function clock(time: number): string {
  return `${String(Math.floor(time / 60)).padStart(2, '0')}:${String(time % 60).padStart(2, '0')}`;
}

export function ordinal(day: number): string {
  const teen = day >= 11 && day <= 13;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}

/** `on Monday to Friday`, `on the second Friday of every month`, `every day` */
export function daysText({ days, months, weekdays, nth }: Omit<Moments, 'minutes' | 'hours'>): string {
  const inMonths = months ? listed(runs(months).flatMap((run) => runTexts(run, (month) => MONTHS[month - 1]!))) : null;
  if (days === null && weekdays === null) return inMonths ? `every day in ${inMonths}` : 'every day';
  const parts: string[] = [];
  if (weekdays && nth) parts.push(`on the ${listed(nth.map((n) => NTH.get(n)!))} ${weekdayText(weekdays)}`);
  else if (weekdays) parts.push(`on ${weekdayText(weekdays)}`);
  if (days) parts.push(`${weekdays ? '' : 'on '}the ${monthDaysText(days)}`);
  const ofMonth = days !== null || nth !== null;
  return `${parts.join(' if it is ')}${inMonths ? ` ${ofMonth ? 'of' : 'in'} ${inMonths}` : ofMonth ? ' of every month' : ''}`;
}

function timesText({ minutes, hours }: Moments): string {
  const allHours = hours.length === 24;
  if (minutes.length * hours.length <= 6) {
    return `at ${listed(hours.flatMap((hour) => minutes.map((minute) => clock(hour * 60 + minute))))}`;
  }
  const inHours = allHours ? '' : `, hours ${spans(hours)}`;
  if (minutes.length === 1) return `every hour at minute ${minutes[0]}${inHours}`;
  const step = stepOf(minutes, 60);
  if (step === null) return `at minutes ${spans(minutes)}${allHours ? ' of every hour' : inHours}`;
  if (step === 1) return `every minute${inHours}`;
  const offset = minutes[0] === 0 ? '' : ` from minute ${minutes[0]}`;
  // Where the step does not divide the hour, the count starts anew in each.
  return `every ${step} minutes${60 % step === 0 ? '' : ' of each hour'}${offset}${inHours}`;
}

function monthDaysText(days: readonly number[]): string {
  const fromStart = runs(days.filter((day) => day > 0)).flatMap((run) => runTexts(run, ordinal));
  return listed(days.includes(-1) ? [...fromStart, fromStart.length > 0 ? 'the last day' : 'last day'] : fromStart);
}

function weekdayText(weekdays: readonly number[]): string {
  // The week is read from Monday, so that Saturday and Sunday stand together.
  const fromMonday = weekdays.map((day) => (day + 6) % 7).sort((a, b) => a - b);
  return listed(runs(fromMonday).flatMap((run) => runTexts(run, (day) => WEEKDAYS[(day + 1) % 7]!)));
}

/** `90 minutes`, `2 hours`, `day`: as it stands behind "every". */
function spanText(ms: number): string {
  const [unit, size] =
    ms % DAY_MS === 0
      ? (['day', DAY_MS] as const)
      : ms % (60 * MINUTE_MS) === 0
        ? (['hour', 60 * MINUTE_MS] as const)
        : ms % MINUTE_MS === 0
          ? (['minute', MINUTE_MS] as const)
          : (['second', 1_000] as const);
  return ms === size ? unit : `${ms / size} ${unit}s`;
}

/** The step, if the values are every n-th of the whole field. */
function stepOf(values: readonly number[], size: number): number | null {
  if (values.length < 2) return null;
  const step = values[1]! - values[0]!;
  const whole = values[0]! < step && values.at(-1)! + step >= size;
  return whole && values.every((value, index) => value === values[0]! + index * step) ? step : null;
}

function runs(values: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last && last.at(-1) === value - 1) last.push(value);
    else found.push([value]);
  }
  return found;
}

function runTexts(run: readonly number[], name: (value: number) => string): string[] {
  return run.length > 2 ? [`${name(run[0]!)} to ${name(run.at(-1)!)}`] : run.map(name);
}

function spans(values: readonly number[]): string {
  return runs(values)
    .map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(', ')))
    .join(', ');
}
