import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInstant } from '../../src/time/typed-instants.js';
import { localInstantText } from '../../src/time/zones.js';

const NOW = Date.parse('2026-03-01T07:00:00.500Z');
const read = (text: string, zone = 'Europe/Paris') => readInstant(text, zone, NOW);

describe('an instant', () => {
  test.each([
    ['2026-03-01T07:00:00Z', '2026-03-01T07:00:00Z'],
    ['2026-03-01T07:00Z', '2026-03-01T07:00:00Z'],
    ['2026-03-01T07:00:00.750Z', '2026-03-01T07:00:00Z'],
    ['2026-03-01T08:00+01:00', '2026-03-01T07:00:00Z'],
    ['2026-03-01 08:00:30+0100', '2026-03-01T07:00:30Z'],
    ['2026-03-01T08:00', '2026-03-01T07:00:00Z'],
    ['2026-03-01 08:00', '2026-03-01T07:00:00Z'],
    ['2026-07-01 08:00:15', '2026-07-01T06:00:15Z'],
    ['in 10 minutes', '2026-03-01T07:10:01Z'],
    ['+10 minutes', '2026-03-01T07:10:01Z'],
    ['+ 1.5 hours', '2026-03-01T08:30:01Z'],
  ])('%s is %s in Paris', (text, expected) => expect(read(text)).toBe(expected));

  test('in local time that is skipped is refused, with the times beside the gap', () => {
    expect(() => read('2026-03-29T02:30')).toThrow(
      '2026-03-29T02:30 does not exist in Europe/Paris, where the clocks are set forward past it. Choose a time before or after: 2026-03-29T01:59:00+01:00 or 2026-03-29T03:00:00+02:00',
    );
    expect(() => read('2026-03-29T02:00')).toThrow('does not exist');
    expect(read('2026-03-29T03:00')).toBe('2026-03-29T01:00:00Z');
    expect(() => read('2011-12-30T12:00', 'Pacific/Apia')).toThrow('2011-12-29T23:59:00-10:00 or 2011-12-31T00:00:00+14:00');
    expect(() => read('2026-10-04T02:15', 'Australia/Lord_Howe')).toThrow('2026-10-04T02:30:00+11:00');
  });

  test('in local time that comes twice is refused, with both', () => {
    expect(() => read('2026-10-25T02:30')).toThrow(
      '2026-10-25T02:30 comes twice in Europe/Paris, where the clocks are set back. Say which: 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00',
    );
    expect(read('2026-10-25T02:30:00+01:00')).toBe('2026-10-25T01:30:00Z');
  });

  test.each([
    ['noon', '"noon" is no instant: write it in UTC'],
    ['2026-03-01', '"2026-03-01" is no instant: it names no time of day'],
    ['2026-02-30T08:00', '2026-02 has the days 01 to 28'],
    ['2026-13-01T08:00Z', 'there is no month 13'],
    ['2026-03-01T25:00', 'hours go from 00 to 23'],
    ['20260301', 'is no instant'],
    ['in 10', '"10" is no duration'],
    ['+10m', '"10m" is no duration'],
    ['2260-03-01T08:00', 'expected an instant from 1970 to 2199'],
    ['in 900000000 days', 'expected an instant from 1970 to 2199'],
    ['', '"" is no instant'],
  ])('is refused in words: %s', (text, said) => expect(() => read(text)).toThrow(said));

  test('told in local time is read back as the same', () => {
    const zones = fc.constantFrom(
      'Europe/Paris',
      'America/Nuuk',
      'Australia/Lord_Howe',
      'Antarctica/Troll',
      'UTC',
      'Asia/Kathmandu',
    );
    const seconds = fc.integer({ min: 0, max: 7_000_000_000 });
    fc.assert(
      fc.property(zones, seconds, (zone, second) => {
        const instant = new Date(second * 1_000).toISOString().replace('.000Z', 'Z');
        expect(read(localInstantText(second * 1_000, zone), 'UTC')).toBe(instant);
      }),
    );
  });
});
