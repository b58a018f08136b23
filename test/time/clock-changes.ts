/** The clock changes of all zones, grouped: many zones share their rules. */
import { clockOf, type ClockChange } from '../../src/time/clock.js';
import { DAY_MS } from '../../src/time/days.js';
import { clock } from '../../src/time/sentence.js';

export const HOUR_MS = 3_600_000;

export interface RuleSet {
  /** One of the zones. */
  zone: string;
  zones: string[];
  changes: ClockChange[];
  /** Times of day in the middle of its gaps and overlaps, as `02:30`. */
  times: string[];
}

/** Zones with the same changes in the years from one to another, both included, by the same offsets. */
export function ruleSets(firstYear: number, lastYear: number): RuleSet[] {
  const from = Date.UTC(firstYear, 0, 1);
  const to = Date.UTC(lastYear + 1, 0, 1) - 1;
  const sets = new Map<string, RuleSet>();
  for (const zone of ['UTC', ...Intl.supportedValuesOf('timeZone')]) {
    const changes = clockOf(zone).changes(from, to);
    const key = JSON.stringify([clockOf(zone).offsetAt(from), changes]);
    const set = sets.get(key);
    if (set) set.zones.push(zone);
    else sets.set(key, { zone, zones: [zone], changes, times: [...new Set(changes.map(timeInside))].sort() });
  }
  return [...sets.values()];
}

function timeInside({ at, before, after }: ClockChange): string {
  const local = at + (before + after) / 2;
  const time = (local - Math.floor(local / DAY_MS) * DAY_MS) / 60_000;
  return clock(Math.floor(time));
}
