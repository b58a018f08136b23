import { beforeAll, describe, expect, test } from 'vitest';
import { readDate } from '../../../src/control/views/date.js';
import type { DateNode, DateView, TimelineBar } from '../../../src/control/views/date-types.js';
import { DAY } from '../../../src/plan/limits.js';
import { loadProject } from '../../../src/registry/index.js';
import { addDays } from '../../../src/time/dates.js';
import { localDate } from '../../../src/time/zones.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../../support/engine.js';
import { writeProject } from '../../support/project.js';
import { afterwards } from '../../support/servers.js';
import { countingServer, type CountingServer } from './counting.js';

let engine: Engine;
let server: CountingServer;
const TODAY = localDate(Date.now(), 'UTC');
const day = (back: number) => addDays(TODAY, -back);
const WIDE = 200;

const PROJECT = {
  name: 'date-view',
  timezone: 'UTC',
  tasks: {
    da_twice: `{
      summary: 'Needs two attempts',
      retry: { retries: 1, delay: '1 second' },
      run(ctx) { if (ctx.attempt === 1) throw new TaskError('not at once'); },
    }`,
    da_items: `{
      async run(ctx) {
        if (ctx.date !== '${day(2)}') return;
        await ctx.forEach([1, 2, 3], { key: (i) => String(i) }, async (i) => { if (i === 2) await until(ctx, 'items'); });
      },
    }`,
    da_locked: `{ lock: { wait: '1 hour' }, run() {} }`,
    da_bad: `{ retry: { retries: 3, delay: '1 hour' }, run(ctx) {
      if (ctx.date === '${day(3)}') throw new PermanentError('the disk is full');
      if (ctx.date === '${day(2)}') throw new TaskError('not yet');
    } }`,
    da_last: `{ run() {} }`,
    ...Object.fromEntries(Array.from({ length: WIDE }, (_, at) => [`dw_${at}`, `{ run() {} }`])),
  },
  chains: {
    'da-chain': {
      summary: 'Five tasks',
      schedule: { daily: '06:00' },
      tasks: {
        da_twice: [],
        da_items: ['da_twice'],
        da_locked: ['da_twice'],
        da_bad: ['da_twice'],
        da_last: ['da_items', 'da_bad'],
      },
    },
    'da-wide': {
      tasks: Object.fromEntries(Array.from({ length: WIDE }, (_, at) => [`dw_${at}`, at < 4 ? [] : [`dw_${at % 4}`]])),
    },
  },
};

beforeAll(async () => {
  engine = await startEngine(PROJECT);
  server = await countingServer(engine.taskQueue);
  await resultOf(await engine.startChain({ chain: 'da-chain', date: day(4) }));
  await failureOf(await engine.startChain({ chain: 'da-chain', date: day(3) }));
  await engine.locks.send(['SET', `lock:da_locked:${day(2)}`, 'old-scheduler', 'EX', '300']);
  await engine.startChain({ chain: 'da-chain', date: day(2) });
  await eventually('the open date', async () => {
    const view = await look(day(2));
    return (
      node(view, 'da_items').progress?.processed === 1 &&
      node(view, 'da_locked').phase === 'waiting_for_lock' &&
      node(view, 'da_bad').state === 'retrying'
    );
  });
});

async function look(date: string): Promise<DateView> {
  return await readDate(server, engine.registry, 'da-chain', date, Date.now());
}

function node(view: DateView, task: string): DateNode {
  return view.graph.nodes.find((one) => one.task === task)!;
}

function bar(view: DateView, task: string): TimelineBar {
  return view.timeline.bars.find((one) => one.task === task)!;
}

describe('a date that has ended', () => {
  test('tells how the chain and each task ended, and what to type', async () => {
    const view = await look(day(3));
    expect(view).toMatchObject({
      chain: 'da-chain',
      summary: 'Five tasks',
      date: day(3),
      timezone: 'UTC',
      run: { workflowId: `da-chain:${day(3)}` },
      state: 'failed',
      status: 'failed',
      planFrom: 'run',
      planNote: null,
      command: `daychain rerun da-chain:${day(3)}`,
      incomplete: null,
    });
    expect(node(view, 'da_bad')).toMatchObject({ state: 'failed', kind: 'error', attempt: 1, maximumAttempts: 4 });
    expect(node(view, 'da_bad').sentence).toBe(`da_bad ${day(3)} failed: the disk is full.`);
    expect(node(view, 'da_bad').lastError?.message).toBe('the disk is full');
    expect(node(view, 'da_last')).toMatchObject({ state: 'skipped', kind: 'upstream_failed', run: null });
    expect(node(view, 'da_twice')).toMatchObject({
      state: 'success',
      attempt: 2,
      lastError: { attempt: 1, message: 'not at once' },
    });
    expect(node(view, 'da_twice').summary).toBe('Needs two attempts');
    expect(node(view, 'da_items').usualMs).toBeGreaterThanOrEqual(0);
  });

  test('has a bar per task with its attempts and pauses, in order and within the axis', async () => {
    const view = await look(day(4));
    expect(view.timeline.bars.map(({ task }) => task)).toEqual(view.graph.nodes.map(({ task }) => task));
    const kinds = bar(view, 'da_twice').segments.filter(({ kind }) => kind !== 'queued');
    expect(kinds.map(({ kind, attempt, failed }) => [kind, attempt, failed])).toEqual([
      ['attempt', 1, true],
      ['backoff', 1, null],
      ['attempt', 2, false],
    ]);
    for (const { segments, from, to } of view.timeline.bars) {
      expect(from! >= view.timeline.from && to! <= view.timeline.to).toBe(true);
      for (const [at, { from: begin, to: end }] of segments.entries()) {
        expect(Date.parse(end!)).toBeGreaterThanOrEqual(Date.parse(begin));
        if (at > 0) expect(Date.parse(begin)).toBeGreaterThanOrEqual(Date.parse(segments[at - 1]!.to!));
      }
    }
  });

  test('stays as it ran when the files have changed, and says that they have', async () => {
    const changed = writeProject({ ...PROJECT, chains: { 'da-chain': { tasks: { da_twice: [], da_last: ['da_twice'] } } } });
    afterwards(() => changed.remove());
    const registry = await loadProject(changed.dir);
    const before = await look(day(4));
    const after = await readDate(server, registry, 'da-chain', day(4), Date.now());
    expect(after.graph.nodes.map(({ task, state }) => [task, state])).toEqual(
      before.graph.nodes.map(({ task, state }) => [task, state]),
    );
    expect(after.graph.edges).toEqual(before.graph.edges);
    expect(after.planNote).toMatch(/today's files lack da_items, da_locked, da_bad/);
  });
});

describe('an open date', () => {
  test('tells what each task does or waits for', async () => {
    const view = await look(day(2));
    expect(view).toMatchObject({ state: 'running', status: 'pending', finished: null });
    expect(node(view, 'da_items')).toMatchObject({
      state: 'running',
      phase: 'running',
      progress: { processed: 1, of: 3, failed: 0 },
      attempt: 1,
    });
    expect(node(view, 'da_locked')).toMatchObject({ state: 'waiting', phase: 'waiting_for_lock' });
    expect(node(view, 'da_locked').sentence).toContain('old-scheduler');
    expect(node(view, 'da_bad')).toMatchObject({ state: 'retrying', attempt: 1, lastError: { attempt: 1, message: 'not yet' } });
    expect(Date.parse(node(view, 'da_bad').nextAttemptAt!)).toBeGreaterThan(Date.now());
    expect(node(view, 'da_last')).toMatchObject({ state: 'waiting', phase: 'waiting_for_upstream', run: null });
    expect(node(view, 'da_last').sentence).toBe(`da_last ${day(2)} waits for da_items, da_bad.`);
  });

  test('has open bars for what lasts', async () => {
    const view = await look(day(2));
    const last = (task: string) => bar(view, task).segments.at(-1)!;
    expect(last('da_items')).toMatchObject({ kind: 'attempt', to: null, failed: null });
    expect(last('da_locked')).toMatchObject({ kind: 'waiting_for_lock', to: null });
    expect(last('da_bad')).toMatchObject({ kind: 'backoff', to: null, attempt: 1 });
    expect(bar(view, 'da_last').segments).toEqual([]);
    expect(view.timeline.to >= view.at).toBe(true);
  });
});

describe('a date without a run', () => {
  test("is drawn by today's files, with what becomes of it", async () => {
    const view = await look(day(1));
    expect(view).toMatchObject({ run: null, status: null, state: 'none', planFrom: 'files' });
    expect(view.command).toBe(`daychain run da-chain --date ${day(1)}`);
    expect(view.graph.nodes.map(({ state }) => state)).toEqual(Array(5).fill('none'));
  });

  test('of a chain nobody knows is refused, with the likely typo', async () => {
    await expect(readDate(server, engine.registry, 'da-chian', day(1), Date.now())).rejects.toThrow(/Did you mean da-chain/);
    await expect(readDate(server, engine.registry, 'da-chain', 'tomorrow', Date.now())).rejects.toThrow(/no run key/);
  });
});

test('a chain of 200 tasks takes a bounded number of requests', async () => {
  await resultOf(await engine.startChain({ chain: 'da-wide', date: day(4) }), 170_000);
  server.calls();
  const view = await readDate(server, engine.registry, 'da-wide', day(4), Date.now() + DAY);
  const first = server.calls();
  expect(view.graph.nodes).toHaveLength(WIDE);
  expect(view.graph.nodes.every(({ state }) => state === 'success')).toBe(true);
  expect(first.length, first.join(', ')).toBeLessThanOrEqual(70);
  await readDate(server, engine.registry, 'da-wide', day(4), Date.now());
  const again = server.calls();
  expect(again.length, again.join(', ')).toBeLessThanOrEqual(12);
});
