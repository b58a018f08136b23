/** The wall clock of a zone: its offsets from UTC and when they change. What was asked once is remembered. */
import { Temporal } from 'temporal-polyfill/implementation';
import { DAY_MS } from './days.js';

/** An instant at which clocks are set, in epoch milliseconds, with the offsets from UTC around it in milliseconds. */
export interface ClockChange {
  at: number;
  before: number;
  after: number;
}

/** Local times are milliseconds since 1 January 1970 as the wall clock counts them: instant plus offset. */
export interface ZoneClock {
  zone: string;
  /** Milliseconds that the wall clock is ahead of UTC at an instant. */
  offsetAt(instant: number): number;
  /** Changes from an instant to another, both included, in order. */
  changes(from: number, to: number): ClockChange[];
  /** The number of the local day of an instant. */
  dayAt(instant: number): number;
  /** The offset that holds during a local day, a day before and a day after it; null if clocks change in that time. */
  steadyOffset(day: number): number | null;
  /** When the wall clock shows a local time: once, or twice in an overlap, or never in a gap. */
  instantsAt(local: number): number[];
  /** The change whose gap swallows a local time; null where the wall clock does show it. */
  gapAt(local: number): ClockChange | null;
  /** The first instant of a local day; of a day that the calendar leaves out, the first instant after it. */
  startOfDay(day: number): number;
}

/** No zone was ever further from UTC than this. */
export const FARTHEST_OFFSET_MS = 16 * 3_600_000;

/** Changes are read in stretches of about eight years: a look at one slot shall not cost a century. */
const STRETCH_MS = 1_024 * 3 * DAY_MS;

interface Stretch {
  /** The offset at its beginning. */
  offset: number;
  changes: ClockChange[];
}

const clocks = new Map<string, ZoneClock>();

/** @param zone an IANA zone that exists */
export function clockOf(zone: string): ZoneClock {
  let clock = clocks.get(zone);
  if (!clock) clocks.set(zone, (clock = createClock(zone)));
  return clock;
}

function createClock(zone: string): ZoneClock {
  const stretches = new Map<number, Stretch>();
  const stretch = (number: number): Stretch => {
    let found = stretches.get(number);
    if (!found) stretches.set(number, (found = readStretch(zone, number)));
    return found;
  };

  const offsetAt = (instant: number): number => {
    const { offset, changes } = stretch(Math.floor(instant / STRETCH_MS));
    for (let index = changes.length - 1; index >= 0; index--) if (changes[index]!.at <= instant) return changes[index]!.after;
    return offset;
  };
  const changes = (from: number, to: number): ClockChange[] => {
    const found: ClockChange[] = [];
    for (let number = Math.floor(from / STRETCH_MS); number * STRETCH_MS <= to; number++)
      for (const change of stretch(number).changes) if (change.at >= from && change.at <= to) found.push(change);
    return found;
  };
  const around = (local: number) => changes(local - FARTHEST_OFFSET_MS, local + FARTHEST_OFFSET_MS);
  const instantsAt = (local: number): number[] => {
    const offsets = new Set([offsetAt(local - FARTHEST_OFFSET_MS), ...around(local).map(({ after }) => after)]);
    return [...offsets]
      .map((offset) => local - offset)
      .filter((instant) => instant + offsetAt(instant) === local)
      .sort((a, b) => a - b);
  };
  const gapAt = (local: number): ClockChange | null =>
    around(local).find(({ at, before, after }) => local >= at + before && local < at + after) ?? null;

  return {
    zone,
    offsetAt,
    changes,
    dayAt: (instant) => Math.floor((instant + offsetAt(instant)) / DAY_MS),
    steadyOffset(day) {
      const from = (day - 1) * DAY_MS - FARTHEST_OFFSET_MS;
      const to = (day + 2) * DAY_MS + FARTHEST_OFFSET_MS;
      const first = Math.floor(from / STRETCH_MS);
      for (const { at } of stretch(first).changes) if (at >= from && at <= to) return null;
      if (to >= (first + 1) * STRETCH_MS && changes((first + 1) * STRETCH_MS, to).length > 0) return null;
      return offsetAt(from);
    },
    instantsAt,
    gapAt,
    startOfDay: (day) => instantsAt(day * DAY_MS)[0] ?? gapAt(day * DAY_MS)!.at,
  };
}

function readStretch(zone: string, number: number): Stretch {
  const end = (number + 1) * STRETCH_MS;
  // From a millisecond before the beginning, so that a change right at it is found.
  let time = Temporal.Instant.fromEpochMilliseconds(number * STRETCH_MS - 1).toZonedDateTimeISO(zone);
  const offset = offsetOf(time);
  const changes: ClockChange[] = [];
  for (let before = offset; ;) {
    const next = time.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= end) return { offset, changes };
    const after = offsetOf(next);
    if (after !== before) changes.push({ at: next.epochMilliseconds, before, after });
    before = after;
    time = next;
  }
}

function offsetOf(time: Temporal.ZonedDateTime): number {
  return time.offsetNanoseconds / 1_000_000;
}
