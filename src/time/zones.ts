/** Instants and the local dates they fall on. Instants are ISO texts in UTC without milliseconds: `2026-02-03T05:00:00Z`. */
import { Temporal } from 'temporal-polyfill/implementation';
import { dateOf, plainDate } from './dates.js';

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
  const seconds = Math.floor(epochMs(instant) / 1_000);
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1_000).toString({ smallestUnit: 'second' });
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
  return dateOf(Temporal.Instant.fromEpochMilliseconds(epochMs(instant)).toZonedDateTimeISO(zone));
}

/** The first instant of a local date. Mostly midnight; where a clock change swallows midnight, the first instant after it. */
export function firstInstant(date: string, zone: string): string {
  return instantText(plainDate(date).toZonedDateTime(zone).epochMilliseconds);
}

/**
 * A wall-clock time of a date in a zone, as an ISO instant that keeps its offset: `2026-02-03T07:30:00+01:00`. At a time
 * the clocks skip, the first instant after the gap; at one they repeat, the first. `time` is `HH:MM`.
 */
export function wallClock(date: string, time: string, zone: string): string {
  const [hour, minute] = time.split(':').map(Number) as [number, number];
  const local = plainDate(date).toPlainDateTime({ hour, minute });
  const before = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  // In a gap "earlier" is the wall clock read with the offset before it, which lies before the change.
  const inGap = !before.toPlainDateTime().equals(local);
  const found = (inGap && before.getTimeZoneTransition('next')) || before;
  return found.toString({ smallestUnit: 'second', timeZoneName: 'never' });
}

/** The run key of a slot: `20260203T050000Z`. */
export function slotKey(instant: string | number): string {
  return instantText(instant).replaceAll(/[-:]/g, '');
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

/** The instants at which a zone's clocks show a time (`HH:MM:SS`) on a date: none in a gap, two where they are set back. */
export function instantsOfLocal(date: string, time: string, zone: string): string[] {
  const local = plainDate(date).toPlainDateTime(Temporal.PlainTime.from(time));
  const instants = (['earlier', 'later'] as const)
    .map((disambiguation) => local.toZonedDateTime(zone, { disambiguation }))
    .filter((zoned) => zoned.toPlainDateTime().equals(local))
    .map(({ epochMilliseconds }) => instantText(epochMilliseconds));
  return [...new Set(instants)];
}

/** An instant as a zone's clocks show it, with their offset: `2026-02-03T06:00:00+01:00`. */
export function localText(instant: string | number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs(instant))
    .toZonedDateTimeISO(zone)
    .toString({ smallestUnit: 'second', timeZoneName: 'never' });
}
