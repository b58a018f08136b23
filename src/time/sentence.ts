/** Says in words when a schedule is due. */
import { fixedTime, type Moments } from './moments.js';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** `every day at 06:00`, `on Monday to Friday at 06:30`, `on the 1st of every month at 04:00`. */
export function sentenceOf(union: readonly Moments[]): string {
  const days = [...new Set(union.map(daysText))].join(', and ');
  const time = fixedTime(union);
  if (time) return `${days} at ${clock(time.hour, time.minute)}`;
  const times = timesText(union[0]!);
  return days === 'every day' ? times : `${times}, ${days}`;
}

/** `06:05` */
export function clock(hour: number, minute: number): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

function timesText({ minutes, hours }: Moments): string {
  const allHours = hours.length === 24;
  if (minutes.length * hours.length <= 6) {
    return `at ${listed(hours.flatMap((hour) => minutes.map((minute) => clock(hour, minute))))}`;
  }
  const step = stepOf(minutes, 60);
  const every = step === 1 ? 'every minute' : step ? `every ${step} minutes` : minutes.length === 1 ? 'every hour' : null;
  const offset = every && (minutes[0] || minutes.length === 1) ? ` from minute ${minutes[0]}` : '';
  const at =
    every === 'every hour' ? `every hour at minute ${minutes[0]}` : every ? `${every}${offset}` : `at minutes ${spans(minutes)}`;
  return allHours ? (every ? at : `${at} of every hour`) : `${at}, hours ${spans(hours)}`;
}

function daysText({ days, months, weekdays }: Moments): string {
  const inMonths = months ? listed(runs(months).map((run) => spanText(run, (month) => MONTHS[month - 1]!))) : null;
  if (days === null && weekdays === null) return inMonths ? `every day in ${inMonths}` : 'every day';
  const parts: string[] = [];
  if (weekdays) parts.push(`on ${weekdayText(weekdays)}`);
  if (days) parts.push(`${weekdays ? '' : 'on '}the ${listed(runs(days).map((run) => spanText(run, ordinal)))}`);
  return `${parts.join(' if it is ')}${inMonths ? ` ${days ? 'of' : 'in'} ${inMonths}` : days ? ' of every month' : ''}`;
}

function weekdayText(weekdays: readonly number[]): string {
  // The week is read from Monday, so that Saturday and Sunday stand together.
  const fromMonday = weekdays.map((day) => (day + 6) % 7).sort((a, b) => a - b);
  return listed(runs(fromMonday).map((run) => spanText(run, (day) => WEEKDAYS[(day + 1) % 7]!)));
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

function spanText(run: readonly number[], name: (value: number) => string): string {
  if (run.length > 2) return `${name(run[0]!)} to ${name(run.at(-1)!)}`;
  return run.map(name).join(' and ');
}

function spans(values: readonly number[]): string {
  return runs(values)
    .map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(', ')))
    .join(', ');
}

function listed(texts: readonly string[]): string {
  return texts.length > 1 ? `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}` : (texts[0] ?? '');
}

function ordinal(day: number): string {
  const teen = day >= 11 && day <= 13;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}
