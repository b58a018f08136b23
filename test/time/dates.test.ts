import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, dashed, isDate, parseDate } from '../../src/time/dates.js';

describe('a date', () => {
  test.each([
    ['20260203', '20260203'],
    ['2026-02-03', '20260203'],
    ['20240229', '20240229'],
    ['2000-02-29', '20000229'],
  ])('%s is read as %s', (text, date) => expect(parseDate(text)).toBe(date));

  test.each([
    ['20260230', '20260230 is no date: 2026-02 has the days 01 to 28'],
    ['2026-02-29', '2026-02-29 is no date: 2026-02 has the days 01 to 28'],
    ['19000229', '19000229 is no date: 1900-02 has the days 01 to 28'],
    ['20261301', '20261301 is no date: there is no month 13'],
    ['20260100', '20260100 is no date: 2026-01 has the days 01 to 31'],
    ['2026-0203', '"2026-0203" is no date: write it as 20260203 or 2026-02-03'],
    ['202602-03', '"202602-03" is no date: write it as 20260203 or 2026-02-03'],
    ['yesterday', '"yesterday" is no date: write it as 20260203 or 2026-02-03'],
    ['00000101', '"00000101" is no date: write it as 20260203 or 2026-02-03'],
    [' 20260203', '" 20260203" is no date: write it as 20260203 or 2026-02-03'],
    ['20260203\n', '"20260203\\n" is no date: write it as 20260203 or 2026-02-03'],
    ['', '"" is no date: write it as 20260203 or 2026-02-03'],
  ])('%j is refused in words', (text, message) => {
    expect(() => parseDate(text)).toThrow(new RangeError(message));
    expect(isDate(text)).toBe(false);
  });

  const dates = fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2199-12-31T00:00:00Z'), noInvalidDate: true });

  test('is read the same with dashes and without', () => {
    fc.assert(
      fc.property(dates, (day) => {
        const iso = day.toISOString().slice(0, 10);
        const date = parseDate(iso);
        expect(date).toBe(iso.replaceAll('-', ''));
        expect(parseDate(date)).toBe(date);
        expect(dashed(date)).toBe(iso);
        expect(isDate(date)).toBe(true);
      }),
    );
  });

  test('moves by days as the calendar does', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: -2_000, max: 2_000 }), (day, n) => {
        const date = day.toISOString().slice(0, 10).replaceAll('-', '');
        const expected = new Date(day.getTime() + n * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
        expect(addDays(date, n)).toBe(expected);
      }),
    );
  });
});
