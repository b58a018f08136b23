/** Single fields of the forms. Each reader notes what is wrong and answers undefined for it. */
import { shown, within, type Refuse } from './problem.js';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Minutes after midnight of `'06:00'`. */
export function readTimeOfDay(refuse: Refuse, value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^(\d{2}):(\d{2})$/.exec(value) : null;
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2])];
  if (match && hour <= 23 && minute <= 59) return hour * 60 + minute;
  return refuse('', value, `${shown(value)} is no time of day: write 24 hours and minutes, like '06:00'`);
}

/** Days of the week, 0 (Sunday) to 6, from one name or a list of them; sorted, without doubles. */
export function readWeekdays(refuse: Refuse, value: unknown, otherwise = ''): number[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return refuse('', value, 'is empty: name a day of the week');
  const found = list.map((one, index) =>
    readWeekday(Array.isArray(value) ? within(refuse, `[${index}]`) : refuse, one, otherwise),
  );
  if (found.some((day) => day === undefined)) return undefined;
  return [...new Set(found as number[])].sort((a, b) => a - b);
}

function readWeekday(refuse: Refuse, value: unknown, otherwise: string): number | undefined {
  const name = typeof value === 'string' ? value.toLowerCase() : '';
  const index = WEEKDAYS.findIndex((known) => known === name || known.slice(0, 3) === name);
  if (index >= 0) return index;
  const instead =
    typeof value === 'number' ? '; numbers mean different days in different programs' : `${otherwise}; several stand in a list`;
  return refuse(
    '',
    value,
    `${shown(value)} is no day of the week: write 'monday' or 'mon'${instead}`,
    name === '' ? undefined : { word: name, known: WEEKDAYS },
  );
}

/** A whole number in a range. */
export function readWhole(refuse: Refuse, value: unknown, least: number, most: number, what: string): number | undefined {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  return refuse('', value, `${shown(value)} is not possible; expected ${what}, a whole number from ${least} to ${most}`);
}
