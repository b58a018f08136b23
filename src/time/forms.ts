/** The forms of a schedule: what an author writes in each, read into what is due. */
import { durationMs } from '../plan/duration.js';
import { parseCron } from './cron.js';
import { readTimeOfDay, readWeekdays, readWhole } from './form-fields.js';
import { parseSlotInstant } from './instants.js';
import { fixedTime, type Moments } from './moments.js';
import { readFields, shown, within, type Fields, type Refuse } from './problem.js';
import type { Due } from './rule.js';
import { businessHoursText, clock, daysText, instantsText, intervalText, MONTHS, ordinal, sentenceOf } from './sentence.js';

/** A form that was read. */
export interface Read {
  due: Due[];
  /** Without zone and limits: `every day at 06:00`. */
  sentence: string;
  /** The one time of day of a form that is due at most once a day, in minutes; else null. */
  onceAt: number | null;
}

/** What a form may look at besides its own value. */
export interface Surroundings {
  zone: string;
  /** The object it stands in. */
  fields: Fields;
  /** Notes a problem of that object. */
  refuse: Refuse;
}

type Form = (refuse: Refuse, value: unknown, around: Surroundings) => Read | undefined;

export const FORMS: Readonly<Record<string, Form>> = {
  cron: readCron,
  daily: readDaily,
  weekly: readWeekly,
  monthly: readMonthly,
  yearly: readYearly,
  hourly: readHourly,
  every: readEvery,
  businessHours: readBusinessHours,
  at: readAt,
};

const ANY_DAY = { days: null, months: null, weekdays: null, nth: null };
const SHORT_MONTHS = ['clamp', 'skip'];
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MINUTE_MS = 60_000;
const MOST_INSTANTS = 1_000;

function readCron(refuse: Refuse, value: unknown): Read | undefined {
  if (typeof value !== 'string') return refuse('', value, `expected cron's five fields as text, like '30 6 * * 1-5'`);
  const cron = parseCron(value);
  for (const problem of cron.problems) refuse('', value, problem);
  if (!cron.moments) return undefined;
  const time = fixedTime(cron.moments);
  return { due: wall(cron.moments), sentence: sentenceOf(cron.moments), onceAt: time && time.hour * 60 + time.minute };
}

function readDaily(refuse: Refuse, value: unknown): Read | undefined {
  const at = readTimeOfDay(refuse, value);
  return at === undefined ? undefined : onceADay(at, [ANY_DAY], 'every day');
}

function readWeekly(refuse: Refuse, value: unknown): Read | undefined {
  const fields = readFields(refuse, value, ['on', 'at']);
  if (!fields) return undefined;
  const weekdays = readWeekdays(within(refuse, 'on'), fields.on);
  const at = readTimeOfDay(within(refuse, 'at'), fields.at);
  if (weekdays === undefined || at === undefined) return undefined;
  const days = [{ ...ANY_DAY, weekdays: weekdays.length === 7 ? null : weekdays }];
  return onceADay(at, days, daysText(days[0]!));
}

function readMonthly(refuse: Refuse, value: unknown): Read | undefined {
  const fields = readFields(refuse, value, ['day', 'at'], ['shortMonth']);
  if (!fields) return undefined;
  const day = fields.day === 'last' ? -1 : readWhole(within(refuse, 'day'), fields.day, 1, 31, `a day of the month, or 'last'`);
  const at = readTimeOfDay(within(refuse, 'at'), fields.at);
  const skip = readShortMonth(within(refuse, 'shortMonth'), fields.shortMonth);
  if (day === undefined || at === undefined || skip === undefined) return undefined;
  if (day === -1) return onceADay(at, [{ ...ANY_DAY, days: [-1] }], 'on the last day of every month');
  const nth = ordinal(day);
  if (skip || day <= 28) {
    return onceADay(at, [{ ...ANY_DAY, days: [day] }], `on the ${nth} of every month${day > 28 ? ' that has one' : ''}`);
  }
  if (day === 31) return onceADay(at, [{ ...ANY_DAY, days: [-1] }], 'on the last day of every month');
  // Only February is shorter than that.
  const february = { ...ANY_DAY, months: [2], days: [-1] };
  return onceADay(at, [{ ...ANY_DAY, days: [day] }, february], `on the ${nth} of every month, or its last day,`);
}

function readYearly(refuse: Refuse, value: unknown): Read | undefined {
  const fields = readFields(refuse, value, ['month', 'day', 'at'], ['shortMonth']);
  if (!fields) return undefined;
  const month = readWhole(within(refuse, 'month'), fields.month, 1, 12, 'a month');
  const day = fields.day === 'last' ? -1 : readWhole(within(refuse, 'day'), fields.day, 1, 31, `a day of the month, or 'last'`);
  const at = readTimeOfDay(within(refuse, 'at'), fields.at);
  const skip = readShortMonth(within(refuse, 'shortMonth'), fields.shortMonth);
  if (month === undefined || day === undefined || at === undefined || skip === undefined) return undefined;
  const name = MONTHS[month - 1]!;
  const longest = LONGEST_MONTHS[month - 1]!;
  if (day > longest) {
    return refuse('day', fields.day, `there is no ${day} ${name}: it has ${longest} days at most. Write ${longest}, or 'last'`);
  }
  if (day === -1) return onceADay(at, [{ ...ANY_DAY, months: [month], days: [-1] }], `every year on the last day of ${name}`);
  const leapDay = month === 2 && day === 29;
  const days = [{ ...ANY_DAY, months: [month], days: [leapDay && !skip ? -1 : day] }];
  const others = skip ? ' of leap years' : ', or the 28th,';
  return onceADay(at, days, `every year on ${day} ${name}${leapDay ? others : ''}`);
}

function readHourly(refuse: Refuse, value: unknown): Read | undefined {
  const fields = readFields(refuse, value, ['minute']);
  const minute = fields && readWhole(within(refuse, 'minute'), fields.minute, 0, 59, 'a minute');
  if (minute === undefined) return undefined;
  const all: Moments = { ...ANY_DAY, hours: Array.from({ length: 24 }, (_, hour) => hour), minutes: [minute] };
  return { due: wall([all]), sentence: sentenceOf([all]), onceAt: null };
}

function readEvery(refuse: Refuse, value: unknown, around: Surroundings): Read | undefined {
  const everyMs = readSpan(refuse, value);
  const { offset } = around.fields;
  if (everyMs === undefined) return undefined;
  if (everyMs < MINUTE_MS) return refuse('', value, `${shown(value)} is too short: at least '1 minute' is possible`);
  const offsetMs = offset === undefined ? 0 : readSpan(within(around.refuse, 'offset'), offset);
  if (offsetMs === undefined) return undefined;
  if (offsetMs >= everyMs) return around.refuse('offset', offset, `${shown(offset)} is not shorter than every, ${shown(value)}`);
  return { due: [{ kind: 'every', everyMs, offsetMs }], sentence: intervalText(everyMs, offsetMs), onceAt: null };
}

function readBusinessHours(refuse: Refuse, value: unknown): Read | undefined {
  const fields = readFields(refuse, value, ['days', 'from', 'to', 'every']);
  if (!fields) return undefined;
  const weekdays =
    fields.days === 'weekdays' ? [1, 2, 3, 4, 5] : readWeekdays(within(refuse, 'days'), fields.days, `, or 'weekdays'`);
  const from = readTimeOfDay(within(refuse, 'from'), fields.from);
  const to = readTimeOfDay(within(refuse, 'to'), fields.to);
  const everyMs = readSpan(within(refuse, 'every'), fields.every);
  if (weekdays === undefined || from === undefined || to === undefined || everyMs === undefined) return undefined;
  if (to < from)
    return refuse(
      'to',
      fields.to,
      `${shown(fields.to)} lies before from, ${shown(fields.from)}: hours end on the day they begin`,
    );
  const every = everyMs / MINUTE_MS;
  if (every < 1 || !Number.isInteger(every))
    return refuse('every', fields.every, `${shown(fields.every)} is no whole number of minutes`);
  const times = Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, n) => from + n * every);
  const days = { ...ANY_DAY, weekdays: weekdays.length === 7 ? null : weekdays };
  const sentence = businessHoursText(everyMs, from, to, days.weekdays);
  return { due: wall(groupByMinutes(times).map((group) => ({ ...days, ...group }))), sentence, onceAt: null };
}

function readAt(refuse: Refuse, value: unknown, { zone }: Surroundings): Read | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return refuse('', value, 'is empty: name an instant, like 2026-03-01T08:00:00Z');
  if (list.length > MOST_INSTANTS) return refuse('', value, `has ${list.length} instants; at most ${MOST_INSTANTS} are possible`);
  const found = list.map((one, index) => readInstant(Array.isArray(value) ? within(refuse, `[${index}]`) : refuse, one, zone));
  if (found.some((instant) => instant === undefined)) return undefined;
  const instants = [...new Set(found as number[])].sort((a, b) => a - b);
  return { due: [{ kind: 'at', instants }], sentence: instantsText(instants, zone), onceAt: null };
}

function readInstant(refuse: Refuse, value: unknown, zone: string): number | undefined {
  if (typeof value !== 'string') return refuse('', value, `${shown(value)} is no instant: write it like '2026-03-01T08:00:00Z'`);
  try {
    return parseSlotInstant(value, zone);
  } catch (error) {
    return refuse('', value, (error as Error).message);
  }
}

/** Milliseconds of a duration of whole seconds. */
function readSpan(refuse: Refuse, value: unknown): number | undefined {
  if (typeof value !== 'string') {
    const instead = typeof value === 'number' ? `: write the unit too, like '${value} minutes'` : `, like '90 minutes'`;
    return refuse('', value, `${shown(value)} is no duration${instead}`);
  }
  try {
    const ms = durationMs(value);
    return ms % 1_000 === 0 ? ms : refuse('', value, `${shown(value)} is no whole number of seconds`);
  } catch (error) {
    return refuse('', value, (error as Error).message);
  }
}

/** Whether short months are left out. */
function readShortMonth(refuse: Refuse, value: unknown): boolean | undefined {
  if (value === undefined) return false;
  if (SHORT_MONTHS.includes(value as string)) return value === 'skip';
  const typo = typeof value === 'string' ? { word: value, known: SHORT_MONTHS } : undefined;
  return refuse('', value, `${shown(value)} is not possible; there are 'clamp', to the month's last day, and 'skip'`, typo);
}

type Days = Omit<Moments, 'minutes' | 'hours'>;

function onceADay(at: number, days: readonly Days[], sentence: string): Read {
  return { due: wall(days.map((one) => moments(at, one))), sentence: `${sentence} at ${clock(at)}`, onceAt: at };
}

function moments(at: number, days: Days): Moments {
  return { ...days, minutes: [at % 60], hours: [Math.floor(at / 60)] };
}

function wall(union: readonly Moments[]): Due[] {
  return union.map((one) => ({ kind: 'wall', moments: one }));
}

/** Times of a day, in minutes, as hours that share their minutes. */
function groupByMinutes(times: readonly number[]): Pick<Moments, 'hours' | 'minutes'>[] {
  const minutesOf = new Map<number, number[]>();
  for (const time of times) {
    const hour = Math.floor(time / 60);
    minutesOf.set(hour, [...(minutesOf.get(hour) ?? []), time % 60]);
  }
  const groups = new Map<string, Pick<Moments, 'hours' | 'minutes'>>();
  for (const [hour, minutes] of minutesOf) {
    const group = groups.get(minutes.join()) ?? { hours: [], minutes };
    group.hours.push(hour);
    groups.set(minutes.join(), group);
  }
  return [...groups.values()];
}
