/** What is wrong with a schedule, collected while it is read. */

export interface ScheduleProblem {
  /** Below `schedule`: `cron`, `weekly.on`, `[1].daily`, or empty for the schedule as a whole. */
  field: string;
  value: unknown;
  message: string;
  /** A word that is not known, and those that are: the nearest may be suggested. */
  typo?: Typo;
}

export interface Typo {
  word: string;
  known: readonly string[];
}

/** Notes a problem of a field. Answers undefined, so that a reader can return what it returns. */
export type Refuse = (field: string, value: unknown, message: string, typo?: Typo) => undefined;

/** The same, below a field. */
export function within(refuse: Refuse, path: string): Refuse {
  return (field, value, message, typo) =>
    refuse(field === '' ? path : field.startsWith('[') ? path + field : `${path}.${field}`, value, message, typo);
}

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object with all the keys that are needed and none that is not known; else what is wrong is noted. */
export function readFields(
  refuse: Refuse,
  value: unknown,
  needed: readonly string[],
  optional: readonly string[] = [],
): Fields | undefined {
  const known = [...needed, ...optional];
  if (!isFields(value)) return refuse('', value, `expected an object with ${listed(known)}`);
  let whole = true;
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    whole = false;
    refuse(key, value[key], `"${key}" is not known here; there are ${listed(known)}`, { word: key, known });
  }
  for (const key of needed) {
    if (value[key] !== undefined) continue;
    whole = false;
    refuse(key, undefined, 'is missing');
  }
  return whole ? value : undefined;
}

/** A value as it stands in a message. */
export function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

export function listed(words: readonly string[], last = 'and'): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}` : (words[0] ?? '');
}
