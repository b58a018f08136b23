/** Clock changes within a stretch of time, per zone. Pure. */
import { clockOf } from '../../time/clock.js';
import type { NextClockChange } from './next-types.js';

/** Soonest first; both ends belong to it, epoch milliseconds. */
export function clockChangesOf(zones: readonly string[], from: number, to: number): NextClockChange[] {
  return zones
    .flatMap((timezone) =>
      clockOf(timezone)
        .changes(from, to)
        .map(({ at, before, after }) => ({
          timezone,
          at: new Date(at).toISOString(),
          minutes: (after - before) / 60_000,
          text: `${timezone}: ${wallClock(at + before)} becomes ${wallClock(at + after)}`,
        })),
    )
    .sort((a, b) => (a.at === b.at ? (a.timezone < b.timezone ? -1 : 1) : a.at < b.at ? -1 : 1));
}

/** Of local milliseconds. */
function wallClock(local: number): string {
  return new Date(local).toISOString().slice(11, 16);
}
