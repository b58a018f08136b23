import { describe, expect, test } from 'vitest';
import { CELL_STATES } from '../../../src/control/views/cell.js';
import { backfillState, endedRuns } from '../../../src/web/page/backfills/backfill-state.js';
import { axisOf, shareOf, spanOf, zoneOffset } from '../../../src/web/page/date/axis.js';
import { neighbour } from '../../../src/web/page/date/walk-graph.js';
import { cellName } from '../../../src/web/page/grid/cell-name.js';
import { changesBetween } from '../../../src/web/page/grid/changes.js';
import { fillOf, lookOf } from '../../../src/web/page/grid/look.js';
import { monthsOf } from '../../../src/web/page/grid/months.js';
import { placeAfter } from '../../../src/web/page/grid/walk-keys.js';
import { speechIn } from '../../../src/web/page/i18n/context.js';
import { wishesOfTask } from '../../../src/web/page/run/task-wishes.js';
import { fits } from '../../../src/web/page/shell/fits.js';
import { recordedAt } from './recorded.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');

describe('walking the grid', () => {
  const walk = (key: string, row: number, column: number, control = false) => placeAfter(key, { row, column }, 5, 30, control);

  test('arrows go one step and stop at the borders', () => {
    expect(walk('ArrowRight', 0, 28)).toEqual({ row: 0, column: 29 });
    expect(walk('ArrowRight', 0, 29)).toEqual({ row: 0, column: 29 });
    expect(walk('ArrowUp', 0, 3)).toEqual({ row: 0, column: 3 });
    expect(walk('ArrowDown', 3, 3)).toEqual({ row: 4, column: 3 });
  });

  test('pages go a week, Home and End to the ends', () => {
    expect(walk('PageUp', 2, 10)).toEqual({ row: 2, column: 3 });
    expect(walk('PageDown', 2, 25)).toEqual({ row: 2, column: 29 });
    expect(walk('Home', 2, 25)).toEqual({ row: 2, column: 0 });
    expect(walk('End', 2, 25, true)).toEqual({ row: 4, column: 29 });
  });

  test('other keys are somebody else’s', () => {
    for (const key of ['Enter', 'Escape', 'Tab', 'a', '/']) expect(walk(key, 0, 0)).toBeNull();
  });
});

test('walking the graph follows its arrows', () => {
  const nodes = [
    { task: 'a', x: 0, y: 0, rank: 0, dependsOn: [] },
    { task: 'b', x: 0, y: 80, rank: 0, dependsOn: [] },
    { task: 'c', x: 300, y: 0, rank: 1, dependsOn: ['a'] },
    { task: 'd', x: 600, y: 40, rank: 2, dependsOn: ['b', 'c'] },
  ];
  expect(neighbour('ArrowRight', 'a', nodes)).toBe('c');
  expect(neighbour('ArrowRight', 'b', nodes)).toBe('d');
  expect(neighbour('ArrowLeft', 'd', nodes)).toMatch(/^[bc]$/);
  expect(neighbour('ArrowDown', 'a', nodes)).toBe('b');
  expect(neighbour('ArrowRight', 'd', nodes)).toBe('d');
  expect(neighbour('x', 'a', nodes)).toBeNull();
});

describe('states', () => {
  test('each has a glyph or is empty, and no two that mean different things look the same without colour', () => {
    // Of those that share a glyph the shape of the cell tells them apart: a corner, an outline.
    const glyphs = new Map(CELL_STATES.map((state) => [state, lookOf(state).glyph]));
    const kinds = ['success', 'skipped', 'failed', 'cancelled', 'running', 'retrying', 'waiting', 'missed', 'none'] as const;
    expect(new Set(kinds.map((state) => glyphs.get(state))).size).toBe(kinds.length);
  });

  test('a running cell fills with its time against the usual, and is never full', () => {
    const started = new Date(NOW - 30_000).toISOString();
    expect(fillOf(started, 60_000, NOW)).toBe(0.5);
    expect(fillOf(started, 1_000, NOW)).toBe(0.96);
    expect(fillOf(started, null, NOW)).toBeNull();
    expect(fillOf(undefined, 60_000, NOW)).toBeNull();
  });

  test('a backfill is a success with a corner if some of its runs failed', () => {
    expect(backfillState({ status: 'success', end: 'completed', held: null, failed: 1 })).toBe('warned');
    expect(backfillState({ status: 'pending', end: null, held: null, failed: 0 })).toBe('running');
    expect(endedRuns({ done: 3, already: 1, failed: 2, cancelled: 1 })).toBe(7);
  });
});

describe('the name of a cell', () => {
  const column = { key: '20261118', date: '20261118', scheduledFor: null, slots: 1 };
  const about = { row: { id: 'task_a', usualMs: 300 }, column, today: '20261122', timezone: 'Europe/Paris', now: NOW };

  test('says what, when, how, how often, how long, and why', () => {
    const cell = { state: 'failed', kind: 'error', reason: 'connect ECONNREFUSED', attempts: 4, durationMs: 900_000 } as const;
    expect(cellName(speechIn('en'), { ...about, cell }).replaceAll('\u00a0', ' ')).toBe(
      'task_a 18 November: failed, 4 attempts, in 15 min, usually 0.3 s, connect ECONNREFUSED',
    );
    expect(cellName(speechIn('fr'), { ...about, cell: { state: 'skipped', kind: 'no_work' } }).replaceAll('\u00a0', ' ')).toBe(
      'task_a 18 novembre : sauté (rien à faire)',
    );
  });

  test('says for what it waits, and counts folded slots', () => {
    expect(cellName(speechIn('en'), { ...about, cell: { state: 'waiting', phase: 'waiting_for_lock' } })).toContain(
      'waits for its lock',
    );
    const counts = { success: 1_430, failed: 2 };
    expect(cellName(speechIn('en'), { ...about, cell: { state: 'failed', counts } })).toContain('1,430 succeeded, 2 failed');
  });
});

test('columns stand under their months', () => {
  const columns = ['20261030', '20261031', '20261101'].map((date) => ({ date }));
  expect(monthsOf(columns).map(({ date, columns: wide }) => [date.slice(0, 6), wide])).toEqual([
    ['202610', 2],
    ['202611', 1],
  ]);
});

test('news are ends of chains, and tasks that failed', () => {
  const { grid: before } = recordedAt(NOW);
  const after = structuredClone(before);
  const rows = after.chains[0]!.rows;
  rows[0]!.cells[29] = { state: 'failed' };
  rows[1]!.cells[29] = { state: 'warned' };
  rows[2]!.cells[29] = { state: 'failed' };
  expect(changesBetween(before, after).map(({ id, state }) => [id, state])).toEqual([
    ['daily-chain', 'failed'],
    ['task_contributions_analysis', 'failed'],
  ]);
  expect(changesBetween(before, before)).toEqual([]);
});

test('every word of what is looked for has to be found', () => {
  expect(fits('rag', 'task_rag_indexing')).toBe(true);
  expect(fits('RAG daily', 'task_rag_indexing', 'daily-chain')).toBe(true);
  expect(fits('rag crawl', 'task_rag_indexing')).toBe(false);
});

describe('an axis', () => {
  test('has round marks in the zone’s own hours', () => {
    const from = Date.parse('2026-11-22T10:20:00Z');
    const offset = zoneOffset('Asia/Kolkata', from);
    expect(offset).toBe(5.5 * 3_600_000);
    const axis = axisOf(from, from + 6 * 3_600_000, 8, offset);
    expect(new Date(axis.marks[0]!).toISOString()).toBe('2026-11-22T10:30:00.000Z');
    expect(axis.step).toBe(3_600_000);
  });

  test('has never more marks than asked for, from a second to years', () => {
    for (const length of [1, 900, 5_000, 86_400_000, 400 * 86_400_000, 4_000 * 86_400_000]) {
      expect(axisOf(0, length, 8).marks.length).toBeLessThanOrEqual(9);
    }
  });

  test('places what lies outside at its ends', () => {
    const axis = axisOf(0, 10_000, 5);
    expect([shareOf(axis, -5), shareOf(axis, 2_500), shareOf(axis, 99_999)]).toEqual([0, 0.25, 1]);
  });
});

test('a chart shows the run’s own time, and its slot only where that is near', () => {
  const at = (seconds: number): string => new Date(NOW + seconds * 1_000).toISOString();
  const bar = (from: number, to: number | null) => ({
    task: 't',
    state: 'success' as const,
    from: at(from),
    to: to === null ? null : at(to),
    segments: [],
  });
  const view = (scheduledFor: number, bars: ReturnType<typeof bar>[]) => ({
    ...{ scheduledFor: at(scheduledFor), deadline: at(9_000), started: at(0) },
    timeline: { from: at(scheduledFor), to: at(60), bars },
  });
  expect(spanOf(view(-1, [bar(0, 30), bar(10, null)]), NOW + 60_000)).toEqual({ from: NOW - 1_000, to: NOW + 60_000 });
  expect(spanOf(view(-600_000, [bar(-500, -400), bar(0, 30)]), NOW + 60_000)).toEqual({ from: NOW, to: NOW + 30_000 });
});

describe('what can be done with a task', () => {
  const bare = { id: 'task_a', runKey: '20261118', chain: 'daily-chain' };
  const verbs = (wished: Partial<Parameters<typeof wishesOfTask>[0]>) =>
    wishesOfTask({ ...bare, run: null, node: null, ...wished }).map(({ verb }) => verb);

  test('depends on how it stands', () => {
    expect(verbs({ node: { state: 'failed', phase: null } })).toEqual(['rerun', 'skip']);
    expect(verbs({ node: { state: 'success', phase: null } })).toEqual(['rerun']);
    expect(verbs({ node: { state: 'not_due', phase: null } })).toEqual(['skip', 'hold']);
    const run = { held: null, lock: null, workflowId: 'task_a:20261118', settled: null, pending: null };
    expect(verbs({ run: { ...run, state: 'retrying', phase: 'retrying' } })).toEqual(['retry', 'skip', 'hold', 'cancel']);
    expect(verbs({ run: { ...run, state: 'waiting', phase: 'held' } })).toEqual(['skip', 'release', 'cancel']);
  });

  test('a lock that is left over is taken away by its own scope, which is the date for a run of a slot', () => {
    const lock = { key: 'prefix:lock:task_a:20261118', state: 'closed', holder: '3f9a1c2e:1', ttlMs: null, text: '' } as const;
    const run = { held: null, lock, workflowId: 'task_a:20261118T051000Z', settled: false, pending: null };
    const wished = { ...bare, runKey: '20261118T051000Z', run: { ...run, state: 'failed', phase: null }, node: null } as const;
    expect(wishesOfTask(wished)).toContainEqual({ verb: 'unlock', id: 'task_a', runKey: '20261118', force: false });
  });
});
