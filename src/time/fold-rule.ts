/** Folds the slots of one rule into calendars in UTC. */
import type { CalendarSpec } from './calendars.js';
import { FARTHEST_OFFSET_MS, type ZoneClock } from './clock.js';
import { DAY_MS } from './days.js';
import type { ReadyRule } from './due.js';
import { foldedCalendars, type DayGroup } from './fold.js';

/** Whole days of UTC, by their numbers, both included. */
export interface UtcWindow {
  firstDay: number;
  lastDay: number;
}

/** Instants of one day of UTC that belong together, in seconds after midnight. */
interface Part {
  /** Days from the local day they are for: -1, 0 or 1. */
  shift: number;
  times: number[];
}

/** Calendars that name just the rule's slots of the window. An interval must divide the day. */
export function ruleCalendars(rule: ReadyRule, clock: ZoneClock, window: UtcWindow): CalendarSpec[] {
  if (rule.due.kind === 'at')
    return instantsCalendars(rule.due.instants.filter((at) => rule.instantsOf(clock.dayAt(at)).includes(at)));
  return [...groupsOf(rule, clock, window)].flatMap(foldedCalendars);
}

/** Calendars of single instants, or of single local times: in milliseconds as UTC, or the wall clock, counts them. */
export function instantsCalendars(instants: readonly number[]): CalendarSpec[] {
  const parts = new Map<number, number[]>();
  for (const at of instants) {
    const day = Math.floor(at / DAY_MS);
    parts.set(day, [...(parts.get(day) ?? []), (at - day * DAY_MS) / 1_000]);
  }
  const groups = new Map<string, DayGroup>();
  for (const [day, times] of parts) addDay(groups, times.join(), times, day);
  return [...groups.values()].flatMap(foldedCalendars);
}

/** Days of UTC grouped by the times they have. */
function groupsOf(rule: ReadyRule, clock: ZoneClock, { firstDay, lastDay }: UtcWindow): Iterable<DayGroup> {
  const partsByDay = new Map<number, number[][]>();
  const partsAt = partsReader(rule, clock);
  const [first, last] = [Math.max(firstDay - 1, rule.firstDay), Math.min(lastDay + 1, rule.lastDay)];
  for (let day = first; day <= last; day++) {
    if (!rule.isDue(day)) continue;
    for (const { shift, times } of partsAt(day)) {
      const utcDay = day + shift;
      if (utcDay < firstDay || utcDay > lastDay) continue;
      const parts = partsByDay.get(utcDay);
      if (parts) parts.push(times);
      else partsByDay.set(utcDay, [times]);
    }
  }
  return groupByTimes(partsByDay).values();
}

function groupByTimes(partsByDay: ReadonlyMap<number, number[][]>): Map<string, DayGroup> {
  // Parts come again and again as the same lists: they are told apart by which they are, not by what they hold.
  const numbers = new Map<number[], number>();
  const numberOf = (times: number[]): number => {
    let number = numbers.get(times);
    if (number === undefined) numbers.set(times, (number = numbers.size));
    return number;
  };
  const merged = new Map<string, { times: number[]; key: string }>();
  const groups = new Map<string, DayGroup>();
  for (const [day, parts] of [...partsByDay].sort(([a], [b]) => a - b)) {
    const numbered = parts.map(numberOf).join();
    let whole = merged.get(numbered);
    if (!whole) {
      const times = [...new Set(parts.flat())].sort((a, b) => a - b);
      merged.set(numbered, (whole = { times, key: times.join() }));
    }
    addDay(groups, whole.key, whole.times, day);
  }
  return groups;
}

function addDay(groups: Map<string, DayGroup>, key: string, times: number[], day: number): void {
  const group = groups.get(key);
  if (group) group.days.push(day);
  else groups.set(key, { times, days: [day] });
}

/** Reads a due day's parts. Days far from clock changes and limits have the same for the same offset. */
function partsReader(rule: ReadyRule, clock: ZoneClock): (day: number) => Part[] {
  const byOffset = new Map<number, Part[]>();
  return (day) => {
    const steady = clock.steadyOffset(day);
    const inside = day * DAY_MS - FARTHEST_OFFSET_MS > rule.fromMs && (day + 1) * DAY_MS + FARTHEST_OFFSET_MS < rule.untilMs;
    if (steady === null || !inside) return partsOf(rule.instantsOf(day), day);
    let parts = byOffset.get(steady);
    if (!parts) byOffset.set(steady, (parts = partsOf(rule.instantsOf(day), day)));
    return parts;
  };
}

function partsOf(instants: readonly number[], day: number): Part[] {
  const parts = new Map<number, number[]>();
  for (const at of instants) {
    const utcDay = Math.floor(at / DAY_MS);
    const times = parts.get(utcDay - day);
    const time = (at - utcDay * DAY_MS) / 1_000;
    if (times) times.push(time);
    else parts.set(utcDay - day, [time]);
  }
  return [...parts].map(([shift, times]) => ({ shift, times }));
}
