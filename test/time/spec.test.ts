import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CalendarSpec, Numbers } from '../../src/time/calendars.js';
import { DAY_MS } from '../../src/time/days.js';
import { compileSchedule, type CompiledSchedule } from '../../src/time/schedule.js';
import { slotsBetween } from '../../src/time/slots.js';
import { temporalSpec, type ScheduleSpec } from '../../src/time/spec.js';
import { epochMs } from '../../src/time/zones.js';
import { schedule, zone } from './schedules.js';

const NOW = Date.UTC(2026, 0, 20);
const specOf = (one: unknown, zone: string, now = NOW) => temporalSpec(compiled(one, zone), now);

function compiled(one: unknown, zone: string): CompiledSchedule {
  const { compiled, problems } = compileSchedule(one, zone);
  expect(problems).toEqual([]);
  return compiled!;
}

describe('a spec', () => {
  test.each([
    [{ daily: '06:00' }, 'Europe/Paris'],
    [{ cron: '0 9 1,15 * 1' }, 'America/New_York'],
    // Three hours from the change, and no nearer.
    [{ weekly: { on: 'sun', at: '06:00' } }, 'Europe/Paris'],
    // Near midnight, but never on a day of a change.
    [{ yearly: { month: 1, day: 1, at: '00:30' } }, 'Europe/Paris'],
    [{ weekly: { on: 'mon', at: '02:30' } }, 'Europe/Paris'],
    [{ daily: '02:30' }, 'Asia/Kolkata'],
    [{ daily: '02:30', from: '2026-02-01', until: '2026-03-01' }, 'Europe/Paris'],
  ])('of %j in %s holds calendars of the zone, good for ever', (one, zone) => {
    const { spec, goodUntil } = specOf(one, zone);
    expect(spec.timezone).toBe(zone);
    expect(goodUntil).toBe(null);
  });

  test.each([
    [{ daily: '05:59' }, 'Europe/Paris'],
    [{ weekly: { on: 'sun', at: '00:00' } }, 'Europe/Paris'],
    [{ hourly: { minute: 0 } }, 'Europe/Paris'],
    // The server takes the weekday of a day from its midnight, which the clocks skip in Havana.
    [{ weekly: { on: 'sat', at: '19:49' } }, 'America/Havana'],
    [[{ daily: '12:00', until: '2026-12-31' }, { daily: '13:00' }], 'Europe/Paris'],
  ])('of %j in %s is folded in UTC, ten years ahead', (one, zone) => {
    const { spec, goodUntil } = specOf(one, zone);
    expect(spec.timezone).toBe('UTC');
    expect(goodUntil).toBe(Date.UTC(2036, 11, 31, 23, 59, 59));
    // Nothing to renew within the year.
    expect(specOf(one, zone, Date.UTC(2026, 11, 31)).spec).toEqual(spec);
    expect(specOf(one, zone, Date.UTC(2027, 0, 1)).spec).not.toEqual(spec);
  });

  test('that is folded, but ends, is good for ever', () => {
    expect(specOf({ daily: '02:30', until: '2026-12-31' }, 'Europe/Paris').goodUntil).toBe(null);
  });

  test('of an interval is one, with a calendar beside it that names one of its slots', () => {
    expect(specOf({ every: '7 minutes', offset: '1 minute' }, 'Europe/Paris').spec).toEqual({
      calendars: [{ minute: [0], hour: [1], dayOfMonth: [2], month: ['JANUARY'], year: [2000] }],
      intervals: [{ every: 420_000, offset: 60_000 }],
      timezone: 'Europe/Paris',
    });
  });

  test('tells limits of all its parts as start, end and skipped days', () => {
    const { spec } = specOf(
      { daily: '12:00', from: '2026-02-01', until: '2026-03-01T11:00:00Z', except: ['2026-02-03'] },
      'Europe/Paris',
    );
    expect(spec.startAt).toEqual(new Date('2026-01-31T23:00:00Z'));
    expect(spec.endAt).toEqual(new Date('2026-03-01T11:00:00Z'));
    expect(spec.skip).toMatchObject([
      { hour: { start: 0, end: 23, step: 1 }, dayOfMonth: [3], month: ['FEBRUARY'], year: [2026] },
    ]);
  });

  test('keeps the last slot of a schedule that is due no more', () => {
    const { spec, goodUntil } = specOf(
      [
        { daily: '02:30', until: '2019-12-31' },
        { every: '1 hour', until: '2019-06-30' },
      ],
      'Europe/Paris',
    );
    expect(spec.calendars).toEqual([{ minute: [30], hour: [1], dayOfMonth: [31], month: ['DECEMBER'], year: [2019] }]);
    expect(goodUntil).toBe(null);
  });

  test('carries jitter', () => {
    expect(specOf({ daily: '06:00', jitter: '5 minutes' }, 'UTC').spec.jitter).toBe(300_000);
  });

  test.each([
    [{ daily: '02:30' }, 'Europe/Paris', 40],
    [{ daily: '02:30' }, 'Africa/Casablanca', 100],
    [{ hourly: { minute: 0 } }, 'Europe/Paris', 1],
    [{ cron: '*/7 6-23 * * *' }, 'Europe/Paris', 60],
    [{ cron: '* * * * *' }, 'America/New_York', 1],
    [{ weekly: { on: 'sun', at: '02:30' } }, 'Europe/Paris', 30],
    [{ monthly: { day: 31, at: '02:30' } }, 'Europe/Paris', 15],
    [{ hourly: { minute: 15 } }, 'Australia/Lord_Howe', 65],
  ])('of %j in %s has at most %d calendars', (one, zone, most) => {
    expect(specOf(one, zone).spec.calendars.length).toBeLessThanOrEqual(most);
  });

  test('in UTC names just the slots', () => {
    const folded = fc
      .tuple(schedule, zone)
      .map(([one, zone]) => compileSchedule(one, zone).compiled)
      .filter((one): one is CompiledSchedule => one !== null)
      .map((one) => ({ one, spec: temporalSpec(one, NOW).spec }))
      .filter(({ spec }) => spec.timezone === 'UTC' && !spec.intervals && !spec.skip);
    fc.assert(
      fc.property(folded, fc.integer({ min: 0, max: 4_000 }), ({ one, spec }, n) => {
        const from = Date.UTC(2024, 0, 1) + n * DAY_MS;
        const slots = slotsBetween(one, from, from + 10 * DAY_MS - 1_000).map(({ scheduledFor }) => epochMs(scheduledFor));
        const named = Array.from({ length: 10 }, (_, day) => from + day * DAY_MS).flatMap((day) => namedOn(spec, day));
        // Calendars of single instants name them outside the window of a spec, too.
        expect(named.filter((at) => at >= (spec.startAt?.getTime() ?? 0) && at <= (spec.endAt?.getTime() ?? Infinity))).toEqual(
          slots,
        );
      }),
      { numRuns: 60 },
    );
  });
});

/** The instants that calendars in UTC name on a day. */
function namedOn({ calendars }: ScheduleSpec, midnight: number): number[] {
  const date = new Date(midnight);
  const found = new Set<number>();
  for (const calendar of calendars.filter((one) => namesDay(one, date))) {
    for (const hour of list(calendar.hour))
      for (const minute of list(calendar.minute))
        for (const second of list(calendar.second ?? [0])) found.add(midnight + ((hour * 60 + minute) * 60 + second) * 1_000);
  }
  return [...found].sort((a, b) => a - b);
}

const name = (date: Date, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en', { ...options, timeZone: 'UTC' }).format(date).toUpperCase();

function namesDay({ year, month, dayOfMonth, dayOfWeek }: CalendarSpec, date: Date): boolean {
  return (
    (year === undefined || list(year).includes(date.getUTCFullYear())) &&
    (dayOfMonth === undefined || list(dayOfMonth).includes(date.getUTCDate())) &&
    (month === undefined || (month as string[]).includes(name(date, { month: 'long' }))) &&
    (dayOfWeek === undefined || (dayOfWeek as string[]).includes(name(date, { weekday: 'long' })))
  );
}

function list(numbers: Numbers): number[] {
  if (Array.isArray(numbers)) return numbers;
  const { start, end, step } = numbers;
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, n) => start + n * step);
}
