import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  epochMs,
  firstInstant,
  instantOfSlotKey,
  instantText,
  isZone,
  localDate,
  properZone,
  slotKey,
  wallClock,
  zoneNames,
} from '../../src/time/zones.js';

describe('a zone', () => {
  test.each(['UTC', 'Europe/Paris', 'America/Nuuk', 'Asia/Kolkata', 'Asia/Calcutta', 'US/Eastern'])('%s is one', (name) => {
    expect(isZone(name)).toBe(true);
  });
  test.each([
    ['europe/paris', 'Europe/Paris'],
    ['utc', 'UTC'],
    ['+01:00', null],
    ['Mars/Olympus', null],
    ['', null],
    ['local', null],
  ])('%j is none; its proper spelling is %j', (name, proper) => {
    expect(isZone(name)).toBe(false);
    expect(properZone(name)).toBe(proper);
  });
  test('every suggested name is one', () => {
    expect(zoneNames().filter((name) => !isZone(name))).toEqual([]);
  });
});

describe('an instant', () => {
  test('is written in UTC without parts of a second', () => {
    expect(instantText('2026-02-03T06:00:00.987+01:00')).toBe('2026-02-03T05:00:00Z');
    expect(instantText(0)).toBe('1970-01-01T00:00:00Z');
    expect(instantText(-1)).toBe('1969-12-31T23:59:59Z');
  });
  test.each(['2026-02-03', '2026-02-03T06:00:00', 'now', ''])('%j is refused, for it names no instant', (text) => {
    expect(() => epochMs(text)).toThrow(/is no instant: write it in UTC, like 2026-02-03T05:00:00Z/);
  });
  test('has the date that clocks in its zone show', () => {
    expect(localDate('2026-02-02T23:30:00Z', 'Europe/Paris')).toBe('20260203');
    expect(localDate('2026-02-02T23:30:00Z', 'UTC')).toBe('20260202');
    expect(localDate('2026-02-02T23:30:00Z', 'America/New_York')).toBe('20260202');
  });
});

describe('a wall-clock time', () => {
  test.each([
    ['20260203', '07:30', 'Europe/Paris', '2026-02-03T07:30:00+01:00'],
    ['20260703', '07:30', 'Europe/Paris', '2026-07-03T07:30:00+02:00'],
    ['20260203', '07:30', 'UTC', '2026-02-03T07:30:00+00:00'],
    // Skipped: the first instant after the gap, also where that is the day after.
    ['20260329', '02:30', 'Europe/Paris', '2026-03-29T03:00:00+02:00'],
    ['20260328', '23:30', 'America/Nuuk', '2026-03-29T00:00:00-01:00'],
    // Twice: the first.
    ['20261025', '02:30', 'Europe/Paris', '2026-10-25T02:30:00+02:00'],
  ])('%s %s in %s is %s', (date, time, zone, instant) => expect(wallClock(date, time, zone)).toBe(instant));
});

describe('the first instant of a date', () => {
  test.each([
    ['20260203', 'Europe/Paris', '2026-02-02T23:00:00Z'],
    ['20260203', 'UTC', '2026-02-03T00:00:00Z'],
    // Clocks skip midnight in Havana: the day begins at 01:00.
    ['20260308', 'America/Havana', '2026-03-08T05:00:00Z'],
    // Midnight comes twice in Havana: the day begins with the first.
    ['20261101', 'America/Havana', '2026-11-01T04:00:00Z'],
  ])('%s in %s is %s', (date, zone, instant) => expect(firstInstant(date, zone)).toBe(instant));

  test('lies on that date, and the second before it on another', () => {
    const zones = fc.constantFrom(
      'Europe/Paris',
      'America/Havana',
      'America/Nuuk',
      'Asia/Tehran',
      'Australia/Lord_Howe',
      'Africa/Cairo',
    );
    const days = fc.integer({ min: 0, max: 36_500 });
    fc.assert(
      fc.property(zones, days, (zone, day) => {
        const date = new Date(day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
        const first = epochMs(firstInstant(date, zone));
        expect(localDate(first, zone)).toBe(date);
        expect(localDate(first - 1_000, zone) < date).toBe(true);
      }),
    );
  });
});

describe("a slot's run key", () => {
  test('is the instant without punctuation, and leads back to it', () => {
    expect(slotKey('2026-02-03T05:15:00Z')).toBe('20260203T051500Z');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
        const instant = instantText(seconds * 1_000);
        expect(instantOfSlotKey(slotKey(instant))).toBe(instant);
      }),
    );
  });
  test.each(['20260203', '20261303T051500Z', '20260203T256000Z', 'at-x', ''])('%j is none', (key) => {
    expect(instantOfSlotKey(key)).toBe(null);
  });
});
