// What the compiler says against what the server does with its spec. All zones and many more schedules: npm run time:all.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileSchedule } from '../../src/time/schedule.js';
import { temporalSpec } from '../../src/time/spec.js';
import { epochMs } from '../../src/time/zones.js';
import { HOUR_MS, ruleSets } from './clock-changes.js';
import { compile, eachOf, useOracle } from './oracle.js';
import { schedule, zone } from './schedules.js';

const oracle = useOracle();
const NOW = Date.UTC(2026, 0, 20);
const DAY = 24 * HOUR_MS;

/** The server's slots of a window given by two instants. */
async function due(schedule: unknown, zone: string, from: string, to: string): Promise<string[]> {
  const [slots] = await oracle.listed(temporalSpec(compile(schedule, zone), epochMs(from)).spec, [[epochMs(from), epochMs(to)]]);
  return slots!;
}

describe('around a clock change the server is due', () => {
  test.each([
    ['Europe/Paris', { daily: '02:30' }, ['2026-03-28T01:30:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']],
    ['Europe/Paris', { daily: '02:30' }, ['2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
    ['America/New_York', { daily: '01:30' }, ['2026-10-31T05:30:00Z', '2026-11-01T05:30:00Z', '2026-11-02T06:30:00Z']],
    ['Australia/Lord_Howe', { daily: '02:15' }, ['2026-10-02T15:45:00Z', '2026-10-03T15:30:00Z', '2026-10-04T15:15:00Z']],
    ['Antarctica/Troll', { daily: '02:00' }, ['2026-03-28T02:00:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:00:00Z']],
    ['Asia/Beirut', { daily: '00:30' }, ['2026-03-27T22:30:00Z', '2026-03-28T22:00:00Z', '2026-03-29T21:30:00Z']],
    ['America/Santiago', { daily: '00:30' }, ['2026-09-05T04:30:00Z', '2026-09-06T04:00:00Z', '2026-09-07T03:30:00Z']],
    ['America/Havana', { daily: '00:30' }, ['2026-03-07T05:30:00Z', '2026-03-08T05:00:00Z', '2026-03-09T04:30:00Z']],
    ['Africa/Cairo', { daily: '00:30' }, ['2026-04-22T22:30:00Z', '2026-04-23T22:00:00Z', '2026-04-24T21:30:00Z']],
    ['America/Nuuk', { daily: '23:30' }, ['2026-03-28T01:30:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']],
    // Clocks go back for Ramadan, on 15 February, and forward after it, on 22 March.
    ['Africa/Casablanca', { daily: '02:30' }, ['2026-02-14T01:30:00Z', '2026-02-15T01:30:00Z', '2026-02-16T02:30:00Z']],
    ['Africa/Casablanca', { daily: '02:30' }, ['2026-03-21T02:30:00Z', '2026-03-22T02:00:00Z', '2026-03-23T01:30:00Z']],
    // The calendar leaves 30 December 2011 out.
    ['Pacific/Apia', { daily: '06:00' }, ['2011-12-28T16:00:00Z', '2011-12-29T16:00:00Z', '2011-12-30T16:00:00Z']],
    ['Europe/Paris', { cron: '30 1-3 * * *' }, ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z']],
    [
      'Europe/Paris',
      { cron: '30 1-3 * * *' },
      ['2026-10-24T23:30:00Z', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00Z'],
    ],
  ])('in %s with %j', async (zone, schedule, instants) => {
    expect(await due(schedule, zone, instants[0]!, instants.at(-1)!)).toEqual(instants);
    await oracle.compare(schedule, zone, [[epochMs(instants[0]!) - DAY, epochMs(instants.at(-1)!) + DAY]], epochMs(instants[0]!));
  });
});

test.each([
  [{ cron: '0 9 1,15 * 1' }, 'America/New_York'],
  [{ cron: '*/7 6-23 * * *' }, 'UTC'],
  [{ cron: '0 12 L 2,4 5L' }, 'Europe/Paris'],
  [{ monthly: { day: 30, at: '02:15' } }, 'Europe/Paris'],
  [{ yearly: { month: 2, day: 29, at: '04:00' } }, 'Europe/Paris'],
  [
    { every: '7 minutes', offset: '90 seconds', from: '2026-01-05', until: '2026-02-03T05:00:30Z', except: '2026-01-20' },
    'Europe/Paris',
  ],
  [
    [
      { every: '100 minutes', except: '2026-10-20..2026-10-25' },
      { daily: '02:30', except: '2026-10-20..2026-10-25' },
    ],
    'Asia/Kathmandu',
  ],
  [
    [
      { every: '100 minutes', except: '2026-10-20..2026-10-25' },
      { daily: '02:30', except: '2026-10-20..2026-10-25' },
    ],
    'Europe/Paris',
  ],
  [[{ every: '90 minutes', until: '2026-10-20' }, { daily: '02:30' }, { at: '2026-10-25T01:30:15Z' }], 'Europe/Paris'],
  [
    { businessHours: { days: 'weekdays', from: '09:30', to: '17:00', every: '45 minutes' }, except: ['2026-05-01'] },
    'Europe/Paris',
  ],
])('the server is due at the slots of %j in %s', async (schedule, zone) => {
  await oracle.compare(schedule, zone, [[Date.UTC(2026, 0, 1), Date.UTC(2026, 11, 31)]], NOW);
});

test('the server is due at the slots of any schedule', async () => {
  const seed = Number(process.env.TIME_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const samples = fc
    .sample(fc.tuple(schedule, zone), { seed, numRuns: 120 })
    .filter(([one, zone]) => compileSchedule(one, zone).compiled);
  await eachOf(samples, async ([one, zone]) => {
    await oracle
      .compare(
        one,
        zone,
        [
          [Date.UTC(2026, 1, 10), Date.UTC(2026, 3, 12)],
          [Date.UTC(2026, 9, 20), Date.UTC(2026, 10, 8)],
        ],
        NOW,
      )
      .catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
  });
  expect(samples.length).toBeGreaterThan(60);
});

test('the server is due on the days of clock changes, in a zone of each kind', async () => {
  const kinds = new Map(
    ruleSets(2026, 2027)
      .filter(({ changes }) => changes.length > 0)
      .map((set) => [set.times.join(), set]),
  );
  await eachOf([...kinds.values()], async ({ zone, changes, times }) => {
    const windows = changes.map(({ at }) => [at - 2 * DAY, at + 2 * DAY] as const);
    for (const time of times) await oracle.compare({ daily: time }, zone, windows, NOW);
    await oracle.compare({ cron: `${times[0]!.slice(3)} * * * *` }, zone, windows, NOW);
  });
  expect(kinds.size).toBeGreaterThan(10);
});
