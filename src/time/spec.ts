/** Turns a compiled schedule into what a Temporal Schedule understands, so that the server names just our slots. */
import { momentsCalendars, type CalendarSpec } from './calendars.js';
import type { ZoneClock } from './clock.js';
import { civilDay, DAY_MS } from './days.js';
import { dueBetween, readySchedule, type ReadyRule, type ReadySchedule } from './due.js';
import { instantsCalendars, ruleCalendars } from './fold-rule.js';
import { yearStart } from './instants.js';
import { endOf, startOf } from './limits.js';
import { FIRST_YEAR, LAST_YEAR } from './moments.js';
import type { CompiledSchedule, Limits } from './rule.js';
import { skippedInUtc, skippedInZone } from './skip.js';
import { latestSlots } from './slots.js';
import { epochMs } from './zones.js';

export type { CalendarSpec } from './calendars.js';

/** As Temporal's client takes it: the union of calendars and intervals, less `skip`, between start and end. */
export interface ScheduleSpec {
  /** At least one, so that there is a place for a comment. */
  calendars: CalendarSpec[];
  /** In milliseconds. */
  intervals?: { every: number; offset: number }[];
  skip?: CalendarSpec[];
  /** Both belong to it. */
  startAt?: Date;
  endAt?: Date;
  /** In milliseconds. */
  jitter?: number;
  timezone: string;
}

/** A spec and how long it holds. */
export interface TemporalSpec {
  spec: ScheduleSpec;
  /** Epoch milliseconds up to which it names every slot; null if it is good for ever. */
  goodUntil: number | null;
}

/** A folded spec names the slots of this many whole years after the current one. */
const YEARS_AHEAD = 10;
/** And before it: dates may be asked for as far back as runs are kept, which is 400 days. */
const YEARS_BACK = 2;
/** The server reads wall clocks wrongly around a clock change: nearer than this to one, it is told instants in UTC. */
const NEAR_CHANGE_MS = 3 * 3_600_000;

/**
 * What a Temporal Schedule needs to start the schedule's slots: calendars in its zone, where none is named near a clock change;
 * else calendars in UTC, folded from the slots themselves, from two years before the year of `now` (epoch milliseconds) to the
 * end of the tenth after it, and so the same throughout a year. An interval stays an interval.
 *
 * The server refuses an empty spec: a schedule that is due no more keeps its last slot in it.
 */
export function temporalSpec(schedule: CompiledSchedule, now: number): TemporalSpec {
  const ready = readySchedule(schedule);
  const { year } = civilDay(Math.floor(now / DAY_MS));
  const [from, to] = [yearStart(year - YEARS_BACK), yearStart(year + YEARS_AHEAD + 1) - 1_000];
  const limits = sharedLimits(schedule);
  const inZone = limits !== null && !ready.rules.some((rule) => isNearChange(rule, ready.clock, from, to));
  const spec = inZone ? zoneSpec(schedule, ready, limits) : utcSpec(schedule, ready, limits, from, to);
  const goesOn = !inZone && !dueBetween(ready, to + 1_000, yearStart(LAST_YEAR + 1)).next().done;
  return {
    spec: { ...spec, ...(schedule.jitterMs > 0 && { jitter: schedule.jitterMs }) },
    goodUntil: goesOn ? to : null,
  };
}

/** The limits that all rules have; null if they differ, since the server knows one of each for a whole schedule. */
function sharedLimits({ rules }: CompiledSchedule): Limits | null {
  const [first, ...others] = rules.map(({ limits }) => limits);
  return others.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? first! : null;
}

/** Whether a rule names a wall-clock time that the server reads wrongly for a clock change of these years. */
function isNearChange({ due, times, isDue }: ReadyRule, clock: ZoneClock, from: number, to: number): boolean {
  if (due.kind === 'every') return false;
  if (due.kind === 'at')
    return due.instants.some((at) => clock.changes(at - NEAR_CHANGE_MS + 1, at + NEAR_CHANGE_MS - 1).length > 0);
  return clock.changes(from, to).some(({ at, before, after }) => {
    const midnight = Math.ceil((at + before) / DAY_MS) * DAY_MS;
    // The server asks midnight for a day's weekday. Where a gap swallows it, the answer is the day before's, all day long.
    const misread = midnight < at + after && due.moments.weekdays !== null;
    const first = misread ? midnight - DAY_MS - 1 : at + Math.min(before, after) - NEAR_CHANGE_MS;
    const last = misread ? midnight + DAY_MS : at + Math.max(before, after) + NEAR_CHANGE_MS;
    for (let day = Math.floor(first / DAY_MS); day * DAY_MS < last; day++) {
      if (isDue(day) && times.some((time) => isBetween(day * DAY_MS + time * 60_000, first, last))) return true;
    }
    return false;
  });
}

function zoneSpec({ timezone }: CompiledSchedule, ready: ReadySchedule, limits: Limits): ScheduleSpec {
  const { clock, rules } = ready;
  const local = (at: number) => at + clock.offsetAt(at);
  const calendars = rules.flatMap(({ due }) => {
    if (due.kind === 'at') return instantsCalendars(due.instants.map(local));
    return due.kind === 'wall' ? momentsCalendars(due.moments) : [];
  });
  return {
    calendars: calendars.length > 0 ? calendars : instantsCalendars([local(steadySlot(ready))]),
    ...intervalsOf(rules),
    ...bounds(limits, timezone),
    ...(limits.except.length > 0 && { skip: skippedInZone(limits.except) }),
    timezone,
  };
}

function utcSpec(
  schedule: CompiledSchedule,
  ready: ReadySchedule,
  limits: Limits | null,
  from: number,
  to: number,
): ScheduleSpec {
  const { clock, rules } = ready;
  const window = { firstDay: Math.floor(from / DAY_MS), lastDay: Math.floor(to / DAY_MS) };
  // Beside rules with other limits an interval divides the day, and is folded like any list of times.
  const kept = rules.filter(({ due }) => due.kind === 'every' && limits !== null);
  const calendars = rules.filter((rule) => !kept.includes(rule)).flatMap((rule) => ruleCalendars(rule, clock, window));
  return {
    calendars: calendars.length > 0 ? calendars : instantsCalendars([lastSlot(schedule, ready)]),
    ...intervalsOf(kept),
    // Calendars are folded within their limits; an interval needs them told.
    ...(kept.length > 0 && limits !== null && bounds(limits, clock.zone)),
    ...(kept.length > 0 && limits !== null && limits.except.length > 0 && { skip: skippedInUtc(limits.except, clock) }),
    timezone: 'UTC',
  };
}

function intervalsOf(rules: readonly ReadyRule[]): Pick<ScheduleSpec, 'intervals'> {
  const intervals = rules.flatMap(({ due }) => (due.kind === 'every' ? [{ every: due.everyMs, offset: due.offsetMs }] : []));
  return intervals.length > 0 ? { intervals } : {};
}

function bounds({ from, until }: Limits, zone: string): Pick<ScheduleSpec, 'startAt' | 'endAt'> {
  return {
    ...(from && { startAt: new Date(startOf(from, zone)) }),
    ...(until && { endAt: new Date(endOf(until, zone)) }),
  };
}

/** A slot whose local time is no other's, to stand in a calendar beside intervals, which have no place for a comment. */
function steadySlot(ready: ReadySchedule): number {
  let last = 0;
  // A day later, so that no local time belongs to the year before, which the server does not know.
  for (const { at } of dueBetween(ready, yearStart(FIRST_YEAR) + DAY_MS, yearStart(LAST_YEAR + 1) - 1)) {
    if (ready.clock.steadyOffset(ready.clock.dayAt(at)) !== null) return at;
    last = at;
  }
  return last;
}

function lastSlot(schedule: CompiledSchedule, { rules }: ReadySchedule): number {
  const end = Math.min(yearStart(LAST_YEAR + 1), (Math.max(...rules.map(({ lastDay }) => lastDay)) + 2) * DAY_MS);
  return epochMs(latestSlots(schedule, end, 1, yearStart(FIRST_YEAR))[0]!.scheduledFor);
}

function isBetween(value: number, first: number, last: number): boolean {
  return value > first && value < last;
}
