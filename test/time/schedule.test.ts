import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { compileSchedule, type CompiledSchedule } from '../../src/time/schedule.js';
import { nextSlots, slotOf, slotsOfDate } from '../../src/time/slots.js';
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
    [[], '', /is empty; a list of forms names at least one/],
    [[[{ daily: '06:00' }]], '[0]', /expected an object with one form/],
    [[{ daily: '06:00' }, { weekly: { on: 'mondy', at: '06:00' } }], '[1].weekly.on', /"mondy" is no day of the week/],
    [{ from: '2026-01-01' }, '', /has no form; exactly one is expected/],
    [{ weekly: 'monday' }, 'weekly', /expected an object with on and at/],
    [{ weekly: { on: 'monday' } }, 'weekly.at', /is missing/],
    [{ weekly: { on: [], at: '06:00' } }, 'weekly.on', /is empty/],
    [{ weekly: { on: 1, at: '06:00' } }, 'weekly.on', /numbers mean different days in different programs/],
    [{ weekly: { on: 'mon', at: '06:00', zone: 'UTC' } }, 'weekly.zone', /"zone" is not known here; there are on and at/],
    [
      { monthly: { day: 32, at: '06:00' } },
      'monthly.day',
      /32 is not possible; expected a day of the month, or 'last', .* 1 to 31/,
    ],
    [{ monthly: { day: 0, at: '06:00' } }, 'monthly.day', /0 is not possible/],
    [{ monthly: { day: 31, at: '06:00', shortMonth: 'leave' } }, 'monthly.shortMonth', /there are 'clamp', .* and 'skip'/],
    [{ yearly: { month: 2, day: 30, at: '06:00' } }, 'yearly.day', /there is no 30 February: it has 29 days at most/],
    [{ yearly: { month: 4, day: 31, at: '06:00' } }, 'yearly.day', /there is no 31 April/],
    [{ yearly: { month: 13, day: 1, at: '06:00' } }, 'yearly.month', /13 is not possible; expected a month/],
    [{ hourly: { minute: 60 } }, 'hourly.minute', /60 is not possible/],
    [{ every: '59 seconds' }, 'every', /is too short: at least '1 minute'/],
    [{ every: 90 }, 'every', /90 is no duration: write the unit too, like '90 minutes'/],
    [{ every: '1.0001 minutes' }, 'every', /is no whole number of seconds/],
    [{ every: '90 minutes', offset: '90 minutes' }, 'offset', /"90 minutes" is not shorter than every, "90 minutes"/],
    [{ daily: '06:00', offset: '1 minute' }, 'offset', /"offset" goes with "every" only/],
    [{ every: '90000 days' }, '', /never occurs/],
    [{ businessHours: { days: 'mon-fri', from: '09:00', to: '17:00', every: '1 hour' } }, 'businessHours.days', /or 'weekdays'/],
    [{ businessHours: { days: 'mon', from: '17:00', to: '09:00', every: '1 hour' } }, 'businessHours.to', /lies before from/],
    [
      { businessHours: { days: 'mon', from: '09:00', to: '17:00', every: '90 seconds' } },
      'businessHours.every',
      /whole number of minutes/,
    ],
    [{ at: [] }, 'at', /is empty/],
    [{ at: '2026-03-01' }, 'at', /is no instant: write it in UTC, like 2026-03-01T08:00:00Z, or as local time/],
    [{ at: ['2026-03-01T25:00:00Z'] }, 'at[0]', /hours go from 00 to 23/],
    [{ at: '2026-03-01T08:00:00.5Z' }, 'at', /slots lie on whole seconds/],
    [{ at: '1999-12-31T23:59:59Z' }, 'at', /outside the years 2000 to 2100/],
    [{ daily: '06:00', from: 'tomorrow' }, 'from', /is no date, like 2026-03-01, and no instant/],
    [{ daily: '06:00', from: '2026-03-02', until: '2026-03-01' }, 'until', /"2026-03-01" lies before from, "2026-03-02"/],
    [{ daily: '06:00', except: ['2026-02-30'] }, 'except[0]', /2026-02 has the days 01 to 28/],
    [{ daily: '06:00', except: ['2026-03-02..2026-03-01'] }, 'except[0]', /runs backwards/],
    [{ daily: '06:00', except: [{ from: '2026-03-02' }] }, 'except[0]', /is no date and no range/],
    [{ daily: '06:00', except: [] }, 'except', /is empty: leave it out/],
    [{ daily: '06:00', jitter: '2 hours' }, 'jitter', /is not possible: write a duration from '1 second' to '1 hour'/],
    [{ daily: '06:00', key: 'day' }, 'key', /there are 'date' and 'slot'/],
    [{ daily: '06:00', key: 'slot' }, 'key', /is keyed by date, so that no clock change can lose a day/],
    [{ at: '2026-03-01T08:00:00Z', key: 'date' }, 'key', /each is a run of its own/],
    [[{ daily: '06:00', jitter: '1 minute' }, { daily: '07:00' }], '[1].jitter', /all members of a list have the same jitter/],
    [{ daily: '06:00', timezone: 'UTC' }, 'timezone', /stands beside the schedule, not in it/],
    [
      { weekly: { on: 'sun', at: '06:00' }, from: '2026-02-02', until: '2026-02-07' },
      '',
      /never occurs: weekly has not one slot between/,
    ],
    [{ daily: '06:00', from: '2026-02-02', until: '2026-02-03', except: '2026-02-01..2026-02-03' }, '', /never occurs/],
    [{ cron: '0 6 29 2 *', from: '2026-01-01', until: '2027-12-31' }, '', /never occurs/],
    [[{ every: '7 minutes', until: '2026-05-01' }, { daily: '06:00' }], '[0].every', /does not divide a day: in a list/],
  ])('%j is refused', (schedule, field, message) => {
    const { problems } = compileSchedule(schedule, 'UTC');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ field });
    expect(problems[0]!.message).toMatch(message);
  });
});

describe('the forms that docs/schedules.md shows', () => {
  const page = readFileSync(new URL('../../docs/schedules.md', import.meta.url), 'utf8');
  const [, table = ''] = /## Forms\n\n([^]*?)\n\n/.exec(page) ?? [];
  const rows = [...table.matchAll(/^\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, form, sentence]) => [form!, sentence!] as const);

  test.each(rows)('%s means: %s', (form, sentence) => {
    const told = compiled(runInNewContext(`(${form})`)).sentence;
    expect([sentence, `${sentence}, Europe/Paris`]).toContain(told);
  });
  test('are all forms', () => {
    const shown = new Set(rows.flatMap(([form]) => [...form.matchAll(/(?:^|\[|, )\{ (\w+):/g)].map(([, name]) => name)));
    expect([...shown].sort()).toEqual(['at', 'businessHours', 'cron', 'daily', 'every', 'hourly', 'monthly', 'weekly', 'yearly']);
  });
});

test.each([
  [[{ daily: '06:00' }, { weekly: { on: 'sat', at: '06:00' } }], 'date'],
  [[{ daily: '06:00' }, { cron: '0 6 1 * *' }], 'date'],
  [[{ daily: '06:00' }, { weekly: { on: 'sat', at: '10:00' } }], 'slot'],
  [[{ daily: '06:00' }, { at: '2026-03-01T05:00:00Z' }], 'slot'],
  [{ every: '1 day' }, 'slot'],
  [{ businessHours: { days: 'weekdays', from: '09:00', to: '09:00', every: '1 hour' } }, 'slot'],
  [{ cron: '*/7 6-23 * * *', key: 'date' }, 'date'],
  [{ daily: '06:00', key: 'date' }, 'date'],
  [{ hourly: { minute: 0 }, key: 'slot' }, 'slot'],
])('%j is keyed by %s', (schedule, keyedBy) => expect(compiled(schedule).keyedBy).toBe(keyedBy));

test('a sentence tells limits and exceptions', () => {
  const around = { from: '2026-03-01', until: '2026-06-30T10:00:00Z', except: ['2026-05-01', '2026-06-01..2026-06-05'] };
  expect(compiled({ daily: '06:00', ...around }).sentence).toBe(
    'every day at 06:00, from 2026-03-01 until 2026-06-30T10:00:00Z, except 2026-05-01, 2026-06-01 to 2026-06-05, Europe/Paris',
  );
  expect(compiled({ every: '7 minutes', offset: '90 seconds' }).sentence).toBe(
    'every 7 minutes, counted from 1970-01-01 00:01:30 UTC',
  );
});

describe('instants of a schedule', () => {
  const instants = (at: unknown, zone: string) => nextSlots(compiled({ at }, zone), 0, 9).map(({ scheduledFor }) => scheduledFor);
  test('may be local times of its zone, the first of two that clocks show twice', () => {
    expect(instants(['2026-10-25T02:30', '2026-02-03 06:00:15', '2026-02-03T06:00:15+01:00'], 'Europe/Paris')).toEqual([
      '2026-02-03T05:00:15Z',
      '2026-10-25T00:30:00Z',
    ]);
  });
  test('are refused where clocks skip them, with the instant after', () => {
    expect(compileSchedule({ at: '2026-03-29T02:30' }, 'Europe/Paris').problems[0]!.message).toBe(
      '"2026-03-29T02:30" does not exist in Europe/Paris: that day clocks go from 02:00 to 03:00. ' +
        'Write 2026-03-29T01:00:00Z for the first instant after that',
    );
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
