import { describe, expect, it } from 'vitest';
import {
  backfillFailureMessage,
  backfillId,
  backfillProblem,
  count,
  countedAs,
  emptyTally,
  MAX_BACKFILL_RUNS,
  noteEnd,
  paceOf,
  tallyText,
  type BackfillResult,
} from '../../src/plan/backfill.js';
import { bareOutcome, chainResult } from '../../src/plan/results.js';
import { rerunProblem, treatments } from '../../src/plan/selection.js';
import type { ChainPlan, Json, TaskOutcome } from '../../src/plan/types.js';

const request = { id: 'daily-chain', from: '20260101', to: '20260331', only: null, tasks: null };
const PLAN = { chain: 'daily-chain', tasks: ['a', 'b', 'c'].map((id) => ({ id, dependsOn: [] })) } as unknown as ChainPlan;

describe('the ID of a backfill', () => {
  it('is the same for the same runs, and another for others', () => {
    expect(backfillId(request)).toBe('backfill:daily-chain:20260101-20260331');
    expect(backfillId({ ...request, only: 'all' })).toBe('backfill:daily-chain:20260101-20260331:all');
    const chosen = backfillId({ ...request, tasks: ['a', 'b'] });
    expect(chosen).toMatch(/^backfill:daily-chain:20260101-20260331:tasks-[0-9a-f]{6}$/);
    expect(backfillId({ ...request, tasks: ['b', 'a'] })).toBe(chosen);
    expect(backfillId({ ...request, tasks: ['a', 'c'] })).not.toBe(chosen);
  });
});

describe('how an end counts', () => {
  const settled: TaskOutcome = { ...bareOutcome('success', null, null), settled: true };
  const table = (outcomes: Record<string, TaskOutcome>) =>
    chainResult(
      { chain: 'daily-chain', date: '20260101', runKey: '20260101', scheduledFor: '' },
      PLAN,
      new Map(Object.entries(outcomes)),
    ) as unknown as Json;
  const failed = (outcomes: Record<string, TaskOutcome>) =>
    ({ end: 'failed', type: 'error', message: 'daily-chain failed', result: table(outcomes) }) as const;

  it('done, done already, cancelled', () => {
    expect(countedAs({ end: 'completed', result: null }, false, null)).toEqual({ as: 'done' });
    expect(countedAs({ end: 'completed', result: null }, true, null)).toEqual({ as: 'already' });
    expect(countedAs({ end: 'cancelled', message: '', result: null }, false, ['a'])).toEqual({ as: 'cancelled' });
  });

  it('failed, told by the task that broke first and not by those in its wake', () => {
    const wake = bareOutcome('skipped', 'upstream_failed', 'runWhen all_success: b failed');
    const end = failed({ a: wake, b: bareOutcome('failed', 'error', 'connection refused\n at x'), c: settled });
    expect(countedAs(end, false, null)).toEqual({ as: 'failed', message: 'b: connection refused, and 1 more' });
    expect(countedAs({ end: 'terminated', message: 'terminated', result: null }, false, null)).toEqual({
      as: 'failed',
      message: 'terminated',
    });
    expect(countedAs({ end: 'id_taken', taskQueue: 'other' }, true, null)).toMatchObject({ as: 'failed' });
  });

  it('by the chosen tasks alone, where some were chosen', () => {
    const pending = bareOutcome('pending', null, 'never ran; not part of this rerun');
    const end = failed({ a: settled, b: pending, c: pending });
    expect(countedAs(end, false, ['a'])).toEqual({ as: 'done' });
    expect(countedAs(end, false, ['a', 'b'])).toMatchObject({ as: 'failed', message: 'b: never ran; not part of this rerun' });
    // A run that somebody else started with an older plan may not have it.
    expect(countedAs({ end: 'completed', result: table({ a: settled }) }, true, ['z'])).toEqual({
      as: 'failed',
      message: 'z: is not in the plan it ran with',
    });
  });

  it('the first ten failures are kept', () => {
    const tally = emptyTally();
    for (let at = 0; at < 12; at++) count(tally, `x:${at}`, { as: 'failed', message: 'no' });
    expect(tally).toMatchObject({ failed: 12, failures: { length: 10 } });
    expect(tallyText({ ...tally, done: 3 }, 2)).toBe('3 done, 12 failed, 2 left');
    expect(tallyText(emptyTally())).toBe('nothing done');
  });
});

describe('the rate', () => {
  it('is that of the last ends, and tells the time left', () => {
    const ends: number[] = [];
    for (let at = 0; at <= 10; at++) noteEnd(ends, at * 2_000);
    expect(paceOf(ends, 15)).toEqual({ perMinute: 30, timeLeft: 30_000 });
    expect(paceOf([0, 1], 5)).toBeNull();
    for (let at = 0; at < 1_000; at++) noteEnd(ends, 0);
    expect(ends.length).toBeLessThan(100);
  });
});

describe('what a backfill says', () => {
  it('names the counts, the first failures, and the next command', () => {
    const result: BackfillResult = {
      ...request,
      kind: 'chain',
      order: 'asc',
      concurrency: 5,
      by: 'marie',
      reason: null,
      status: 'failed',
      kind_of_end: null,
      end_reason: null,
      total: 14,
      done: 2,
      already: 0,
      failed: 12,
      cancelled: 0,
      failures: [{ run: 'daily-chain:20260113', message: 'a: connection refused' }],
      left: 0,
      started: '',
      finished: '',
    };
    expect(backfillFailureMessage({ ...result, tasks: ['a', 'b'] })).toBe(
      [
        'Backfill of daily-chain, 2026-01-01 to 2026-03-31, failed: 2 done, 12 failed.',
        '  daily-chain:20260113  a: connection refused',
        '  … and 11 more',
        'Run what is still missing or failed: daychain backfill daily-chain 2026-01-01 2026-03-31 --tasks a,b --yes',
      ].join('\n'),
    );
  });

  it('refuses an input without its runs', () => {
    const run = { date: '20260101', runKey: '20260101T050000Z', scheduledFor: '2026-01-01T05:00:00Z' };
    const whole = { ...request, kind: 'chain' as const, concurrency: 5, runs: [run] };
    expect(backfillProblem(whole)).toBeNull();
    expect(backfillProblem({ ...whole, concurrency: 0 })).toContain('from 1 to 1000');
    for (const input of [null, undefined, {}, { ...whole, runs: undefined }, { ...whole, runs: ['20260101'] }])
      expect(backfillProblem(input as never)).toContain('daychain backfill CHAIN FROM TO');
    // All of it travels as one payload, of which the server takes 2 MiB.
    expect(JSON.stringify(run).length * MAX_BACKFILL_RUNS).toBeLessThan(1.9 * 1024 * 1024);
  });
});

describe('a rerun of chosen tasks', () => {
  const rerun = { mode: 'chosen', by: 'marie', reason: null } as const;
  it('starts them, or repeats them, and keeps the rest', () => {
    const start = treatments(PLAN, { ...rerun, tasks: ['a', 'c'] });
    expect(['a', 'b', 'c'].map(start)).toEqual(['start', 'keep', 'start']);
    const again = treatments(PLAN, { ...rerun, tasks: ['a'], again: true });
    expect(['a', 'b'].map(again)).toEqual(['repeat', 'keep']);
  });

  it('is refused without tasks, or with unknown ones', () => {
    expect(rerunProblem(PLAN, { ...rerun, tasks: ['a', 'b'] })).toBeNull();
    expect(rerunProblem(PLAN, { ...rerun, tasks: ['a', 'z'] })).toBe('daily-chain has no task "z"; it has a, b, c');
    expect(rerunProblem(PLAN, rerun)).toBe('a rerun of chosen tasks names them');
  });
});
