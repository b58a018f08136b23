import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Status } from '../../src/plan/types.js';
import { figuresOf, percentile, type StatRun } from '../../src/control/stats-figures.js';
import { addDays } from '../../src/time/dates.js';

const STATUSES: Status[] = ['success', 'skipped', 'failed', 'cancelled', 'pending'];

/** Runs of days in a row, one a day, as lists give them: in any order. */
const history = fc
  .array(
    fc.record({
      status: fc.constantFrom(...STATUSES),
      durationMs: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
      attempts: fc.option(fc.integer({ min: 0, max: 9 })),
    }),
    { maxLength: 60 },
  )
  .map((days) =>
    days.map((day, at): StatRun => {
      const date = addDays('20260101', at);
      return { ...day, date, runKey: date, closed: day.status === 'pending' ? null : `2026-01-01T00:00:${at % 60}Z` };
    }),
  );
const shuffled = history.chain((days) => fc.shuffledSubarray(days, { minLength: days.length }).map((runs) => ({ days, runs })));

describe('figures', () => {
  it('count each run key once, whatever the order of the lists', () => {
    fc.assert(
      fc.property(shuffled, ({ days, runs }) => {
        const figures = figuresOf(runs);
        expect(figures).toEqual(figuresOf(days));
        const { open, succeeded, skipped, failed, cancelled } = figures;
        expect(open + succeeded + skipped + failed + cancelled).toBe(runs.length);
      }),
    );
  });

  it('have a rate between none and all, of what ended well or badly', () => {
    fc.assert(
      fc.property(history, (runs) => {
        const { successRate, succeeded, failed, cancelled } = figuresOf(runs);
        if (succeeded + failed + cancelled === 0) expect(successRate).toBeNull();
        else expect(successRate! * (succeeded + failed + cancelled)).toBeCloseTo(succeeded);
      }),
    );
  });

  it('tell the newest success and failure by what they are for', () => {
    fc.assert(
      fc.property(history, (runs) => {
        const { lastSuccess, lastFailure } = figuresOf(runs);
        expect(lastSuccess?.date ?? null).toBe(runs.findLast(({ status }) => status === 'success')?.date ?? null);
        expect(lastFailure?.date ?? null).toBe(runs.findLast(({ status }) => status === 'failed')?.date ?? null);
      }),
    );
  });

  it('have a streak that ends at the newest success or skip; what was cancelled or is open is passed over', () => {
    fc.assert(
      fc.property(history, (runs) => {
        const end = runs.findLastIndex(({ status }) => status === 'success' || status === 'skipped');
        expect(figuresOf(runs).failureStreak).toBe(runs.slice(end + 1).filter(({ status }) => status === 'failed').length);
      }),
    );
  });

  it('know nothing of nothing', () => {
    expect(figuresOf([])).toEqual({
      runs: 0,
      open: 0,
      succeeded: 0,
      skipped: 0,
      failed: 0,
      cancelled: 0,
      successRate: null,
      p50Ms: null,
      p95Ms: null,
      meanAttempts: null,
      lastSuccess: null,
      lastFailure: null,
      failureStreak: 0,
    });
  });

  it('take durations of successes alone', () => {
    const run = { date: '20260101', runKey: '20260101', closed: '2026-01-01T00:00:00Z', attempts: null };
    const slow: StatRun = { ...run, status: 'failed', durationMs: 1_000_000 };
    expect(figuresOf([slow, { ...run, status: 'success', durationMs: 10 }])).toMatchObject({ p50Ms: 10, p95Ms: 10 });
  });
});

describe('a percentile', () => {
  it('is one of the values, with as many below it as it says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const found = percentile(values, percent)!;
        expect(values).toContain(found);
        const share = (fits: (value: number) => boolean) => (values.filter(fits).length / values.length) * 100;
        expect(share((value) => value <= found)).toBeGreaterThanOrEqual(percent - 1e-9);
        expect(share((value) => value < found)).toBeLessThan(percent);
      }),
    );
  });

  it('of four values is the second at fifty, the fourth at ninety-five', () => {
    expect([50, 95, 100].map((percent) => percentile([40, 10, 30, 20], percent))).toEqual([20, 40, 40]);
  });
});
