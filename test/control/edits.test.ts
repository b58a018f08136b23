/** What an edit must not lose, and what it must not start: decided purely, with the time as an argument. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lostSlots } from '../../src/control/lost-slots.js';
import { rulesAfter } from '../../src/control/schedule-record.js';
import type { ScheduleRule } from '../../src/plan/types.js';
import { slotsUnder } from '../../src/registry/rules.js';
import { compileSchedule, type CompiledSchedule } from '../../src/time/schedule.js';
import { slotsBetween } from '../../src/time/slots.js';

function compiled(schedule: object, zone = 'Europe/Paris'): CompiledSchedule {
  const { compiled: found, problems } = compileSchedule(schedule, zone);
  expect(problems).toEqual([]);
  return found!;
}

describe('the dates an edit would lose', () => {
  const lost = (old: CompiledSchedule, next: CompiledSchedule, now: string) =>
    lostSlots(old, next, Date.parse(now)).map(({ date, scheduledFor }) => `${date} ${scheduledFor}`);

  test.each<[string, object, object, string, string[]]>([
    [
      'an hour that is over by the new times only',
      { daily: '09:00' },
      { daily: '06:00' },
      '07:00',
      ['20260203 2026-02-03T05:00:00Z'],
    ],
    ['nothing, where the date has run', { daily: '06:00' }, { daily: '09:00' }, '07:00', []],
    ['nothing, where the date is still to come', { daily: '09:00' }, { daily: '08:00' }, '07:00', []],
    ['nothing, where both times are over', { daily: '05:00' }, { daily: '06:00' }, '07:00', []],
    ['nothing of a date only the new times have', { cron: '0 9 * * 3' }, { cron: '0 6 * * *' }, '07:00', []],
    ['nothing where runs become unique by slot', { daily: '09:00' }, { cron: '0 * * * *' }, '07:00', []],
    ['nothing where runs become unique by date', { cron: '0 * * * *' }, { daily: '06:00' }, '07:00', []],
  ])('%s', (_, old, next, clock, expected) => {
    expect(lost(compiled(old), compiled(next), `2026-02-03T${clock}:00+01:00`)).toEqual(expected);
  });

  test('a date the new zone has begun long ago and the old one has not reached', () => {
    const [york, auckland] = [compiled({ daily: '06:00' }, 'America/New_York'), compiled({ daily: '06:00' }, 'Pacific/Auckland')];
    expect(lost(york, auckland, '2026-02-03T10:00:00Z')).toEqual(['20260203 2026-02-02T17:00:00Z']);
    expect(lost(auckland, york, '2026-02-03T12:00:00Z')).toEqual([]);
  });

  test('any edit of a daily time in any zones: every date between runs exactly once', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Paris',
      'Pacific/Auckland',
      'America/New_York',
      'Pacific/Kiritimati',
      'Pacific/Niue',
    );
    const minutes = fc.integer({ min: 0, max: 365 * 24 * 60 });
    fc.assert(
      fc.property(time, zone, time, zone, minutes, (oldTime, oldZone, newTime, newZone, at) => {
        const now = Date.UTC(2026, 0, 10) + at * 60_000 + 30_000;
        const [old, next] = [compiled({ daily: oldTime }, oldZone), compiled({ daily: newTime }, newZone)];
        const days = 4 * 86_400_000;
        const ran = [...slotsBetween(old, now - days, now), ...lostSlots(old, next, now), ...slotsBetween(next, now, now + days)];
        const dates = new Set(ran.map(({ date }) => date));
        const [first, last] = [[...dates].sort()[0]!, [...dates].sort().at(-1)!];
        const whole = slotsBetween(next, now - 2 * days, now + 2 * days).map(({ date }) => date);
        expect([...dates].sort()).toEqual(whole.filter((date) => date >= first && date <= last));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the rules a schedule remembers', () => {
  const rule = (daily: string, timezone = 'UTC'): ScheduleRule => ({ schedule: { daily }, timezone });
  const now = Date.parse('2026-02-03T07:00:00.400Z');

  test('end where the next one begins, at a whole second, and stay while nothing is edited', () => {
    const first = rulesAfter({}, rule('09:00'), now);
    expect(first).toEqual({ rule: { ...rule('09:00'), since: '2026-02-03T07:00:01Z' } });
    expect(rulesAfter(first, rule('09:00'), now + 86_400_000)).toBe(first);
    const second = rulesAfter(first, rule('06:00'), now + 86_400_000);
    expect(second).toEqual({
      rule: { ...rule('06:00'), since: '2026-02-04T07:00:01Z' },
      earlier: [{ ...rule('09:00'), since: '2026-02-03T07:00:01Z', until: '2026-02-04T07:00:01Z' }],
    });
    expect(slotsUnder(second, '2026-02-03T00:00:00Z', '2026-02-06T00:00:00Z').map(({ scheduledFor }) => scheduledFor)).toEqual([
      '2026-02-03T09:00:00Z',
      '2026-02-05T06:00:00Z',
    ]);
  });

  test('have a gap where the chain was out of the files, and forget what is older than any run is kept', () => {
    const first = rulesAfter({}, rule('09:00'), now);
    const gone = rulesAfter(first, null, now + 2 * 86_400_000);
    expect(gone.rule).toBeUndefined();
    const back = rulesAfter(gone, rule('09:00'), now + 4 * 86_400_000);
    expect(slotsUnder(back, '2026-02-01T00:00:00Z', '2026-02-08T12:00:00Z').map(({ date }) => date)).toEqual([
      '20260203',
      '20260204',
      '20260207',
      '20260208',
    ]);
    expect(rulesAfter(back, rule('10:00'), now + 500 * 86_400_000).earlier).toHaveLength(1);
  });
});
