// Every zone's clock changes from 2020 to 2035, and thousands of schedules at random, against the real server.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOf } from '../../src/time/dates.js';
import { DAY_MS } from '../../src/time/days.js';
import { compileSchedule } from '../../src/time/schedule.js';
import { slotsBetween } from '../../src/time/slots.js';
import { ruleSets } from './clock-changes.js';
import { compile, eachOf, useOracle } from './oracle.js';
import { schedule, zone } from './schedules.js';

const oracle = useOracle();
const YEARS = [2020, 2035] as const;
const SCHEDULES = 2_500;
const sets = ruleSets(...YEARS);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

test(`once a day in every zone, at times inside its gaps and overlaps, from ${YEARS.join(' to ')}`, async () => {
  const before = { ...oracle.figures };
  await eachOf(sets, async ({ zone, times }) => {
    for (const time of times.length > 0 ? times : ['02:30']) {
      // A spec reaches from two years before the current one to ten years after it.
      await oracle.compare({ daily: time }, zone, [[Date.UTC(2020, 0, 1), Date.UTC(2032, 11, 30)]], Date.UTC(2022, 5, 1));
      await oracle.compare({ daily: time }, zone, [[Date.UTC(2032, 11, 30), Date.UTC(2035, 11, 31)]], Date.UTC(2027, 5, 1));
    }
  });
  const zones = sets.flatMap((set) => set.zones).length;
  say(
    `${zones} zones with ${sets.length} sets of rules: ${oracle.figures.slots - before.slots} slots once a day, all as the server's`,
  );
});

test('once a day in every zone: exactly one slot for every local date', () => {
  let dates = 0;
  for (const { zones, times } of sets) {
    for (const zone of zones) {
      for (const time of times) {
        const slots = slotsBetween(compile({ daily: time }, zone), Date.UTC(2020, 0, 1), Date.UTC(2035, 11, 31));
        const first = slots[0]!.date;
        const expected = slots.map((_, n) => dateOf(Date.UTC(2020, 0, Number(first.slice(6))) / DAY_MS + n));
        if (first.startsWith('2019'))
          expected.splice(0, expected.length, ...slots.map((_, n) => dateOf(Date.UTC(2019, 11, 31) / DAY_MS + n)));
        if (slots.some(({ date }, n) => date !== expected[n]))
          expect({ zone, time, dates: slots.map(({ date }) => date) }).toEqual({ zone, time, dates: expected });
        dates += slots.length;
      }
    }
  }
  say(`${dates} local dates, each with one slot`);
});

test('oftener than daily in every zone, on the days around every clock change', async () => {
  const before = { ...oracle.figures };
  await eachOf(sets, async ({ zone, changes, times }) => {
    for (const [first, last] of [
      [2020, 2031],
      [2032, 2035],
    ] as const) {
      const windows = changes
        .filter(({ at }) => at >= Date.UTC(first, 0, 1) && at < Date.UTC(last + 1, 0, 1))
        .map(({ at }) => [at - 1.5 * DAY_MS, at + 1.5 * DAY_MS] as const);
      if (windows.length === 0) continue;
      const now = Date.UTC(first + 2, 5, 1);
      await oracle.compare({ cron: '*/15 * * * *' }, zone, windows, now);
      for (const time of times)
        await oracle.compare({ cron: `${time.slice(3)} ${Number(time.slice(0, 2))},12 * * *` }, zone, windows, now);
    }
  });
  const changes = sets.reduce((sum, set) => sum + set.changes.length * set.zones.length, 0);
  say(`${changes} clock changes of all zones: ${oracle.figures.slots - before.slots} slots around them, all as the server's`);
});

test(`${SCHEDULES} schedules of all forms`, async () => {
  const seed = Number(process.env.TIME_SEED ?? Math.floor(Math.random() * 2 ** 31));
  say(`seed ${seed}`);
  const before = { ...oracle.figures };
  const samples = fc
    .sample(fc.tuple(schedule, zone, fc.integer({ min: 0, max: 3_000 })), { seed, numRuns: SCHEDULES * 2 })
    .filter(([one, zone]) => compileSchedule(one, zone).compiled)
    .slice(0, SCHEDULES);
  await eachOf(samples, async ([one, zone, day]) => {
    const from = Date.UTC(2025, 0, 1) + day * DAY_MS;
    const spring = Date.UTC(2026, 1, 10);
    const windows = [
      [from, from + 40 * DAY_MS],
      [spring, spring + 60 * DAY_MS],
      [Date.UTC(2026, 9, 20), Date.UTC(2026, 10, 8)],
    ] as const;
    await oracle.compare(one, zone, windows, Date.UTC(2026, 0, 20));
  });
  expect(samples).toHaveLength(SCHEDULES);
  const { slots, mostCalendars } = oracle.figures;
  say(
    `${samples.length} schedules: ${slots - before.slots} slots, all as the server's; at most ${mostCalendars} calendars in a spec`,
  );
});
