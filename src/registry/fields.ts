/** Reads single fields of a definition. Each reader notes what is wrong and answers undefined for it. */
import { DAY, HOUR, MINUTE, SECOND } from '../plan/limits.js';
import { durationMs } from '../plan/duration.js';
import { nearest, shown, type Note } from './problems.js';

export type Fields = Record<string, unknown>;

/** Whether a value is a plain object: `{…}`, not a list, not null, not of a class. */
export function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Compared by shape: an object may come from another copy of the language's own classes.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export function at(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

/** Notes every key that is not known, with the nearest one that is. */
export function checkKeys(note: Note, path: string, fields: Fields, known: readonly string[]): void {
  for (const key of Object.keys(fields)) {
    if (known.includes(key)) continue;
    note(at(path, key), fields[key], `"${key}" is not known here; there are ${known.join(', ')}.`, nearest(key, known));
  }
}

export function readText(note: Note, path: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.trim() !== '') return value;
  note(path, value, `${shown(value)} is no text.`);
  return undefined;
}

export function readYesNo(note: Note, path: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  note(path, value, `${shown(value)} is not possible; expected true or false.`);
  return undefined;
}

/** A list of texts, none twice. */
export function readTexts(note: Note, path: string, value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) {
    const instead = typeof value === 'string' ? `: write [${JSON.stringify(value)}]` : '';
    note(path, value, `${shown(value)} stands where a list of texts belongs${instead}.`);
    return undefined;
  }
  const texts: string[] = [];
  value.forEach((one: unknown, index) => {
    if (typeof one !== 'string' || one === '') note(`${path}[${index}]`, one, `${shown(one)} is no text.`);
    else if (texts.includes(one)) note(`${path}[${index}]`, one, `"${one}" is named twice.`);
    else texts.push(one);
  });
  return texts;
}

export function readNumber(
  note: Note,
  path: string,
  value: unknown,
  range: { least: number; most: number; whole?: boolean },
): number | undefined {
  if (value === undefined) return undefined;
  const { least, most, whole = false } = range;
  const fits = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value));
  if (fits) return value;
  const kind = whole ? 'whole number' : 'number';
  note(path, value, `${shown(value)} is not possible; expected a ${kind} from ${least} to ${most.toLocaleString('en')}.`);
  return undefined;
}

/** Milliseconds of a duration between two bounds, both allowed. */
export function readDuration(note: Note, path: string, value: unknown, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    const hint = typeof value === 'number' ? `: write the unit too, like "${value} minutes"` : ', like "15 minutes"';
    note(path, value, `${shown(value)} is no duration${hint}.`);
    return undefined;
  }
  let ms: number;
  try {
    ms = durationMs(value);
  } catch (error) {
    note(path, value, `${(error as Error).message}.`);
    return undefined;
  }
  if (ms >= least && ms <= most) return ms;
  note(path, value, `"${value}" is not possible; expected ${asDuration(least)} to ${asDuration(most)}.`);
  return undefined;
}

export function readChoice<T extends string>(note: Note, path: string, value: unknown, choices: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  if (choices.includes(value as T)) return value as T;
  const suggestion = typeof value === 'string' ? nearest(value, choices) : null;
  note(path, value, `${shown(value)} is not possible; there are ${choices.join(', ')}.`, suggestion);
  return undefined;
}

/** An object, or a note that says what came instead. */
export function readFields(note: Note, path: string, value: unknown): Fields | undefined {
  if (value === undefined) return undefined;
  if (isFields(value)) return value;
  note(path, value, `${shown(value)} stands where an object { … } belongs.`);
  return undefined;
}

function asDuration(ms: number): string {
  for (const [unit, size] of [
    ['day', DAY],
    ['hour', HOUR],
    ['minute', MINUTE],
    ['second', SECOND],
  ] as const) {
    if (ms >= size && ms % size === 0) return `"${ms / size} ${unit}${ms === size ? '' : 's'}"`;
  }
  return `"${ms} milliseconds"`;
}
