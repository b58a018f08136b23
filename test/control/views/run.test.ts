import { beforeAll, describe, expect, test } from 'vitest';
import { describeRun } from '../../../src/control/describe-run.js';
import { definitionsOf, rerun } from '../../../src/control/rerun.js';
import { startChain, startTask } from '../../../src/control/start.js';
import { readFullRun, type RunLook } from '../../../src/control/views/run.js';
import { listLocks } from '../../../src/control/locks.js';
import { readWhy } from '../../../src/control/why.js';
import { createLockStore, type LockStore } from '../../../src/lock/redis-store.js';
import type { TaskResult } from '../../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../../support/engine.js';

let engine: Engine;
let look: RunLook;
let store: LockStore;
const BIG = 70_000;

beforeAll(async () => {
  engine = await startEngine({
    name: 'run-view',
    timezone: 'UTC',
    tasks: {
      ru_first: `{ summary: 'Gives', run() { return { pages: 3 }; } }`,
      ru_second: `{
        params: z.object({ limit: z.number().default(7), text: z.string().default('') }),
        retry: { retries: 1, delay: '100 milliseconds' },
        async run(ctx) {
          if (ctx.attempt === 1) throw new TaskError('attempt one broke');
          if (ctx.date === '20260205') await until(ctx, 'second');
          if (ctx.date === '20260204') throw new PermanentError('for good');
          ctx.warn('be careful');
          return { done: 1 };
        },
      }`,
      ru_slow: `{ async run(ctx) { if (ctx.date === '20260203') await until(ctx, 'slot'); } }`,
    },
    chains: {
      'ru-slots': { schedule: { every: '10 minutes' }, tasks: { ru_slow: [] } },
      'ru-chain': { tasks: { ru_first: [], ru_second: ['ru_first'] } },
    },
  });
  store = createLockStore(engine.locks);
  look = { server: engine.server, registry: engine.registry, ui: 'http://127.0.0.1:8233', openLocks: async () => store };
  await resultOf(await engine.startChain({ chain: 'ru-chain', date: '20260203' }));
  await failureOf(await engine.startChain({ chain: 'ru-chain', date: '20260204' }));
  await engine.startChain({ chain: 'ru-chain', date: '20260205' });
  await eventually('the second attempt, with its lock', async () => {
    const seen = await view('ru_second:20260205').catch(() => null);
    return seen?.attempt === 2 && seen.lock?.state === 'ours';
  });
});

async function view(workflowId: string, other: Partial<RunLook> = {}) {
  return await readFullRun({ ...look, ...other }, workflowId, Date.now());
}

describe('a run in full', () => {
  test('that succeeded: result, attempts, inputs and outputs', async () => {
    const run = await view('ru_second:20260203');
    expect(run).toMatchObject({
      kind: 'task',
      id: 'ru_second',
      date: '20260203',
      chain: 'ru-chain',
      state: 'warned',
      status: 'success',
      end: 'completed',
      settled: true,
      attempt: 2,
      maximumAttempts: 2,
      warnings: ['be careful'],
      warningsInAll: 1,
      itemErrorsInAll: 0,
      incomplete: null,
      executionsInAll: 1,
      earlier: [],
    });
    expect(run.attemptErrors).toMatchObject([{ attempt: 1, message: 'attempt one broke' }]);
    expect(run.params).toMatchObject({ value: { limit: 7, text: '' }, head: null });
    expect(run.upstream?.value).toMatchObject({ ru_first: { status: 'success', output: { pages: 3 } } });
    expect(run.output).toEqual({ bytes: 10, value: { done: 1 }, head: null });
    expect(run.taskId).toMatch(/^[0-9a-f]{8}$/);
    expect(run.temporalUi).toContain('http://127.0.0.1:8233/namespaces/default/workflows/ru_second:20260203');
    expect(run.lock).toMatchObject({ key: 'lock:ru_second:20260203', state: 'free' });
    expect(run.commands.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['rerun', 'logs', 'show']));
  });

  test('that is open: its lock is its own, and what would stop it stands there', async () => {
    const run = await view('ru_second:20260205');
    expect(run).toMatchObject({ state: 'running', phase: 'running', status: 'pending', end: null, settled: null, output: null });
    expect(run.lock).toMatchObject({ state: 'ours', text: 'this run holds it' });
    expect(run.lock!.ttlMs).toBeGreaterThan(0);
    expect(run.lock!.holder!.startsWith(run.taskId!)).toBe(true);
    expect(run.attemptErrors).toMatchObject([{ attempt: 1, message: 'attempt one broke' }]);
    expect(run.commands.map(({ line }) => line)).toContain('daychain cancel ru_second:20260205 --reason "…"');
  });

  test('whose lock cannot be asked for, or is held by a stranger', async () => {
    const away = await view('ru_second:20260203', { openLocks: () => Promise.reject(new Error('no answer from 127.0.0.1:1')) });
    expect(away.lock).toMatchObject({ state: 'unreachable', holder: null, text: 'no answer from 127.0.0.1:1' });
    await engine.locks.send(['SET', 'lock:ru_first:20260203', 'the-old-one', 'EX', '60']);
    expect((await view('ru_first:20260203')).lock).toMatchObject({ state: 'stranger', holder: 'the-old-one' });
  });

  describe('of a slot', () => {
    const startSlot = async (scheduledFor: string) => {
      const input = engine.registry.resolveChain({ chain: 'ru-slots', scheduledFor });
      if ('problem' in input) throw new Error(input.problem);
      await startChain(engine.server, input);
    };

    test('holds the lock of its date, and is known by it everywhere; another slot of the date waits for it', async () => {
      const [first, second] = ['ru_slow:20260203T051000Z', 'ru_slow:20260203T052000Z'];
      await startSlot('2026-02-03T05:10:00Z');
      const run = await eventually('its body', async () => {
        const seen = await view(first).catch(() => null);
        return seen?.phase === 'running' && seen.lock?.state !== 'free' ? seen : null;
      });
      expect(run.lock).toMatchObject({ key: 'lock:ru_slow:20260203', state: 'ours' });
      expect(run.lock!.holder!.startsWith(`${run.taskId}:`)).toBe(true);
      const wish = { task: 'ru_slow', runKey: '20260203T051000Z' };
      const why = await readWhy(engine.server, engine.registry, store, wish, Date.now());
      expect(why.details.find(({ label }) => label === 'lock')?.text).toMatch(/^held by this run/);
      await eventually('the list of locks to know it', async () => {
        const [lock] = await listLocks(engine.server, store, 'ru_slow');
        return lock?.state === 'running' && lock.run === first;
      });
      await startSlot('2026-02-03T05:20:00Z');
      const waiting = await eventually('the other slot to wait', async () => {
        const seen = await view(second).catch(() => null);
        return seen?.phase === 'waiting_for_lock' ? seen : null;
      });
      expect(waiting.lock).toMatchObject({ state: 'running', text: 'another run of ours holds it' });
    });

    test('that has ended and left its lock over is known as such', async () => {
      await startSlot('2026-02-04T05:10:00Z');
      const { task_id: owner } = await eventually('its end', async () => {
        const seen = await describeRun(engine.server, 'ru_slow:20260204T051000Z');
        return seen?.end === 'completed' ? (seen.result as TaskResult) : null;
      });
      await engine.locks.send(['SET', 'lock:ru_slow:20260204', `${owner}:1`, 'EX', '60']);
      expect((await view('ru_slow:20260204T051000Z')).lock).toMatchObject({ state: 'closed' });
      await eventually('the list of locks to know it', async () => {
        const found = await listLocks(engine.server, store, 'ru_slow');
        return found.find(({ scope }) => scope === '20260204')?.state === 'closed';
      });
    });
  });

  test('of a chain: its table, who ran it again, and its earlier executions', async () => {
    const wish = { mode: 'unsuccessful', reason: 'the disk is back' } as const;
    const again = await rerun(engine.server, definitionsOf(engine.registry), 'ru-chain:20260204', wish);
    expect(again).toMatchObject({ outcome: 'started' });
    await failureOf(engine.client.workflow.getHandle('ru-chain:20260204'));
    const run = await eventually('both executions', async () => {
      const seen = await view('ru-chain:20260204');
      return seen.executionsInAll === 2 && seen.end !== null ? seen : null;
    });
    expect(run).toMatchObject({ kind: 'chain', state: 'failed', lock: null, attempt: null });
    expect(run.tasks).toMatchObject({ ru_first: { status: 'success' }, ru_second: { status: 'failed' } });
    expect(run.earlier).toMatchObject([{ status: 'failed', end: 'failed' }]);
    expect(run.orders).toMatchObject([{ what: 'rerun', by: 'tests', reason: 'the disk is back' }]);
    expect(run.commands[0]).toMatchObject({ line: 'daychain rerun ru-chain:20260204' });
  });

  test('that was started by hand says who did it and why; a repetition says only that', async () => {
    const input = engine.registry.resolveTask({ task: 'ru_first', date: '20260207' });
    if ('problem' in input) throw new Error(input.problem);
    await startTask({ ...engine.server, reason: 'the disk was full' }, input);
    await resultOf(engine.client.workflow.getHandle('ru_first:20260207'));
    expect((await view('ru_first:20260207')).orders).toMatchObject([
      { what: 'start', by: 'tests', reason: 'the disk was full', task: null },
    ]);
    const force = { by: 'tests', reason: 'new pages' };
    await startTask({ ...engine.server, reason: force.reason }, input, force);
    await resultOf(engine.client.workflow.getHandle('ru_first:20260207'));
    expect((await view('ru_first:20260207')).orders).toMatchObject([{ what: 'force', by: 'tests', reason: 'new pages' }]);
  });

  test('with a value too large to show has its size and its beginning', async () => {
    const text = 'x'.repeat(BIG);
    await resultOf(await engine.startTask({ task: 'ru_second', date: '20260206', params: { limit: 1, text } }));
    const { params } = await view('ru_second:20260206');
    expect(params!.bytes).toBeGreaterThan(BIG);
    expect(params!.value).toBeNull();
    expect(params!.head).toHaveLength(2_000);
  });

  test('that nobody knows, or that is no run of a task or chain, is refused', async () => {
    await expect(view('ru_first:20250101')).rejects.toThrow(/has not run for 20250101/);
  });
});
