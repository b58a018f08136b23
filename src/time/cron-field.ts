/** One field of a cron line. */

export interface CronField {
  name: string;
  least: number;
  most: number;
  /** Three-letter names; the first stands for the least value. */
  names: readonly string[];
  /** Values that are another's second name: 7 is Sunday like 0. */
  alias?: { value: number; of: number };
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export const CRON_FIELDS: readonly CronField[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  { name: 'day of the month', least: 1, most: 31, names: [] },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'day of the week', least: 0, most: 6, names: WEEKDAYS, alias: { value: 7, of: 0 } },
];

const [, , DAY, , WEEKDAY] = CRON_FIELDS as [CronField, CronField, CronField, CronField, CronField];

/**
 * The values a field names, sorted.
 * @throws RangeError in words: what came, what was expected, what to write instead.
 */
export function parseField(field: CronField, text: string): number[] {
  return sorted(text.split(',').flatMap((part) => parsePart(field, part)));
}

/** Days of the month: as parseField, and -1 for `L`, the last. */
export function parseDays(text: string): number[] {
  return sorted(text.split(',').flatMap((part) => (/^l$/i.test(part) ? [-1] : parsePart(DAY, part))));
}

export interface CronWeekdays {
  /** 0 (Sunday) to 6. */
  plain: number[];
  /** Single ones of a month: the weekday, and which of them. */
  nth: { weekday: number; nth: number }[];
}

/** Days of the week: as parseField, and `5#2` for the second Friday, `5L` or `fri#L` (nth -1) for the last. */
export function parseWeekdays(text: string): CronWeekdays {
  const found: CronWeekdays = { plain: [], nth: [] };
  for (const part of text.split(',')) {
    const single = parseNth(part);
    if (single) found.nth.push(single);
    else found.plain.push(...parsePart(WEEKDAY, part));
  }
  return { ...found, plain: sorted(found.plain) };
}

function parseNth(part: string): CronWeekdays['nth'][number] | null {
  const bare = part.toLowerCase();
  const last = /^(\d+|[a-z]{3})#?l$/.exec(bare) ?? /^l(\d+|[a-z]{3})$/.exec(bare);
  const [day, which] = last ? [last[1]!, 'l'] : (/^([^#]+)#([^#]*)$/.exec(bare)?.slice(1) ?? []);
  if (day === undefined || which === undefined) return null;
  if (!/^(\d+|[a-z]+)$/.test(day))
    throw new RangeError(`"${part}": "#" stands behind one day of the week, like "5#2" or "fri#2"`);
  const weekday = canonical(WEEKDAY, parseValue(WEEKDAY, day));
  if (which === 'l') return { weekday, nth: -1 };
  if (/^[1-5]$/.test(which)) return { weekday, nth: Number(which) };
  throw new RangeError(
    `"${part}": a month has a first to a fifth of each day of the week: write "${day}#1" to "${day}#5" or "${day}#L"`,
  );
}

function sorted(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function parsePart(field: CronField, part: string): number[] {
  refuseForeign(field, part);
  const [range = '', stepText, ...more] = part.split('/');
  if (part === '' || range === '' || stepText === '' || more.length > 0) {
    throw new RangeError(
      `${JSON.stringify(part)} is no ${field.name}: write a number, a range "a-b", a list "a,b" or a step "*/n"`,
    );
  }
  const step = stepText === undefined ? null : parseStep(field, stepText);
  if (range === '*') return every(field.least, field.most, step ?? 1);
  const dash = range.indexOf('-', 1);
  if (dash < 0) {
    const start = parseValue(field, range);
    if (step === null) return [canonical(field, start)];
    return every(canonical(field, start), field.most, step);
  }
  return parseRange(field, range.slice(0, dash), range.slice(dash + 1), step ?? 1);
}

function parseRange(field: CronField, from: string, to: string, step: number): number[] {
  const start = parseValue(field, from);
  const end = parseValue(field, to);
  if (start <= end) return every(start, end, step).map((value) => canonical(field, value));
  const named = field.alias !== undefined && isName(from) && isName(to);
  if (!named) {
    const instead = start <= field.most ? `${span(start, field.most)},${span(field.least, end)}` : span(field.least, end);
    throw new RangeError(`the ${field.name} range "${from}-${to}" runs backwards: write "${instead}"`);
  }
  // Around the week: fri-mon is Friday, Saturday, Sunday, Monday.
  const size = field.most - field.least + 1;
  return every(start, end + size, step).map((value) => value % size);
}

function parseStep(field: CronField, text: string): number {
  const size = field.most - field.least + 1;
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1) {
    throw new RangeError(`"/${text}" is no step of the ${field.name}: write a whole number from 1 to ${size}`);
  }
  if (Number(text) > size) {
    throw new RangeError(
      `the step "/${text}" is larger than the ${field.name} field, which has ${size} values: it would not mean "every ${text}"`,
    );
  }
  return Number(text);
}

function parseValue(field: CronField, text: string): number {
  const most = field.alias?.value ?? field.most;
  if (/^\d{1,4}$/.test(text)) {
    const value = Number(text);
    if (value >= field.least && value <= most) return value;
    throw new RangeError(`${field.name} ${text} is outside ${field.least} to ${most}`);
  }
  const name = text.toLowerCase();
  const index = field.names.indexOf(name);
  if (index >= 0) return field.least + index;
  const short = field.names.find((known) => name.startsWith(known));
  if (short) throw new RangeError(`"${text}" is too long: names have three letters here, so write "${short}"`);
  const names = field.names.length ? `, or ${field.names[0]} to ${field.names.at(-1)}` : '';
  throw new RangeError(`"${text}" is no ${field.name}: write a number from ${field.least} to ${most}${names}`);
}

/** What other dialects of cron write, with the reason why it is not read here. */
function refuseForeign(field: CronField, part: string): void {
  const bare = part.toLowerCase();
  if (bare.includes('?')) throw new RangeError('"?" is another dialect\'s word for any: write "*"');
  if (bare.includes('+')) throw new RangeError(`"${part}": "+" has no meaning in cron; write the values out`);
  if (bare.includes('#')) {
    throw new RangeError(
      `"${part}": "#" means the n-th day of the week of a month, and belongs into the last field, like "fri#2"`,
    );
  }
  if (/^(\d+|l)?-?w$|^w\d*$/.test(bare)) {
    throw new RangeError(
      `"${part}": the nearest working day is not read, because holidays differ: name days of the week instead, like "mon-fri"`,
    );
  }
  if (!/^l([-/].*)?$|^\d+l$|^l\d+$|-l$/.test(bare) && !(field.alias && /^[a-z]{3}l$/.test(bare))) return;
  if (field === DAY && /^l-\d+$/.test(bare)) {
    throw new RangeError(`"${part}": days before the last are not read; "L" is the last day of the month`);
  }
  if (field === DAY && /^\d+-l$/.test(bare)) {
    throw new RangeError(`"${part}": a range cannot end with "L": write "${bare.slice(0, -2)}-31", and short months end sooner`);
  }
  if (field === WEEKDAY && bare === 'l') {
    throw new RangeError(
      '"L" alone is no day of the week: write "6L" for the last Saturday of the month, or "6" for every Saturday',
    );
  }
  const where =
    field === DAY || field === WEEKDAY
      ? 'as "L" in the days of the month and as "5L" in the days of the week'
      : 'only in the fields of days';
  throw new RangeError(`"${part}" is no ${field.name}: "L" is read ${where}`);
}

function every(from: number, to: number, step: number): number[] {
  const values: number[] = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return values;
}

function canonical(field: CronField, value: number): number {
  return value === field.alias?.value ? field.alias.of : value;
}

function isName(text: string): boolean {
  return /^[a-z]/i.test(text);
}

function span(from: number, to: number): string {
  return from === to ? `${from}` : `${from}-${to}`;
}
