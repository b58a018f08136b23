/** When the rules of a schedule are due, by local day: what lists of slots and specs are made of. */
import { clockOf, FARTHEST_OFFSET_MS, type ZoneClock } from './clock.js';
import { dayOf } from './dates.js';
import { DAY_MS } from './days.js';
import { matchesDay, timesOf } from './moments.js';
import type { Bound, CompiledSchedule, Due, Rule } from './rule.js';

/** A due instant in epoch milliseconds, and the number of the local day it is for. */
export interface DueSlot {
  at: number;
  day: number;
}

/** A rule made ready for lookups by day. */
export interface ReadyRule {
  due: Due;
  /** Minutes after midnight of a rule of the wall clock; else empty. */
  times: number[];
  /** Instants outside are not due; infinite where there is no such limit. Dates are judged by `letsIn`. */
  fromMs: number;
  untilMs: number;
  /** Nothing is due on days outside; infinite where there is no limit. */
  firstDay: number;
  lastDay: number;
  /** Whether a local day is among those named, and the limits that are dates let it in. */
  isDue(day: number): boolean;
  /** Due instants of a local day, sorted, within all limits. */
  instantsOf(day: number): number[];
}

export interface ReadySchedule {
  clock: ZoneClock;
  rules: ReadyRule[];
}

const ready = new WeakMap<CompiledSchedule, ReadySchedule>();

export function readySchedule(schedule: CompiledSchedule): ReadySchedule {
  let found = ready.get(schedule);
  if (!found) {
    const clock = clockOf(schedule.timezone);
    const once = schedule.keyedBy === 'date';
    found = { clock, rules: schedule.rules.map((rule) => readyRule(rule, clock, once)) };
    ready.set(schedule, found);
  }
  return found;
}

/** Due slots of a window, in order, each once; both ends belong to it. Epoch milliseconds. */
export function* dueBetween({ clock, rules }: ReadySchedule, from: number, to: number): Generator<DueSlot, void, undefined> {
  // A time in a gap is due at its end, which may already be the next day; and clocks set back at midnight repeat the day before.
  const first = Math.max(clock.dayAt(from) - 1, Math.min(...rules.map((rule) => rule.firstDay)));
  const last = Math.min(clock.dayAt(to) + 1, Math.max(...rules.map((rule) => rule.lastDay)));
  let waiting: DueSlot[] = [];
  for (let day = first; day <= last; day++) {
    for (const rule of rules) {
      for (const at of rule.instantsOf(day)) if (at >= from && at <= to) waiting.push({ at, day });
    }
    if (waiting.length === 0) continue;
    waiting = inOrder(waiting);
    const steady = clock.steadyOffset(day + 1);
    const settled = (day + 1) * DAY_MS - (steady ?? FARTHEST_OFFSET_MS);
    const open = waiting.findIndex(({ at }) => at >= settled);
    yield* open < 0 ? waiting : waiting.slice(0, open);
    waiting = open < 0 ? [] : waiting.slice(open);
  }
  yield* waiting;
}

function readyRule({ due, limits }: Rule, clock: ZoneClock, once: boolean): ReadyRule {
  const [fromMs, fromDay] = limitOf(limits.from, -Infinity);
  const [untilMs, untilDay] = limitOf(limits.until, Infinity);
  const except = limits.except.map(([first, last]) => [dayOf(first), dayOf(last)] as const);
  const isDue = (day: number): boolean =>
    day >= fromDay &&
    day <= untilDay &&
    (due.kind !== 'wall' || matchesDay(due.moments, day)) &&
    !except.some(([first, last]) => day >= first && day <= last);
  const times = due.kind === 'wall' ? timesOf(due.moments) : [];
  const unlimited = fromMs === -Infinity && untilMs === Infinity;
  const [earliest, latest] = due.kind === 'at' ? [due.instants[0]!, due.instants.at(-1)!] : [-Infinity, Infinity];
  return {
    due,
    times,
    fromMs,
    untilMs,
    // A day's instants lie up to an offset, and the length of a gap, away from it.
    firstDay: Math.max(fromDay, Math.floor(Math.max(fromMs, earliest) / DAY_MS) - 2),
    lastDay: Math.min(untilDay, Math.floor(Math.min(untilMs, latest) / DAY_MS) + 1),
    isDue,
    instantsOf(day) {
      if (!isDue(day)) return [];
      const instants = dueOn(due, times, clock, day, once);
      return unlimited ? instants : instants.filter((at) => at >= fromMs && at <= untilMs);
    },
  };
}

function dueOn(due: Due, times: readonly number[], clock: ZoneClock, day: number, once: boolean): number[] {
  switch (due.kind) {
    case 'wall':
      return wallInstants(times, clock, day, once);
    case 'every':
      return instantsWithin(clock, day, (from, to) => multiples(due.everyMs, due.offsetMs, from, to));
    case 'at':
      return instantsWithin(clock, day, (from, to) => due.instants.filter((at) => at >= from && at <= to));
  }
}

/**
 * Plain wall clock: a gap drops times, an overlap doubles them. With `once`, the first of both counts, and a day of which the
 * gap leaves no time at all is due at the first instant after the gap: so it loses no date.
 */
function wallInstants(times: readonly number[], clock: ZoneClock, day: number, once: boolean): number[] {
  const midnight = day * DAY_MS;
  const steady = clock.steadyOffset(day);
  if (steady !== null) return times.map((time) => midnight - steady + time * 60_000);
  const found = times.flatMap((time) => {
    const instants = clock.instantsAt(midnight + time * 60_000);
    return once ? instants.slice(0, 1) : instants;
  });
  if (found.length > 0 || !once) return found.sort((a, b) => a - b);
  const gap = clock.gapAt(midnight + times[0]! * 60_000)!;
  // A day that its zone's calendar leaves out, as Apia did on 30 December 2011, has no slot.
  const leftOut = gap.at + gap.before <= midnight && gap.at + gap.after >= midnight + DAY_MS;
  return leftOut ? [] : [gap.at];
}

/** Those of the instants that lie on the local day. */
function instantsWithin(clock: ZoneClock, day: number, list: (from: number, to: number) => number[]): number[] {
  const steady = clock.steadyOffset(day);
  if (steady !== null) return list(day * DAY_MS - steady, (day + 1) * DAY_MS - steady - 1);
  const wide = list(day * DAY_MS - FARTHEST_OFFSET_MS, (day + 1) * DAY_MS + FARTHEST_OFFSET_MS);
  return wide.filter((at) => clock.dayAt(at) === day);
}

function multiples(everyMs: number, offsetMs: number, from: number, to: number): number[] {
  const found: number[] = [];
  // The server counts from the epoch on, never before it.
  const first = Math.max(0, Math.ceil((from - offsetMs) / everyMs));
  for (let at = first * everyMs + offsetMs; at <= to; at += everyMs) found.push(at);
  return found;
}

/** A bound as the instant and the day it means; infinite where it is none of that kind. */
function limitOf(bound: Bound | null, none: number): [instant: number, day: number] {
  if (bound === null) return [none, none];
  return 'instant' in bound ? [bound.instant, none] : [none, dayOf(bound.date)];
}

/** Sorted, each instant once: where two days claim it, the later one, on which it lies, has it. */
function inOrder(slots: DueSlot[]): DueSlot[] {
  slots.sort((a, b) => a.at - b.at || a.day - b.day);
  return slots.filter(({ at }, index) => slots[index + 1]?.at !== at);
}
