import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Temporal } from 'temporal-polyfill/implementation';
import { addDays, dashed } from '../../src/time/dates.js';
import { DAY_MS } from '../../src/time/days.js';
import { compileSchedule, type CompiledSchedule } from '../../src/time/schedule.js';
import { latestSlots, nextSlots, slotOf, slotsBetween, slotsOfDate } from '../../src/time/slots.js';
import { epochMs } from '../../src/time/zones.js';
import { schedule, timeOfDay, zone } from './schedules.js';

const START = Date.UTC(2025, 0, 1);
const instant = fc.integer({ min: 0, max: 1_200 * 1_440 }).map((minutes) => START + minutes * 60_000);

const compiled = fc
  .tuple(schedule, zone)
  .map(([one, zone]) => compileSchedule(one, zone).compiled)
  .filter((one): one is CompiledSchedule => one !== null);

describe('the slots of any schedule', () => {
  test('of a window are those of its dates, in order, each once', () => {
    fc.assert(
      fc.property(compiled, instant, fc.integer({ min: 0, max: 40 }), (schedule, from, days) => {
        const to = from + days * DAY_MS;
        const slots = slotsBetween(schedule, from, to).map(({ scheduledFor }) => epochMs(scheduledFor));
        const first = new Date(from - 2 * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
        const dates = Array.from({ length: days + 5 }, (_, n) => addDays(first, n));
        const ofDates = dates.flatMap((date) => slotsOfDate(schedule, date)).map(epochMs);
        const expected = [...new Set(ofDates)].filter((at) => at >= from && at <= to).sort((a, b) => a - b);
        expect(slots).toEqual(expected);
      }),
    );
  });

  test('before and after an instant are the ends of a window', () => {
    fc.assert(
      fc.property(compiled, instant, fc.integer({ min: 0, max: 5 }), (schedule, now, count) => {
        const next = nextSlots(schedule, now, count);
        const latest = latestSlots(schedule, now, count, now - 800 * DAY_MS);
        expect(next).toEqual(
          slotsBetween(schedule, now + 1, next.length === 0 ? now + DAY_MS : next.at(-1)!.scheduledFor).slice(0, count),
        );
        const earliest = latest.at(-1)?.scheduledFor ?? now;
        expect([...latest].reverse()).toEqual(slotsBetween(schedule, earliest, now - 1).slice(-count || Infinity));
      }),
    );
  });

  test('are found again by their instants, and have run keys of their own', () => {
    fc.assert(
      fc.property(compiled, instant, (schedule, from) => {
        const slots = nextSlots(schedule, from, 20);
        for (const slot of slots) expect(slotOf(schedule, slot.scheduledFor)).toEqual(slot);
        expect(new Set(slots.map(({ runKey }) => runKey)).size).toBe(slots.length);
      }),
    );
  });
});

test('a schedule once a day has the first instant of every local date at which the clock shows its time, or has passed it', () => {
  fc.assert(
    fc.property(timeOfDay, zone, fc.integer({ min: 0, max: 4_000 }), (daily, zone, n) => {
      const schedule = compileSchedule({ daily }, zone).compiled!;
      const date = addDays('20240101', n);
      const [hour, minute] = daily.split(':').map(Number);
      const local = Temporal.PlainDate.from(dashed(date)).toPlainDateTime({ hour: hour!, minute: minute! });
      const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
      const inGap = !earlier.toPlainDateTime().equals(local);
      const due = inGap ? earlier.getTimeZoneTransition('next')! : earlier;
      expect(slotsOfDate(schedule, date).map(epochMs)).toEqual([due.epochMilliseconds]);
    }),
    { numRuns: 500 },
  );
});

describe('keyed by date, a schedule that is due oftener', () => {
  const often = (cron: string) => compileSchedule({ cron, key: 'date' }, 'Europe/Paris').compiled!;
  test('has all its slots under the date', () => {
    expect(slotsBetween(often('*/7 6 * * *'), '2026-02-03T05:00:00Z', '2026-02-03T05:10:00Z')).toEqual([
      { date: '20260203', runKey: '20260203', scheduledFor: '2026-02-03T05:00:00Z' },
      { date: '20260203', runKey: '20260203', scheduledFor: '2026-02-03T05:07:00Z' },
    ]);
  });
  test('loses no date to a gap, and repeats nothing in an overlap', () => {
    expect(slotsOfDate(often('*/20 2 * * *'), '20260329')).toEqual(['2026-03-29T01:00:00Z']);
    expect(slotsOfDate(often('30 2,5 * * *'), '20260329')).toEqual(['2026-03-29T03:30:00Z']);
    expect(slotsOfDate(often('30 2,5 * * *'), '20261025')).toEqual(['2026-10-25T00:30:00Z', '2026-10-25T04:30:00Z']);
  });
});

describe('limits', () => {
  const dates = (schedule: object, zone = 'Europe/Paris') =>
    slotsBetween(compileSchedule(schedule, zone).compiled!, '2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z').map(({ date }) =>
      date.slice(4),
    );

  test('that are dates let the whole local day in, both ends', () => {
    expect(dates({ cron: '30 0,23 * * *', from: '2026-02-03', until: '20260204' })).toEqual(['0203', '0203', '0204', '0204']);
  });
  test('that are instants let themselves in', () => {
    const around = { from: '2026-02-03T05:00:00Z', until: '2026-02-05T06:00:00+01:00' };
    expect(dates({ daily: '06:00', ...around })).toEqual(['0203', '0204', '0205']);
    expect(dates({ daily: '06:00', ...around, from: '2026-02-03T05:00:01Z' })).toEqual(['0204', '0205']);
  });
  test('except dates by what a slot is for, also where it is due on the next day', () => {
    const around = { from: '2026-03-27', until: '2026-03-30' };
    expect(dates({ daily: '23:30', ...around, except: '2026-03-28' }, 'America/Nuuk')).toEqual(['0327', '0329', '0330']);
    expect(dates({ daily: '23:30', ...around, until: '2026-03-28' }, 'America/Nuuk')).toEqual(['0327', '0328']);
  });
  test('except ranges with both ends, in any of three ways', () => {
    const around = { from: '2026-02-01', until: '2026-02-06' };
    for (const except of [
      ['2026-02-02..2026-02-05'],
      [{ from: '20260202', until: '20260205' }],
      [{ from: '2026-02-02', to: '2026-02-05' }],
    ])
      expect(dates({ daily: '06:00', ...around, except })).toEqual(['0201', '0206']);
  });
});

test('of a day that a month does not have are on its last one, of 29 February on the 28th (defect 21)', () => {
  const datesOf = (schedule: Parameters<typeof compileSchedule>[0], from: number, to: number) =>
    slotsBetween(compileSchedule(schedule, 'America/Vancouver').compiled!, from, to).map(({ date }) => date);
  const year = [Date.UTC(2026, 0, 1, 8), Date.UTC(2026, 11, 31, 8)] as const;
  expect(datesOf({ monthly: { day: 31, at: '04:00' } }, ...year).slice(0, 4)).toEqual([
    '20260131',
    '20260228',
    '20260331',
    '20260430',
  ]);
  const yearly = datesOf({ yearly: { month: 2, day: 29, at: '04:00' } }, Date.UTC(2026, 0, 1), Date.UTC(2029, 0, 1));
  expect(yearly).toEqual(['20260228', '20270228', '20280229']);
});
