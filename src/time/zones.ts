/** Instants and the local dates they fall on. Instants are ISO texts in UTC without milliseconds: `2026-02-03T05:00:00Z`. */
import { Temporal } from 'temporal-polyfill/implementation';
import { clockOf } from './clock.js';
import { dashed, dateOf, dayOf } from './dates.js';
import { DAY_MS } from './days.js';

const SLOT_KEY = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/**
 * Whether the text is an IANA time zone in its proper spelling.
 * Offsets like `+01:00` are not: they know no clock changes. Nor is `europe/paris`: the Temporal server reads zones letter by letter.
 */
export function isZone(text: string): boolean {
  return properZone(text) === text;
}

/** The proper spelling of a zone that was written in other letters, or null if there is no such zone. */
export function properZone(text: string): string | null {
  if (!/^[A-Za-z]/.test(text)) return null;
  try {
    return new Temporal.ZonedDateTime(0n, text).timeZoneId;
  } catch {
    return null;
  }
}

/** Names of time zones, for suggestions. */
export function zoneNames(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')];
}

/** Epoch milliseconds or an ISO instant as `2026-02-03T05:00:00Z`; parts of a second are cut off. */
export function instantText(instant: string | number): string {
  return `${localText(epochMs(instant))}Z`;
}

/** The same for a local time, in milliseconds as the wall clock counts them: `2026-02-03T06:00:00`. */
export function localText(local: number): string {
  const day = Math.floor(local / DAY_MS);
  const seconds = Math.floor((local - day * DAY_MS) / 1_000);
  return `${dayText(day)}T${minuteText(Math.floor(seconds / 60))}:${twoDigits(seconds % 60)}`;
}

/** An instant as local time with its offset: `2026-02-03T06:00:00+01:00`. */
export function localInstantText(instant: number, zone: string): string {
  const offset = clockOf(zone).offsetAt(instant);
  const seconds = Math.abs(offset) / 1_000;
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, ...(seconds % 60 > 0 ? [seconds % 60] : [])];
  return `${localText(instant + offset)}${offset < 0 ? '-' : '+'}${parts.map(twoDigits).join(':')}`;
}

/**
 * Epoch milliseconds of an ISO instant (with `Z` or an offset), or of epoch milliseconds.
 * @throws RangeError in words, if the text is no instant.
 */
export function epochMs(instant: string | number): number {
  if (typeof instant === 'number') return instant;
  try {
    return Temporal.Instant.from(instant).epochMilliseconds;
  } catch {
    throw new RangeError(`${JSON.stringify(instant)} is no instant: write it in UTC, like 2026-02-03T05:00:00Z`);
  }
}

/** The local date, `YYYYMMDD`, of an instant in a zone. */
export function localDate(instant: string | number, zone: string): string {
  return dateOf(clockOf(zone).dayAt(epochMs(instant)));
}

/** The first instant of a local date. Mostly midnight; where a clock change swallows midnight, the first instant after it. */
export function firstInstant(date: string, zone: string): string {
  return instantText(clockOf(zone).startOfDay(dayOf(date)));
}

/**
 * A wall-clock time of a date in a zone, as an ISO instant that keeps its offset: `2026-02-03T07:30:00+01:00`. At a time
 * the clocks skip, the first instant after the gap; at one they repeat, the first. `time` is `HH:MM`.
 */
export function wallClock(date: string, time: string, zone: string): string {
  const clock = clockOf(zone);
  const local = localOf(date, time);
  return localInstantText(clock.instantsAt(local)[0] ?? clock.gapAt(local)!.at, zone);
}

/** The run key of a slot: `20260203T050000Z`. */
export function slotKey(instant: string | number): string {
  return slotKeyOf(instantText(instant));
}

/** The same of an instant that is already written as such. */
export function slotKeyOf(text: string): string {
  return text.replaceAll(/[-:]/g, '');
}

/** The instant of a slot's run key, or null for any other text. */
export function instantOfSlotKey(runKey: string): string | null {
  const match = SLOT_KEY.exec(runKey);
  if (!match) return null;
  const [, year, month, day, hour, minute, second] = match;
  try {
    return instantText(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  } catch {
    return null;
  }
}

/** Milliseconds as the wall clock counts them; the time is `HH:MM`, with seconds or without. */
function localOf(date: string, time: string): number {
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  return dayOf(date) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1_000;
}

/** Texts of the last day asked for: slots come day by day. */
let lastDay = { number: NaN, text: '' };

function dayText(number: number): string {
  if (lastDay.number !== number) lastDay = { number, text: dashed(dateOf(number)) };
  return lastDay.text;
}

const minuteTexts: string[] = [];

function minuteText(minute: number): string {
  return (minuteTexts[minute] ??= `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`);
}

function twoDigits(n: number): string {
  return n < 10 ? `0${n}` : `${n}`;
}
