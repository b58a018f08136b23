/** Compiles what an author writes under `schedule`. */
import { parseCron } from './cron.js';
import { fixedTime, type Moments } from './moments.js';
import { sentenceOf } from './sentence.js';

/** What makes a run unique: the slot's local date, or, for chains that fire oftener, the slot itself. */
export type KeyedBy = 'date' | 'slot';

export interface CompiledSchedule {
  timezone: string;
  /** The wall-clock minutes named; a moment in several of them is one slot. */
  moments: Moments[];
  /** The server starts a slot up to this much later than its nominal time. Milliseconds; 0 for none. */
  jitterMs: number;
  /** `every day at 06:00, Europe/Paris` */
  sentence: string;
  keyedBy: KeyedBy;
}

export interface ScheduleProblem {
  /** Below `schedule`: `cron`, or empty for the schedule as a whole. */
  field: string;
  value: unknown;
  message: string;
  /** Words that would have been right there; the nearest may be suggested. */
  known?: readonly string[];
}

export type Compilation = { compiled: CompiledSchedule; problems: [] } | { compiled: null; problems: ScheduleProblem[] };

type Form = (value: unknown) => { moments: Moments[] } | { problems: string[] };
const FORMS: Record<string, Form> = { cron: readCron, daily: readDaily };

/** Compiles a schedule in a time zone that exists, or says everything that is wrong with it. Takes anything. */
export function compileSchedule(schedule: unknown, timezone: string): Compilation {
  const forms = Object.keys(FORMS);
  const problem = (field: string, value: unknown, message: string, known?: string[]): Compilation => ({
    compiled: null,
    problems: [{ field, value, message, ...(known && { known }) }],
  });
  if (typeof schedule !== 'object' || schedule === null || Array.isArray(schedule)) {
    return problem('', schedule, `expected an object with one form, like { daily: '06:00' } or { cron: '30 6 * * 1-5' }`);
  }
  const keys = Object.keys(schedule);
  const unknown = keys.filter((key) => !forms.includes(key));
  if (unknown.length > 0) {
    return {
      compiled: null,
      problems: unknown.map((key) => ({
        field: key,
        value: (schedule as Record<string, unknown>)[key],
        message: `"${key}" is no form of a schedule; there are ${forms.join(' and ')}.`,
        known: forms,
      })),
    };
  }
  if (keys.length !== 1) {
    const came = keys.length === 0 ? 'is empty' : `has ${keys.length} forms (${keys.join(', ')})`;
    return problem('', schedule, `${came}; exactly one is expected: ${forms.join(' or ')}`);
  }
  const form = keys[0]!;
  const value = (schedule as Record<string, unknown>)[form];
  const read = FORMS[form]!(value);
  if ('problems' in read) {
    return { compiled: null, problems: read.problems.map((message) => ({ field: form, value, message })) };
  }
  const { moments } = read;
  return {
    compiled: {
      timezone,
      moments,
      jitterMs: 0,
      sentence: `${sentenceOf(moments)}, ${timezone}`,
      keyedBy: fixedTime(moments) ? 'date' : 'slot',
    },
    problems: [],
  };
}

function readCron(value: unknown): ReturnType<Form> {
  if (typeof value !== 'string') return { problems: [`expected cron's five fields as text, like '30 6 * * 1-5'`] };
  const cron = parseCron(value);
  return cron.moments ? { moments: cron.moments } : { problems: cron.problems };
}

function readDaily(value: unknown): ReturnType<Form> {
  const match = typeof value === 'string' ? /^(\d{2}):(\d{2})$/.exec(value) : null;
  const hour = Number(match?.[1]);
  const minute = Number(match?.[2]);
  if (!match || hour > 23 || minute > 59)
    return {
      problems: [`${JSON.stringify(value) ?? String(value)} is no time of day: write 24 hours and minutes, like '06:00'`],
    };
  return { moments: [{ minutes: [minute], hours: [hour], days: null, months: null, weekdays: null }] };
}
