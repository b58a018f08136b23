import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Temporal } from 'temporal-polyfill/implementation';
import { clockOf } from '../../src/time/clock.js';
import { civilDay, DAY_MS, dayNumber, lengthOfMonth } from '../../src/time/days.js';
import { localInstantText } from '../../src/time/zones.js';
import { zone } from './schedules.js';

describe('days by number', () => {
  const numbers = fc.integer({ min: -200_000, max: 200_000 });
  test('are those of the calendar, both ways', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        const date = new Date(number * DAY_MS);
        const civil = civilDay(number);
        expect(civil).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          weekday: date.getUTCDay(),
        });
        expect(dayNumber(civil.year, civil.month, civil.day)).toBe(number);
        expect(lengthOfMonth(civil.year, civil.month)).toBe(new Date(Date.UTC(civil.year, civil.month, 0)).getUTCDate());
      }),
    );
  });
});

describe("a zone's clock", () => {
  const instant = fc.integer({ min: Date.UTC(1950, 0, 1) / 1_000, max: Date.UTC(2060, 0, 1) / 1_000 }).map((s) => s * 1_000);

  test('is as far from UTC as the zone library says', () => {
    fc.assert(
      fc.property(zone, instant, (zone, at) => {
        const theirs = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        expect(clockOf(zone).offsetAt(at)).toBe(theirs.offsetNanoseconds / 1e6);
        expect(clockOf(zone).changes(at + 1, at + 3 * 365 * DAY_MS)[0]?.at ?? null).toBe(
          [theirs.getTimeZoneTransition('next')].map((next) =>
            next !== null && next.epochMilliseconds <= at + 3 * 365 * DAY_MS ? next.epochMilliseconds : null,
          )[0],
        );
      }),
      { numRuns: 300 },
    );
  });

  test('shows a local time once, twice, or never, around every change', () => {
    const around = fc.integer({ min: -300, max: 300 });
    fc.assert(
      fc.property(zone, fc.nat(), around, (zone, which, minutes) => {
        const changes = clockOf(zone).changes(Date.UTC(2000, 0, 1), Date.UTC(2040, 0, 1));
        fc.pre(changes.length > 0);
        const { at, before } = changes[which % changes.length]!;
        const local = at + before + minutes * 60_000;
        const plain = Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO('UTC').toPlainDateTime();
        const theirs = [
          ...new Set(
            (['earlier', 'later'] as const)
              .map((disambiguation) => plain.toZonedDateTime(zone, { disambiguation }))
              .filter((time) => time.toPlainDateTime().equals(plain))
              .map((time) => time.epochMilliseconds),
          ),
        ];
        expect(clockOf(zone).instantsAt(local)).toEqual(theirs);
        expect(clockOf(zone).gapAt(local) === null).toBe(theirs.length > 0);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['Europe/Paris', '2026-02-03T05:00:00Z', '2026-02-03T06:00:00+01:00'],
    ['America/St_Johns', '2026-02-03T05:00:00Z', '2026-02-03T01:30:00-03:30'],
    ['UTC', '2026-02-03T05:00:07Z', '2026-02-03T05:00:07+00:00'],
  ])('in %s shows %s as %s', (zone, instant, local) => expect(localInstantText(Date.parse(instant), zone)).toBe(local));
});
