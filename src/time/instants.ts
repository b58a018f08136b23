/** Instants as people write them: in UTC, with an offset, or as a local time of a zone. */
import { clockOf } from './clock.js';
import { dayOf, parseDate } from './dates.js';
import { DAY_MS, dayNumber } from './days.js';
import { FIRST_YEAR, LAST_YEAR } from './moments.js';
import { instantText, localText } from './zones.js';

const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Epoch milliseconds of a text like `2026-03-01T08:00:00Z`, `2026-03-01T09:00+01:00`, or `2026-03-01 09:00` in the zone.
 * A local time that the clocks show twice is the first of both.
 * @throws RangeError in words, if the text is no instant, or a local time that the clocks skip
 */
export function parseInstant(text: string, zone: string): number {
  const match = INSTANT.exec(text);
  if (!match) {
    throw new RangeError(
      `${JSON.stringify(text)} is no instant: write it in UTC, like 2026-03-01T08:00:00Z, or as local time, like 2026-03-01T09:00`,
    );
  }
  const [, date, hour, minute, second = '00', fraction = '', offset] = match as unknown as string[];
  const day = parseDate(date!);
  const year = Number(day.slice(0, 4));
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw new RangeError(`${JSON.stringify(text)} is no instant: hours go from 00 to 23, minutes and seconds from 00 to 59`);
  }
  if (Number(fraction) !== 0)
    throw new RangeError(`${JSON.stringify(text)}: slots lie on whole seconds; leave out ".${fraction}"`);
  const local =
    dayNumber(year, Number(day.slice(4, 6)), Number(day.slice(6))) * DAY_MS +
    Number(hour) * HOUR_MS +
    Number(minute) * MINUTE_MS +
    Number(second) * 1_000;
  if (offset !== undefined) return local - offsetMs(text, offset);
  return localInstant(local, text, zone);
}

/** As parseInstant, and within the years that slots may have, 2000 to 2100. */
export function parseSlotInstant(text: string, zone: string): number {
  const instant = parseInstant(text, zone);
  if (instant >= yearStart(FIRST_YEAR) && instant < yearStart(LAST_YEAR + 1)) return instant;
  throw new RangeError(`${JSON.stringify(text)} lies outside the years ${FIRST_YEAR} to ${LAST_YEAR}`);
}

/** The years that windows may reach into: beyond, nobody knows the clocks. */
const [FIRST_WINDOW_YEAR, LAST_WINDOW_YEAR] = [1900, 2199];

/** Where a window of slots begins: a date with its first instant, or an instant. Epoch milliseconds. @throws RangeError in words */
export function startOfWindow(text: string, zone: string): number {
  return inWindowYears(text, isDateText(text) ? clockOf(zone).startOfDay(dayOf(parseDate(text))) : parseInstant(text, zone));
}

/** Where it ends, which belongs to it: a date with its last second, or an instant. @throws RangeError in words */
export function endOfWindow(text: string, zone: string): number {
  if (!isDateText(text)) return inWindowYears(text, parseInstant(text, zone));
  return inWindowYears(text, clockOf(zone).startOfDay(dayOf(parseDate(text)) + 1) - 1_000);
}

/** Whether a text means a date rather than an instant. */
export function isDateText(text: string): boolean {
  return /^[\d-]{8,10}$/.test(text);
}

function inWindowYears(text: string, instant: number): number {
  if (instant >= yearStart(FIRST_WINDOW_YEAR) - DAY_MS && instant < yearStart(LAST_WINDOW_YEAR + 1) + DAY_MS) return instant;
  throw new RangeError(`${JSON.stringify(text)} lies outside the years ${FIRST_WINDOW_YEAR} to ${LAST_WINDOW_YEAR}`);
}

/** The first instant of a year in UTC. */
export function yearStart(year: number): number {
  return dayNumber(year, 1, 1) * DAY_MS;
}

function offsetMs(text: string, offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3).replace(':', ''))];
  if (hours > 15 || minutes > 59) throw new RangeError(`${JSON.stringify(text)}: "${offset}" is no offset from UTC`);
  return (offset.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS);
}

function localInstant(local: number, text: string, zone: string): number {
  const clock = clockOf(zone);
  const [first] = clock.instantsAt(local);
  if (first !== undefined) return first;
  const { at, before, after } = clock.gapAt(local)!;
  const shows = (offset: number) => localText(at + offset).slice(11, 16);
  throw new RangeError(
    `${JSON.stringify(text)} does not exist in ${zone}: that day clocks go from ${shows(before)} to ${shows(after)}. ` +
      `Write ${instantText(at)} for the first instant after that`,
  );
}
