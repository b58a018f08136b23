/** Turns moments into what a Temporal Schedule understands. */
import type { Moments } from './moments.js';
import type { CompiledSchedule } from './schedule.js';

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

/**
 * One calendar of a schedule, as Temporal's client takes it. Values are scalars or ranges with all three parts:
 * a range without an end is sent wrongly by the client, and texts with a star and a step are refused by it.
 */
export interface CalendarSpec {
  minute: number[] | NumberRange;
  hour: number[] | NumberRange;
  dayOfMonth?: number[] | NumberRange;
  month?: (typeof MONTHS)[number][];
  dayOfWeek?: (typeof WEEKDAYS)[number][];
  /** At most 200 characters; survives on the server. */
  comment?: string;
}

export interface ScheduleSpec {
  calendars: CalendarSpec[];
  timezone: string;
}

/** Zone calendars for a union of moments. */
export function zoneCalendars(union: readonly Moments[], timezone: string): ScheduleSpec {
  return { calendars: union.map(calendarOf), timezone };
}

function calendarOf({ minutes, hours, days, months, weekdays }: Moments): CalendarSpec {
  return {
    minute: folded(minutes),
    hour: folded(hours),
    ...(days && { dayOfMonth: folded(days) }),
    ...(months && { month: months.map((month) => MONTHS[month - 1]!) }),
    ...(weekdays && { dayOfWeek: weekdays.map((day) => WEEKDAYS[day]!) }),
  };
}

/** Evenly spaced values as one range, which reads better in the Web UI; others as they are. */
function folded(values: number[]): number[] | NumberRange {
  const [start, second] = values;
  if (start === undefined || second === undefined || values.length < 3) return values;
  const step = second - start;
  const even = values.every((value, index) => value === start + index * step);
  return even ? { start, end: values.at(-1)!, step } : values;
}

/** A spec and how long it holds. */
export interface TemporalSpec {
  spec: ScheduleSpec;
  /** Epoch milliseconds of the last slot it names; null if it is good for ever. */
  goodUntil: number | null;
}

/** What a Temporal Schedule needs to start the schedule's slots. `now`, in epoch milliseconds, is where a finite spec begins. */
export function temporalSpec(schedule: CompiledSchedule, now: number): TemporalSpec {
  void now;
  return { spec: zoneCalendars(schedule.moments, schedule.timezone), goodUntil: null };
}
