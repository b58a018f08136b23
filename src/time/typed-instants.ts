/** Instants as people type them: with an offset, as local time of a zone, or from now. */
import { durationMs } from '../plan/duration.js';
import { clockOf } from './clock.js';
import { parseInstant } from './instants.js';
import { instantText, localInstantText } from './zones.js';

const WITHOUT_OFFSET = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?$/;
const FROM_NOW = /^(?:in |\+ ?)(.+)$/;

/**
 * An instant, to the second: `2026-03-01T07:00:00Z`, `2026-03-01T08:00+01:00`; `2026-03-01T08:00` and
 * `2026-03-01 08:00` read in the zone; `in 10 minutes` and `+10 minutes` after `now` (epoch milliseconds).
 * @throws RangeError in words; for a local time that is skipped or repeated there, with the instants to choose from
 */
export function readInstant(text: string, zone: string, now: number): string {
  const fromNow = FROM_NOW.exec(text);
  // Up to the next whole second: never before it was asked for.
  if (fromNow) return inRange(text, Math.ceil((now + durationMs(fromNow[1]!)) / 1_000) * 1_000);
  if (WITHOUT_OFFSET.test(text)) return inRange(text, localInstant(text, zone));
  if (/^\d{4}-?\d{2}-?\d{2}$/.test(text)) throw new RangeError(`${JSON.stringify(text)} is no instant: it names no time of day`);
  // What programs write has parts of a second: they are cut off.
  return inRange(text, parseInstant(text.replace(/\.\d{1,9}(?=Z|[+-]|$)/i, ''), zone));
}

/** A schedule must do with a rule; a person can be asked which of two instants is meant. */
function localInstant(text: string, zone: string): number {
  const clock = clockOf(zone);
  const wall = parseInstant(text, 'UTC');
  const [first, second] = clock.instantsAt(wall);
  if (second !== undefined) {
    const both = [first!, second].map((at) => localInstantText(at, zone)).join(' or ');
    throw new RangeError(`${text} comes twice in ${zone}, where the clocks are set back. Say which: ${both}`);
  }
  if (first !== undefined) return first;
  const { at } = clock.gapAt(wall)!;
  const last = localInstantText(at - 60_000, zone);
  throw new RangeError(
    `${text} does not exist in ${zone}, where the clocks are set forward past it. Choose a time before or after: ${last} or ${localInstantText(at, zone)}`,
  );
}

/** Farther away nobody plans, and a year of five digits is a slip. */
function inRange(text: string, at: number): string {
  if (Number.isFinite(at) && at >= 0 && at < Date.UTC(2200, 0)) return instantText(at);
  throw new RangeError(`${JSON.stringify(text)} is not possible: expected an instant from 1970 to 2199`);
}
