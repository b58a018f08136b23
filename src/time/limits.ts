/** Reads what stands around a form: `from`, `until`, `except`. */
import { clockOf } from './clock.js';
import { dashed, dayOf, parseDate } from './dates.js';
import { isDateText, parseSlotInstant } from './instants.js';
import { isFields, shown, within, type Fields, type Refuse } from './problem.js';
import type { Bound, Limits } from './rule.js';
import { instantText } from './zones.js';

export const LIMIT_KEYS = ['from', 'until', 'except'] as const;

export function readLimits(refuse: Refuse, fields: Fields, zone: string): Limits | undefined {
  const from = readBound(within(refuse, 'from'), fields.from, zone);
  const until = readBound(within(refuse, 'until'), fields.until, zone);
  const except = readExcept(within(refuse, 'except'), fields.except);
  if (from === undefined || until === undefined || except === undefined) return undefined;
  if (from && until && startOf(from, zone) > endOf(until, zone)) {
    return refuse('until', fields.until, `${shown(fields.until)} lies before from, ${shown(fields.from)}`);
  }
  return { from, until, except };
}

/** The first instant that a bound lets in, in epoch milliseconds. */
export function startOf(bound: Bound, zone: string): number {
  return 'instant' in bound ? bound.instant : clockOf(zone).startOfDay(dayOf(bound.date));
}

/** The last instant that a bound lets in. */
export function endOf(bound: Bound, zone: string): number {
  return 'instant' in bound ? bound.instant : clockOf(zone).startOfDay(dayOf(bound.date) + 1) - 1_000;
}

/** `from 2026-03-01 until 2026-06-30, except 2026-05-01`, with what is there; else empty. */
export function limitsText({ from, until, except }: Limits): string {
  const bounds = [from && `from ${boundText(from)}`, until && `until ${boundText(until)}`].filter((text) => text !== null);
  const ranges = except.map(([first, last]) => (first === last ? dashed(first) : `${dashed(first)} to ${dashed(last)}`));
  const shownRanges =
    ranges.length > MOST_SHOWN ? [...ranges.slice(0, MOST_SHOWN - 1), `${ranges.length - MOST_SHOWN + 1} more`] : ranges;
  return [bounds.join(' '), ranges.length > 0 ? `except ${shownRanges.join(', ')}` : ''].filter((text) => text !== '').join(', ');
}

const MOST_SHOWN = 4;

function boundText(bound: Bound): string {
  return 'date' in bound ? dashed(bound.date) : instantText(bound.instant);
}

/** null where none is given, undefined where it is refused. */
function readBound(refuse: Refuse, value: unknown, zone: string): Bound | null | undefined {
  if (value === undefined) return null;
  if (typeof value !== 'string') return refuse('', value, `${shown(value)} is neither a date, like '2026-03-01', nor an instant`);
  try {
    return isDateText(value) ? { date: parseDate(value) } : { instant: parseSlotInstant(value, zone) };
  } catch (error) {
    return refuse(
      '',
      value,
      (error as Error).message.replace('no instant: write it', 'no date, like 2026-03-01, and no instant: write that'),
    );
  }
}

function readExcept(refuse: Refuse, value: unknown): Limits['except'] | undefined {
  if (value === undefined) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return refuse('', value, 'is empty: leave it out');
  const ranges = list.map((one, index) => readRange(Array.isArray(value) ? within(refuse, `[${index}]`) : refuse, one));
  if (ranges.some((range) => range === undefined)) return undefined;
  return (ranges as Limits['except']).sort(([a], [b]) => (a < b ? -1 : 1));
}

function readRange(refuse: Refuse, value: unknown): Limits['except'][number] | undefined {
  const texts = rangeTexts(value);
  if (texts === null) {
    return refuse(
      '',
      value,
      `${shown(value)} is no date and no range: write '2026-12-25', '2026-12-24..2026-12-31' or { from, until }`,
    );
  }
  try {
    const [first, last] = texts.map(parseDate) as [string, string];
    if (first <= last) return [first, last];
    return refuse('', value, `${shown(value)} runs backwards: write the earlier date first`);
  } catch (error) {
    return refuse('', value, (error as Error).message);
  }
}

function rangeTexts(value: unknown): [string, string] | null {
  if (typeof value === 'string') {
    const [first = '', last = first, ...more] = value.split('..').map((text) => text.trim());
    return more.length === 0 ? [first, last] : null;
  }
  if (!isFields(value)) return null;
  const { from, until, to, ...others } = value;
  const last = until ?? to;
  const whole = typeof from === 'string' && typeof last === 'string' && (until === undefined || to === undefined);
  return whole && Object.keys(others).length === 0 ? [from, last] : null;
}
