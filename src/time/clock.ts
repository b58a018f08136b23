/** The wall clock of a zone: its offsets from UTC and when they change. What was asked once is remembered. */
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

/** Changes are read in stretches of about four years: a look at one slot shall not cost a century. */
const STRETCH_MS = 1_536 * DAY_MS;

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
  const offsetOf = offsetReader(zone);
  const stretch = (number: number): Stretch => {
    let found = stretches.get(number);
    if (!found) stretches.set(number, (found = readStretch(offsetOf, number)));
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

/** Offsets are compared at these distances: no zone ever changed its clocks to and fro within less. */
const SAMPLE_MS = 8 * DAY_MS;

function readStretch(offsetOf: (instant: number) => number, number: number): Stretch {
  const start = number * STRETCH_MS;
  // From a millisecond before, so that a change right at the beginning is found.
  const offset = offsetOf(start - 1);
  const changes: ClockChange[] = [];
  let [from, before] = [start - 1, offset];
  for (let to = start + SAMPLE_MS - 1; ; to = Math.min(to + SAMPLE_MS, start + STRETCH_MS - 1)) {
    const after = offsetOf(to);
    if (after !== before) changes.push({ at: changeBetween(offsetOf, from, to, after), before, after });
    [from, before] = [to, after];
    if (to === start + STRETCH_MS - 1) return { offset, changes };
  }
}

/** The first instant, of whole seconds, with the offset that holds at the second of both. */
function changeBetween(offsetOf: (instant: number) => number, from: number, to: number, after: number): number {
  let [low, high] = [Math.floor(from / 1_000), Math.floor(to / 1_000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetOf(middle * 1_000) === after) high = middle;
    else low = middle;
  }
  return high * 1_000;
}

const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/;

/** Reads offsets off what clocks are labelled with: `GMT+01:00`, or `GMT` where they show UTC. */
function offsetReader(zone: string): (instant: number) => number {
  // The zone library's own search for changes takes eight times as long, and looks at the real clock to know where to end.
  // eslint-disable-next-line no-restricted-properties -- it is always given an instant
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset', hour: 'numeric' });
  return (instant) => {
    const [, sign, hours = 0, minutes = 0, seconds = 0] = OFFSET.exec(format.format(instant))!;
    return (sign === '-' ? -1_000 : 1_000) * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds));
  };
}
