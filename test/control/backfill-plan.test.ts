import { afterAll, describe, expect, it } from 'vitest';
import { chooseRuns, countStates, stateOf, stateOfAll, usualDuration, type RunState } from '../../src/control/backfill-choice.js';
import { rangeOf, targetOf, type BackfillWish } from '../../src/control/backfill-range.js';
import type { RunSummary } from '../../src/control/run-summary.js';
import { bareOutcome } from '../../src/plan/results.js';
import type { TaskOutcome } from '../../src/plan/types.js';
import { loadProject } from '../../src/registry/index.js';
import { writeProject } from '../support/project.js';

const project = writeProject({
  name: 'ranges',
  tasks: {
    rg_plain: `{ run() {} }`,
    rg_other: `{ run() {} }`,
    rg_past: `{ dependsOnPast: true, run() {} }`,
    rg_own: `{ schedule: { daily: '05:00' }, run() {} }`,
    rg_alone: `{ run() {} }`,
  },
  chains: {
    'rg-daily': { schedule: { daily: '06:00' }, tasks: { rg_plain: [], rg_past: ['rg_plain'] } },
    'rg-weekly': { schedule: { cron: '0 6 * * 1' }, tasks: { rg_other: [] } },
    'rg-gap': { schedule: { daily: '02:30' }, tasks: { rg_other: [] } },
    'rg-minutely': { schedule: { cron: '* * * * *' }, tasks: { rg_other: [] } },
    'rg-by-hand': { tasks: { rg_other: [] } },
  },
});
const registry = await loadProject(project.dir);
afterAll(() => project.remove());

/** Noon in Paris on 10 March 2026. */
const NOW = Date.parse('2026-03-10T11:00:00Z');

const wish = (id: string, from: string, to: string, over: Partial<BackfillWish> = {}): BackfillWish => ({
  kind: registry.chain(id) ? 'chain' : 'task',
  id,
  from,
  to,
  only: null,
  tasks: null,
  order: 'asc',
  concurrency: 5,
  reason: null,
  beyondRetention: false,
  ...over,
});
const range = (...given: Parameters<typeof wish>) => rangeOf(wish(...given), targetOf(registry, wish(...given)), NOW);

describe('what a range of dates stands for', () => {
  it('is every date of a daily chain, with its slot', () => {
    expect(range('rg-daily', '20260301', '20260302')).toEqual({
      dates: 2,
      notDue: 0,
      due: [
        { date: '20260301', runKey: '20260301', scheduledFor: '2026-03-01T05:00:00Z' },
        { date: '20260302', runKey: '20260302', scheduledFor: '2026-03-02T05:00:00Z' },
      ],
    });
  });

  it('is only the dates a chain has a slot for, and every date where it has no schedule', () => {
    expect(range('rg-weekly', '20260201', '20260228').due.map(({ date }) => date)).toEqual([
      '20260202',
      '20260209',
      '20260216',
      '20260223',
    ]);
    expect(range('rg-by-hand', '20260301', '20260302').due[1]).toEqual({
      date: '20260302',
      runKey: '20260302',
      scheduledFor: '2026-03-01T23:00:00Z',
    });
  });

  it('has each date of a clock change once', () => {
    const year = range('rg-gap', '20250301', '20260228').due.map(({ date }) => date);
    expect(year).toHaveLength(365);
    expect(new Set(year).size).toBe(365);
  });

  it('leaves out what is not due yet, and refuses where nothing else is left', () => {
    expect(range('rg-daily', '20260309', '20260312')).toMatchObject({
      notDue: 2,
      due: [{ date: '20260309' }, { date: '20260310' }],
    });
    expect(() => range('rg-daily', '20260311', '20260312')).toThrow(
      'Nothing of rg-daily is due yet between 2026-03-11 and 2026-03-12 (every day at 06:00, Europe/Paris)',
    );
    expect(() => range('rg-weekly', '20260303', '20260308')).toThrow('rg-weekly has no slot between 2026-03-03 and 2026-03-08');
  });

  it('refuses a range that is backwards or too long', () => {
    expect(() => range('rg-daily', '20260302', '20260301')).toThrow(
      '2026-03-01 is before 2026-03-02: the first date stands first',
    );
    expect(() => range('rg-minutely', '20260201', '20260301')).toThrow('rg-minutely has more than 20,000 runs');
    expect(() => range('rg-daily', '00010101', '20260301')).toThrow('at most 20000 are possible');
  });

  it('refuses tasks and numbers that cannot be, with the likely typo', () => {
    expect(() => range('rg-daily', '20260301', '20260302', { tasks: ['rg_plan'] })).toThrow('Did you mean rg_plain?');
    expect(() => range('rg-daily', '20260301', '20260302', { concurrency: 0 })).toThrow('from 1 to 1000');
    expect(() => range('rg-daily', '20260301', '20260302', { concurrency: 1001 })).toThrow('from 1 to 1000');
  });

  it('of a task is by its own schedule, or every date; a task of a chain is chosen there', () => {
    expect(range('rg_own', '20260301', '20260301').due[0]!.scheduledFor).toBe('2026-03-01T04:00:00Z');
    expect(range('rg_alone', '20260301', '20260303').due).toHaveLength(3);
    expect(() => range('rg_plain', '20260301', '20260302')).toThrow(
      'daychain backfill rg-daily 2026-03-01 2026-03-02 --tasks rg_plain',
    );
    expect(() => range('rg_own', '20260301', '20260302', { tasks: ['rg_own'] })).toThrow('is a task');
  });

  it('knows which of the chosen tasks depends on its past', () => {
    const of = (tasks: string[] | null) => targetOf(registry, wish('rg-daily', '20260301', '20260302', { tasks })).dependsOnPast;
    expect(of(null)).toBe('rg_past');
    expect(of(['rg_past'])).toBe('rg_past');
    expect(of(['rg_plain'])).toBeNull();
  });
});

describe('which runs are made', () => {
  const due = ['20260301', '20260302', '20260303', '20260304'].map((date) => ({ date, runKey: date, scheduledFor: date }));
  const states = new Map<string, RunState>([
    ['20260301', 'done'],
    ['20260302', 'failed'],
    ['20260303', 'running'],
  ]);
  const chosen = (...how: [Parameters<typeof chooseRuns>[2], Parameters<typeof chooseRuns>[3]]) =>
    chooseRuns(due, states, ...how).map(({ date }) => date);

  it('are the missing and failed ones, or those asked for; what is running never', () => {
    expect(countStates(due, states)).toEqual({ done: 1, failed: 1, running: 1, missing: 1 });
    expect(chosen(null, 'asc')).toEqual(['20260302', '20260304']);
    expect(chosen('missing', 'asc')).toEqual(['20260304']);
    expect(chosen('failed', 'asc')).toEqual(['20260302']);
    expect(chosen('all', 'desc')).toEqual(['20260304', '20260302', '20260301']);
  });

  it.each([
    [null, 'missing'],
    [{ end: null }, 'running'],
    [{ end: 'completed' }, 'done'],
    [{ end: 'failed' }, 'failed'],
    [{ end: 'cancelled' }, 'failed'],
    [{ end: 'terminated' }, 'failed'],
    [{ end: 'timed_out' }, 'failed'],
  ] as const)('a run like %j counts as %s', (run, state) => {
    expect(stateOf(run)).toBe(state);
  });

  it('several tasks of a date are done only if all are', () => {
    expect(stateOfAll(['done', 'done'])).toBe('done');
    expect(stateOfAll(['done', 'missing'])).toBe('missing');
    expect(stateOfAll(['missing', 'failed', 'done'])).toBe('failed');
    expect(stateOfAll(['failed', 'running'])).toBe('running');
  });
});

describe('the usual duration', () => {
  const outcome = (begin: number, end: number, over: Partial<TaskOutcome> = {}): TaskOutcome => ({
    ...bareOutcome('success', null, null),
    started: new Date(begin).toISOString(),
    finished: new Date(end).toISOString(),
    ...over,
  });
  const chainRun = (tasks: Record<string, TaskOutcome>) => ({ end: 'completed', left: { tasks } }) as unknown as RunSummary;

  it('is the median from the first begin to the last end, without waits before', () => {
    const runs = [1_000, 3_000, 9_000].map((ms) => chainRun({ a: outcome(0, 500), b: outcome(500, ms) }));
    expect(usualDuration(runs, null)).toBe(3_000);
    expect(usualDuration(runs, ['a'])).toBe(500);
    expect(usualDuration([chainRun({ a: outcome(0, 500, { satisfied: true }) })], null)).toBeNull();
  });

  it('of a task is that of its runs, but not of those that waited their turn in a backfill', () => {
    const taskRun = (ms: number, backfill?: string) =>
      ({
        end: 'completed',
        left: null,
        started: new Date(0).toISOString(),
        closed: new Date(ms).toISOString(),
        ...(backfill ? { backfill } : {}),
      }) as unknown as RunSummary;
    expect(usualDuration([taskRun(2_000), taskRun(900_000, 'backfill:x')], null)).toBe(2_000);
    expect(usualDuration([], null)).toBeNull();
  });
});
