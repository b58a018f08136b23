import { describe, expect, test } from 'vitest';
import { compileSchedule, type CompiledSchedule } from '../../src/time/schedule.js';
import { slotOf, slotsOfDate } from '../../src/time/slots.js';
import { temporalSpec } from '../../src/time/spec.js';

function compiled(schedule: unknown, zone = 'Europe/Paris'): CompiledSchedule {
  const { compiled: found, problems } = compileSchedule(schedule, zone);
  expect(problems).toEqual([]);
  return found!;
}

describe('a schedule', () => {
  test('compiles to a plain spec, a sentence and what its runs are keyed by', () => {
    expect(temporalSpec(compiled({ daily: '06:00' }), 0).spec).toMatchObject({
      timezone: 'Europe/Paris',
      calendars: [{ minute: [0], hour: [6] }],
    });
    expect(compiled({ daily: '06:00' })).toMatchObject({
      sentence: 'every day at 06:00, Europe/Paris',
      keyedBy: 'date',
    });
    const weekly = compiled({ cron: '30 6 * 1,2 1-5' }, 'UTC');
    expect(temporalSpec(weekly, 0).spec.calendars).toEqual([
      {
        minute: [30],
        hour: [6],
        month: ['JANUARY', 'FEBRUARY'],
        dayOfWeek: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'],
      },
    ]);
    expect(JSON.parse(JSON.stringify(weekly))).toEqual(weekly);
  });

  test.each([
    ['0 6 * * *', 'date'],
    ['0 6 1 * 1', 'date'],
    ['*/7 6-23 * * *', 'slot'],
    ['0 * * * *', 'slot'],
    ['0 6,18 * * *', 'slot'],
  ])('with cron %s is keyed by %s', (cron, keyedBy) => expect(compiled({ cron }).keyedBy).toBe(keyedBy));

  test.each([
    [null, '', /expected an object with one form/],
    ['06:00', '', /expected an object with one form/],
    [{}, '', /is empty; exactly one is expected: cron, daily, weekly/],
    [{ daily: '06:00', cron: '0 6 * * *' }, '', /has 2 forms \(daily, cron\)/],
    [{ dayly: '06:00' }, 'dayly', /"dayly" is no form/],
    [{ daily: '6:00' }, 'daily', /"6:00" is no time of day: write 24 hours and minutes, like '06:00'/],
    [{ daily: '24:00' }, 'daily', /is no time of day/],
    [{ daily: 6 }, 'daily', /6 is no time of day/],
    [{ daily: undefined }, 'daily', /undefined is no time of day/],
    [{ cron: 6 }, 'cron', /expected cron's five fields as text/],
  ])('%j is refused', (schedule, field, message) => {
    const { problems } = compileSchedule(schedule, 'UTC');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ field });
    expect(problems[0]!.message).toMatch(message);
  });
});

describe('a slot', () => {
  test('keyed by date is for its local date', () => {
    expect(slotOf(compiled({ daily: '00:30' }), '2026-02-02T23:30:00.250Z')).toEqual({
      date: '20260203',
      runKey: '20260203',
      scheduledFor: '2026-02-02T23:30:00Z',
    });
  });
  test('keyed by slot is for itself', () => {
    expect(slotOf(compiled({ cron: '*/30 * * * *' }), '2026-02-02T23:30:00Z')).toEqual({
      date: '20260203',
      runKey: '20260202T233000Z',
      scheduledFor: '2026-02-02T23:30:00Z',
    });
  });
});

describe('the slots of a date', () => {
  const slots = (schedule: unknown, zone: string, date: string) => slotsOfDate(compiled(schedule, zone), date);

  test.each([
    ['on an ordinary day', { daily: '06:00' }, 'Europe/Paris', '20260203', ['2026-02-03T05:00:00Z']],
    ['at a time the clocks skip', { daily: '02:30' }, 'Europe/Paris', '20260329', ['2026-03-29T01:00:00Z']],
    ['at a time the clocks show twice', { daily: '02:30' }, 'Europe/Paris', '20261025', ['2026-10-25T00:30:00Z']],
    ['where the gap reaches into the next day', { daily: '23:30' }, 'America/Nuuk', '20260328', ['2026-03-29T01:00:00Z']],
    ['where the gap is half an hour', { daily: '02:15' }, 'Australia/Lord_Howe', '20261004', ['2026-10-03T15:30:00Z']],
    ['on a date the calendar leaves out', { daily: '06:00' }, 'Pacific/Apia', '20111230', []],
    ['on a day it is not due', { cron: '0 6 * * 1' }, 'UTC', '20260203', []],
    ['named by both day fields', { cron: '0 6 2 2 1' }, 'UTC', '20260202', ['2026-02-02T06:00:00Z']],
    ['several a day', { cron: '0 8,12 * * *' }, 'Europe/Paris', '20260203', ['2026-02-03T07:00:00Z', '2026-02-03T11:00:00Z']],
  ])('%s', (_, schedule, zone, date, expected) => expect(slots(schedule, zone, date)).toEqual(expected));

  test('keyed by slot follow the wall clock: a gap drops, an overlap doubles', () => {
    expect(slots({ cron: '30 * * * *' }, 'Europe/Paris', '20260329')).toHaveLength(23);
    expect(slots({ cron: '30 * * * *' }, 'Europe/Paris', '20261025')).toHaveLength(25);
    expect(slots({ cron: '30 * * * *' }, 'Europe/Paris', '20261024')).toHaveLength(24);
  });
});
