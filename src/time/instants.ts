/** Instants as people write them: with an offset, as local time of a zone, or from now. */
import { Temporal } from 'temporal-polyfill/implementation';
import { instantText } from './zones.js';

const LOCAL = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)$/;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/i;
const FROM_NOW = /^(?:in |\+ ?)(.+)$/;
const EXPECTED = 'write it like 2026-03-01T08:00 (local time), 2026-03-01T07:00:00Z, or "in 10 minutes"';

/**
 * An instant, to the second: `2026-03-01T07:00:00Z`, `2026-03-01T08:00+01:00`; `2026-03-01T08:00` and
 * `2026-03-01 08:00` read in the zone; `in 10 minutes` and `+10 minutes` after `now` (epoch milliseconds).
 * @param durationMs milliseconds of a duration's text; throws RangeError
 * @throws RangeError in words; for a local time that is skipped or repeated there, with the instants to choose from
 */
export function readInstant(text: string, zone: string, now: number, durationMs: (text: string) => number): string {
  const fromNow = FROM_NOW.exec(text);
  // Up to the next whole second: never before it was asked for.
  if (fromNow) return inRange(text, Math.ceil((now + durationMs(fromNow[1]!)) / 1_000) * 1_000);
  if (WITH_OFFSET.test(text)) return inRange(text, exact(text));
  const local = LOCAL.exec(text);
  if (local) return inRange(text, localInstant(`${local[1]}T${local[2]}`, zone));
  const missing = /^\d{4}-\d{2}-\d{2}$/.test(text) ? ': it names no time of day' : '';
  throw new RangeError(`${JSON.stringify(text)} is no instant${missing}; ${EXPECTED}`);
}

/** An instant as local time with its offset: `2026-03-01T08:00:00+01:00`. */
export function localText(instant: string | number, zone: string): string {
  const at = Temporal.Instant.from(instantText(instant)).toZonedDateTimeISO(zone);
  return `${at.toPlainDateTime().toString({ smallestUnit: 'second' })}${at.offset}`;
}

function exact(text: string): number {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    throw new RangeError(`${JSON.stringify(text)} is no instant: there is no such date or time; ${EXPECTED}`);
  }
}

function localInstant(text: string, zone: string): number {
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from(text);
  } catch {
    throw new RangeError(`${JSON.stringify(text)} is no instant: there is no such date or time; ${EXPECTED}`);
  }
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' });
  if (earlier.equals(later)) return earlier.epochMilliseconds;
  if (earlier.toPlainDateTime().equals(local)) {
    throw new RangeError(
      `${text} comes twice in ${zone}, where the clocks are set back. Say which: ${localText(earlier.epochMilliseconds, zone)} or ${localText(later.epochMilliseconds, zone)}`,
    );
  }
  const change = earlier.getTimeZoneTransition('next')!.epochMilliseconds;
  const before = localText(change - 60_000, zone);
  throw new RangeError(
    `${text} does not exist in ${zone}, where the clocks are set forward past it. Choose a time before or after: ${before} or ${localText(change, zone)}`,
  );
}

/** Farther away nobody plans, and a year of five digits is a slip. */
function inRange(text: string, at: number): string {
  if (Number.isFinite(at) && at >= 0 && at < Date.UTC(2200, 0)) return instantText(at);
  throw new RangeError(`${JSON.stringify(text)} is not possible: expected an instant from 1970 to 2199`);
}
