/** What a Temporal Schedule is told: calendars, intervals, and limits. */
import { isLeapYear } from './days.js';
import { LAST_YEAR, type Moments } from './moments.js';

const MONTHS = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'] as const),
  ...(['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
];
const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

export interface NumberRange {
  start: number;
  end: number;
  step: number;
}
export type Numbers = number[] | NumberRange;

/**
 * One calendar of a schedule, as Temporal's client takes it. Values are scalars or ranges with all three parts:
 * a range without an end is sent wrongly by the client, and texts with a star and a step are refused by it.
 */
export interface CalendarSpec {
  /** Left out: 0. */
  second?: Numbers;
  minute: Numbers;
  hour: Numbers;
  dayOfMonth?: Numbers;
  month?: (typeof MONTHS)[number][];
  year?: Numbers;
  dayOfWeek?: (typeof WEEKDAYS)[number][];
  /** At most 200 characters; survives on the server. */
  comment?: string;
}

/** Days that a calendar names. null means any. */
export interface CalendarDays {
  /** 1 to 31. */
  days: number[] | null;
  months: number[] | null;
  years: number[] | null;
  weekdays: number[] | null;
}

/** Times of a day that a calendar names: all of these hours with all of these minutes and seconds. */
export interface CalendarTimes {
  hours: number[];
  minutes: number[];
  seconds: number[];
}

export function calendar(
  { days, months, years, weekdays }: CalendarDays,
  { hours, minutes, seconds }: CalendarTimes,
): CalendarSpec {
  return {
    ...((seconds.length > 1 || seconds[0] !== 0) && { second: folded(seconds) }),
    minute: folded(minutes),
    hour: folded(hours),
    ...(days && { dayOfMonth: folded(days) }),
    ...(months && { month: months.map((month) => MONTHS[month - 1]!) }),
    ...(years && { year: folded(years) }),
    ...(weekdays && { dayOfWeek: weekdays.map((day) => WEEKDAYS[day]!) }),
  };
}

/** The calendars of wall-clock minutes; of days counted from a month's end, one for each length of month. */
export function momentsCalendars(moments: Moments): CalendarSpec[] {
  const { months, weekdays, hours, minutes } = moments;
  const times = { hours, minutes, seconds: [0] };
  const fromEnd = (moments.days ?? []).some((day) => day < 0) || (moments.nth ?? []).some((n) => n < 0);
  const lengths = fromEnd ? MONTH_LENGTHS : [ANY_LENGTH];
  return lengths.flatMap(({ length, months: having, years }) => {
    const both = having === null ? months : having.filter((month) => months === null || months.includes(month));
    const days = daysIn(moments, length);
    if (both?.length === 0 || days?.length === 0) return [];
    return [calendar({ days, months: both, years, weekdays }, times)];
  });
}

export function upTo(least: number, most: number): number[] {
  return Array.from({ length: most - least + 1 }, (_, n) => least + n);
}

const LEAP_YEARS = upTo(2000, LAST_YEAR).filter(isLeapYear);
const OTHER_YEARS = upTo(2000, LAST_YEAR).filter((year) => !isLeapYear(year));
const ANY_LENGTH = { length: 31, months: null, years: null };
const MONTH_LENGTHS = [
  { length: 31, months: [1, 3, 5, 7, 8, 10, 12], years: null },
  { length: 30, months: [4, 6, 9, 11], years: null },
  { length: 29, months: [2], years: LEAP_YEARS },
  { length: 28, months: [2], years: OTHER_YEARS },
];

/** The days of a month of this length that match, whatever their weekday; null for all of them. */
function daysIn({ days, nth }: Moments, length: number): number[] | null {
  if (days === null && nth === null) return null;
  return upTo(1, length).filter((day) => {
    const fromEnd = day - length - 1;
    const named = days === null || days.includes(day) || days.includes(fromEnd);
    return named && (nth === null || nth.includes(Math.ceil(day / 7)) || nth.includes(-Math.ceil(-fromEnd / 7)));
  });
}

/** Evenly spaced values as one range, which reads better in the Web UI; others as they are. */
function folded(values: number[]): Numbers {
  const [start, second] = values;
  if (start === undefined || second === undefined || values.length < 3) return values;
  const step = second - start;
  const even = values.every((value, index) => value === start + index * step);
  return even ? { start, end: values.at(-1)!, step } : values;
}
