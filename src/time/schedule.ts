/** Compiles what an author writes under `schedule`. */
import { FORMS, type Read } from './forms.js';
import { durationMs } from '../plan/duration.js';
import { LIMIT_KEYS, limitsText, readLimits } from './limits.js';
import { FIRST_YEAR, LAST_YEAR } from './moments.js';
import { isFields, listed, shown, within, type Fields, type Refuse, type ScheduleProblem } from './problem.js';
import type { CompiledSchedule, KeyedBy, Limits } from './rule.js';
import { hasSlots } from './slots.js';

export type { CompiledSchedule, KeyedBy } from './rule.js';
export type { ScheduleProblem } from './problem.js';

export type Compilation = { compiled: CompiledSchedule; problems: [] } | { compiled: null; problems: ScheduleProblem[] };

const FORM_NAMES = Object.keys(FORMS);
const AROUND = [...LIMIT_KEYS, 'jitter', 'key'];
/** What stands beside `schedule`, and is often written into it. */
const BESIDE = ['timezone', 'catchUp', 'startWithin', 'overlap', 'deadline', 'keep', 'summary', 'tags', 'tasks', 'concurrency'];
const KEYS: readonly KeyedBy[] = ['date', 'slot'];
/** Beyond that a slot is no longer near its time. */
const MOST_JITTER_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Compiles a schedule in a time zone that exists, or says everything that is wrong with it. Takes anything. */
export function compileSchedule(schedule: unknown, timezone: string): Compilation {
  const problems: ScheduleProblem[] = [];
  const refuse: Refuse = (field, value, message, typo) => {
    problems.push({ field, value, message, ...(typo && { typo }) });
    return undefined;
  };
  const members = readMembers(refuse, schedule, timezone);
  const compiled = problems.length === 0 && members ? combine(refuse, schedule, members, timezone) : undefined;
  return compiled && problems.length === 0 ? { compiled, problems: [] } : { compiled: null, problems };
}

/** One form with what stands around it. */
interface Member extends Read {
  form: string;
  limits: Limits;
  jitterMs: number;
  key: KeyedBy | null;
}

function readMembers(refuse: Refuse, schedule: unknown, zone: string): Member[] | undefined {
  if (!Array.isArray(schedule)) {
    const only = readMember(refuse, schedule, zone);
    return only && [only];
  }
  if (schedule.length === 0) return refuse('', schedule, 'is empty; a list of forms names at least one');
  const members = schedule.map((one, index) => readMember(within(refuse, `[${index}]`), one, zone));
  return members.every((member) => member !== undefined) ? members : undefined;
}

function readMember(refuse: Refuse, value: unknown, zone: string): Member | undefined {
  if (!isFields(value)) {
    return refuse('', value, `expected an object with one form, like { daily: '06:00' } or { cron: '30 6 * * 1-5' }`);
  }
  const forms = Object.keys(value).filter((key) => FORM_NAMES.includes(key));
  const [form] = forms;
  refuseUnknown(refuse, value, form);
  if (form === undefined || forms.length > 1) {
    if (forms.length > 1) {
      refuse('', value, `has ${forms.length} forms (${forms.join(', ')}); exactly one is expected. Both: write a list of two`);
    } else if (Object.keys(value).every((key) => AROUND.includes(key))) {
      refuse(
        '',
        value,
        `${Object.keys(value).length === 0 ? 'is empty' : 'has no form'}; exactly one is expected: ${listed(FORM_NAMES, 'or')}`,
      );
    }
    return undefined;
  }
  const read = FORMS[form]!(within(refuse, form), value[form], { zone, fields: value, refuse });
  const limits = readLimits(refuse, value, zone);
  const jitterMs = readJitter(within(refuse, 'jitter'), value.jitter);
  const key = readKey(within(refuse, 'key'), value.key);
  if (!read || !limits || jitterMs === undefined || key === undefined) return undefined;
  return { ...read, form, limits, jitterMs, key };
}

function refuseUnknown(refuse: Refuse, fields: Fields, form: string | undefined): void {
  const known = [...FORM_NAMES, ...AROUND, ...(form === 'every' ? ['offset'] : [])];
  for (const key of Object.keys(fields)) {
    if (known.includes(key)) continue;
    if (BESIDE.includes(key)) refuse(key, fields[key], `"${key}" stands beside the schedule, not in it`);
    else if (key === 'offset') refuse(key, fields[key], '"offset" goes with "every" only');
    else if (form === undefined) {
      refuse(key, fields[key], `"${key}" is no form of a schedule; there are ${listed(FORM_NAMES)}`, { word: key, known });
    } else {
      refuse(key, fields[key], `"${key}" is not known here; around a form there are ${listed(AROUND)}`, { word: key, known });
    }
  }
}

function readJitter(refuse: Refuse, value: unknown): number | undefined {
  if (value === undefined) return 0;
  const instead = `write a duration from '1 second' to '1 hour', like '5 minutes'`;
  if (typeof value !== 'string') return refuse('', value, `${shown(value)} is no duration: ${instead}`);
  try {
    const ms = durationMs(value);
    if (ms >= 1_000 && ms <= MOST_JITTER_MS && ms % 1_000 === 0) return ms;
    return refuse('', value, `${shown(value)} is not possible: ${instead}`);
  } catch (error) {
    return refuse('', value, (error as Error).message);
  }
}

/** null where nothing is said. */
function readKey(refuse: Refuse, value: unknown): KeyedBy | null | undefined {
  if (value === undefined) return null;
  if (KEYS.includes(value as KeyedBy)) return value as KeyedBy;
  const typo = typeof value === 'string' ? { word: value, known: KEYS } : undefined;
  return refuse('', value, `${shown(value)} is not possible; there are 'date' and 'slot'`, typo);
}

function combine(refuse: Refuse, schedule: unknown, members: readonly Member[], timezone: string): CompiledSchedule | undefined {
  const [first] = members as [Member];
  const list = Array.isArray(schedule);
  for (const name of ['jitterMs', 'key'] as const) {
    const odd = members.findIndex((member) => member[name] !== first[name]);
    const key = name === 'key' ? 'key' : 'jitter';
    if (odd > 0)
      refuse(`[${odd}].${key}`, (schedule as Fields[])[odd]![key], `all members of a list have the same ${key}, or none`);
  }
  refuseOddInterval(refuse, schedule, members);
  const keyedBy = keyOf(refuse, schedule, members);
  if (keyedBy === undefined) return undefined;
  const compiled: CompiledSchedule = {
    timezone,
    rules: members.flatMap(({ due, limits }) => due.map((one) => ({ due: one, limits }))),
    jitterMs: first.jitterMs,
    sentence: sentenceOf(members, timezone),
    keyedBy,
  };
  members.forEach(({ due, limits, form }, index) => {
    const limited = limits.from !== null || limits.until !== null || limits.except.length > 0;
    // Without limits, forms that never occur are refused where they are read; but an interval may be as long as anyone likes.
    if (!limited && form !== 'every') return;
    if (hasSlots({ ...compiled, rules: due.map((one) => ({ due: one, limits })) })) return;
    const why = limited ? 'between from and until, less except' : `in the years ${FIRST_YEAR} to ${LAST_YEAR}`;
    const field = list ? `[${index}]` : '';
    refuse(field, list ? (schedule as unknown[])[index] : schedule, `never occurs: ${form} has not one slot ${why}`);
  });
  return compiled;
}

/** Once a day at one time, everywhere: keyed by date. A statement may only bring what is due oftener under its date. */
function keyOf(refuse: Refuse, schedule: unknown, members: readonly Member[]): KeyedBy | undefined {
  const [first] = members as [Member];
  const field = Array.isArray(schedule) ? '[0].key' : 'key';
  const onceADay = first.onceAt !== null && members.every(({ onceAt }) => onceAt === first.onceAt);
  if (onceADay && first.key === 'slot') {
    return refuse(
      field,
      'slot',
      `a schedule that is due once a day is keyed by date, so that no clock change can lose a day; leave key out`,
    );
  }
  if (first.key === 'date' && members.some(({ form }) => form === 'at')) {
    return refuse(field, 'date', `"at" names single instants, and each is a run of its own; leave key out`);
  }
  return first.key ?? (onceADay ? 'date' : 'slot');
}

/**
 * Temporal knows one start, end and list of exceptions for all of a schedule's intervals. An interval that divides the day
 * can be written as times of the day instead; another cannot.
 */
function refuseOddInterval(refuse: Refuse, schedule: unknown, members: readonly Member[]): void {
  const alike = members.every(({ limits }) => JSON.stringify(limits) === JSON.stringify(members[0]!.limits));
  if (alike) return;
  members.forEach(({ due }, index) => {
    const [one] = due;
    if (one?.kind !== 'every' || DAY_MS % one.everyMs === 0) return;
    const { every } = (schedule as Fields[])[index]!;
    refuse(
      `[${index}].every`,
      every,
      `${shown(every)} does not divide a day: in a list it needs the same from, until and except as all other members`,
    );
  });
}

function sentenceOf(members: readonly Member[], timezone: string): string {
  const texts = members.map(({ sentence, limits }) => [sentence, limitsText(limits)].filter((text) => text !== '').join(', '));
  // What is counted in UTC throughout needs no other zone.
  const utc = members.every(({ form, limits }) => form === 'every' && limitsText(limits) === '');
  return [...new Set(texts)].join('; and ') + (utc ? '' : `, ${timezone}`);
}
