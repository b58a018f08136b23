import { existsSync } from 'node:fs';
import type { WorkflowHandle } from '@temporalio/client';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ChainProgress, ChainResult, TaskResult } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine, within } from '../support/engine.js';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'orders',
    // The end of this task is told when the test says so.
    onStep: async (step, { task }) => {
      if (task === 'or_late' && step === 'before_reply')
        await eventually('the answer', () => existsSync(engine.gate('answer')), 170_000);
    },
    tasks: {
      or_a: `{ async run(ctx) { witness(ctx, 'body'); await until(ctx, ctx.secrets.get('GATES') + '/a' + ctx.date); return { a: 1 }; } }`,
      or_b: `{ run(ctx) { witness(ctx, 'body'); return { a: ctx.upstream('or_a').status }; } }`,
      constructor: `{ run(ctx) { if (Object.keys(ctx.params).length > 0) throw new Error('params'); } }`,
      or_c: `{ run(ctx) { witness(ctx, 'body'); } }`,
      or_flaky: `{ retry: { retries: 3, delay: '1 hour' }, run(ctx) {
        const tries = (ctx.checkpoint.value ?? 0) + 1;
        ctx.checkpoint.save(tries);
        witness(ctx, 'body');
        if (tries < 2) throw new TaskError('not yet');
        return { tries };
      } }`,
      or_late: `{ heartbeat: '10 minutes', async run(ctx) { witness(ctx, 'body'); await until(ctx, ctx.secrets.get('GATES') + '/never'); } }`,
    },
    chains: {
      'or-late': { tasks: { or_late: [], or_c: ['or_late'] } },
      'or-chain': { tasks: { or_a: [], or_b: ['or_a'], or_c: ['or_b'] } },
      'or-named': `defineChain({ tasks: { constructor: [], or_c: { dependsOn: ['constructor'] } } })`,
    },
  });
});

const tell = (workflowId: string, order: string, argument: object) =>
  within(
    60_000,
    `${order} of ${workflowId}`,
    engine.client.workflow.getHandle(workflowId).executeUpdate<string, [object]>(order, { args: [argument] }),
  );
const inBackOff = (handle: WorkflowHandle) =>
  eventually('the back-off', async () => {
    const { raw } = await handle.describe();
    return raw.pendingActivities?.[0]?.nextAttemptScheduleTime;
  });
const bodies = (date: string) =>
  engine
    .witness()
    .filter((line) => line.date === date)
    .map(({ task }) => task);

describe('orders to open runs', () => {
  test('a run started held waits for its release, takes no other order too late, and runs once', async () => {
    const hold = { by: 'marie', reason: 'data is late', until: Date.now() + 3_600_000 };
    const handle = await engine.startTask({ task: 'or_c', date: '20260301', hold });
    await eventually('held', async () => (await handle.query<{ phase: string }>('progress')).phase === 'held');
    expect(bodies('20260301')).toEqual([]);
    expect(await tell(handle.workflowId, 'release', { by: 'marie' })).toBe('released');
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ status: 'success' });
    expect(bodies('20260301')).toEqual(['or_c']);
  });

  test('skipping a held run settles its date without the body', async () => {
    const handle = await engine.startTask({
      task: 'or_c',
      date: '20260302',
      hold: { by: 'x', reason: null, until: Date.now() + 3_600_000 },
    });
    await eventually('held', async () => (await handle.query<{ phase: string }>('progress')).phase === 'held');
    await handle.signal('skip', { by: 'marie', reason: 'done by hand' });
    expect(await resultOf<TaskResult>(handle)).toMatchObject({
      status: 'skipped',
      kind: 'skipped_by_operator',
      by: 'marie',
      reason: 'done by hand',
      settled: true,
    });
    expect(bodies('20260302')).toEqual([]);
  });

  test('a skip decided before the chain exists is met by it', async () => {
    await resultOf(await engine.startTask({ task: 'or_b', date: '20260303', skip: { by: 'marie', reason: 'not today' } }));
    engine.open('a20260303');
    const chain = await resultOf<ChainResult>(await engine.startChain({ chain: 'or-chain', date: '20260303' }));
    expect(chain.tasks.or_b).toMatchObject({ kind: 'skipped_by_operator', satisfied: true });
    expect(bodies('20260303')).toEqual(['or_a', 'or_c']);
  });

  test('through its chain a task is held, released and skipped before its turn', async () => {
    const handle = await engine.startChain({ chain: 'or-chain', date: '20260304' });
    await eventually('the first body', () => bodies('20260304').length === 1);
    expect(await tell(handle.workflowId, 'hold', { task: 'or_b', by: 'marie' })).toBe('or_b: held');
    expect(await tell(handle.workflowId, 'skip', { task: 'or_c', by: 'marie', reason: 'no' })).toContain('skipped_by_operator');
    engine.open('a20260304');
    await eventually(
      'or_a decided',
      async () => (await handle.query<ChainProgress>('progress')).tasks.or_a!.status === 'success',
    );
    expect((await handle.query<ChainProgress>('progress')).tasks.or_b).toMatchObject({ status: 'pending', phase: 'held' });
    expect(await tell(handle.workflowId, 'release', { task: 'or_b' })).toBe('or_b: released');
    const chain = await resultOf<ChainResult>(handle);
    expect(chain.tasks.or_c).toMatchObject({ kind: 'skipped_by_operator', run: 'or_c:20260304' });
    expect(bodies('20260304')).toEqual(['or_a', 'or_b']);
  });

  test('a held chain starts nothing further until it is released', async () => {
    const handle = await engine.startChain({
      chain: 'or-chain',
      date: '20260305',
      hold: { by: 'x', reason: null, until: Date.now() + 3_600_000 },
    });
    await eventually('held', async () => (await handle.query<ChainProgress>('progress')).held !== null);
    expect(bodies('20260305')).toEqual([]);
    engine.open('a20260305');
    await tell(handle.workflowId, 'release', { by: 'x' });
    expect((await resultOf<ChainResult>(handle)).status).toBe('success');
  });

  test('what cannot be done is refused in words', async () => {
    const handle = await engine.startChain({ chain: 'or-chain', date: '20260306' });
    await eventually('the first body', () => bodies('20260306').length === 1);
    await expect(tell(handle.workflowId, 'hold', { task: 'or_z' })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('no task "or_z"; it has or_a, or_b, or_c') },
    });
    await expect(tell('or_a:20260306', 'skip', {})).rejects.toMatchObject({
      cause: { message: expect.stringContaining('is running: it is too late to skip') },
    });
    await expect(tell(handle.workflowId, 'release', {})).rejects.toMatchObject({
      cause: { message: expect.stringContaining('is not held') },
    });
    await expect(tell(handle.workflowId, 'hold', { until: 'tomorrow' })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('"tomorrow" is no instant') },
    });
    engine.open('a20260306');
    await resultOf(handle);
  });

  test('retry now ends the pause before the next attempt, and keeps attempt and checkpoint', async () => {
    const handle = await engine.startTask({ task: 'or_flaky', date: '20260307' });
    await inBackOff(handle);
    expect(await tell(handle.workflowId, 'retryNow', { by: 'marie' })).toBe('trying again now');
    expect(await resultOf<TaskResult>(handle)).toMatchObject({
      status: 'success',
      tries: 2,
      attempts: 2,
      attempt_errors: [{ attempt: 1, message: 'not yet' }],
    });
  });

  test('a task that waits to try again can be held: attempts used and checkpoint are there when it goes on', async () => {
    const handle = await engine.startTask({ task: 'or_flaky', date: '20260310' });
    await inBackOff(handle);
    expect(await tell(handle.workflowId, 'hold', { by: 'marie', reason: 'ask the provider' })).toContain('held until');
    await eventually('held', async () => (await handle.query<{ phase: string }>('progress')).phase === 'held');
    expect((await handle.describe()).raw.pendingActivities).toEqual([]);
    expect(await tell(handle.workflowId, 'release', { by: 'marie' })).toBe('released');
    expect(await resultOf<TaskResult>(handle)).toMatchObject({
      status: 'success',
      tries: 2,
      attempts: 2,
      attempt_errors: [{ attempt: 1, message: 'not yet' }],
    });
  });

  test('a task that waits to try again can be skipped: it settles its date, and keeps what it has tried', async () => {
    const handle = await engine.startTask({ task: 'or_flaky', date: '20260311' });
    await inBackOff(handle);
    expect(await tell(handle.workflowId, 'skip', { by: 'marie', reason: 'by hand' })).toContain('skipped_by_operator');
    expect(await resultOf<TaskResult>(handle)).toMatchObject({
      status: 'skipped',
      kind: 'skipped_by_operator',
      settled: true,
      attempts: 1,
      attempt_errors: [{ attempt: 1, message: 'not yet' }],
    });
    expect(bodies('20260311')).toEqual(['or_flaky']);
    expect(await engine.locks.send(['EXISTS', 'lock:or_flaky:20260311'])).toBe(0);
  });

  test('signals do the same, and one to a running body is dropped without harm', async () => {
    const handle = await engine.startTask({ task: 'or_flaky', date: '20260312' });
    await inBackOff(handle);
    await handle.signal('skip', { by: 'marie', reason: 'by hand' });
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ kind: 'skipped_by_operator', attempts: 1 });
    const running = await engine.startTask({ task: 'or_a', date: '20260312' });
    await eventually('the body', () => bodies('20260312').includes('or_a'));
    await running.signal('skip', { by: 'marie', reason: 'too late' });
    engine.open('a20260312');
    expect(await resultOf<TaskResult>(running)).toMatchObject({ status: 'success' });
  });

  test('a task may be called constructor: nothing of it is taken from the language itself', async () => {
    const chain = await resultOf<ChainResult>(
      await engine.startChain({ chain: 'or-named', date: '20260316', params: { or_c: {} } }),
    );
    expect(chain).toMatchObject({ status: 'success', counts: { success: 2 } });
  });

  test('a chain started skipped settles every task without a body, and itself', async () => {
    const handle = await engine.startChain({ chain: 'or-chain', date: '20260313', skip: { by: 'marie', reason: 'holiday' } });
    const chain = await resultOf<ChainResult>(handle);
    expect(chain).toMatchObject({ status: 'skipped', kind: 'skipped_by_operator', reason: 'by marie: holiday' });
    expect(Object.values(chain.tasks).map(({ kind, run }) => [kind, run])).toEqual([
      ['skipped_by_operator', 'or_a:20260313'],
      ['skipped_by_operator', 'or_b:20260313'],
      ['skipped_by_operator', 'or_c:20260313'],
    ]);
    expect(bodies('20260313')).toEqual([]);
  });

  test('a skip of an open chain lets what is running end, and skips what has not begun, held tasks too', async () => {
    const handle = await engine.startChain({ chain: 'or-chain', date: '20260314' });
    await eventually('the first body', () => bodies('20260314').length === 1);
    await tell(handle.workflowId, 'hold', { task: 'or_c', by: 'marie' });
    expect(await tell(handle.workflowId, 'skip', { by: 'marie', reason: 'enough' })).toContain('what has not begun');
    engine.open('a20260314');
    const chain = await resultOf<ChainResult>(handle);
    expect(chain.status).toBe('skipped');
    expect(Object.values(chain.tasks).map(({ kind }) => kind)).toEqual([null, 'skipped_by_operator', 'skipped_by_operator']);
    expect(bodies('20260314')).toEqual(['or_a']);
  });

  test('a chain comes to a task whose hold was taken back meanwhile, and runs it', async () => {
    const hold = { by: 'marie', reason: null, until: Date.now() + 3_600_000 };
    const task = await engine.startTask({ task: 'or_b', date: '20260315', hold });
    const handle = await engine.startChain({ chain: 'or-chain', date: '20260315' });
    await eventually('the first body', () => bodies('20260315').length === 1);
    await task.cancel();
    expect((await failureOf(task)).type).toBe('CancelledFailure');
    engine.open('a20260315');
    expect((await resultOf<ChainResult>(handle)).tasks.or_b).toMatchObject({ status: 'success' });
    expect(bodies('20260315')).toEqual(['or_a', 'or_b', 'or_c']);
  });

  test('orders to a chain that is being cancelled are refused', async () => {
    const handle = await engine.startChain({ chain: 'or-late', date: '20260416' });
    await eventually('the body', () => bodies('20260416').length === 1);
    await handle.cancel();
    // One that comes before the cancel does is taken.
    await eventually('the refusal', async () => {
      const refused = await tell(handle.workflowId, 'hold', { by: 'marie' }).then(
        () => '',
        (error: { cause?: Error }) => error.cause?.message ?? '',
      );
      return refused.includes('or-late:20260416 is being cancelled');
    });
    engine.open('answer');
    await expect(resultOf(handle)).rejects.toThrow();
  });

  test('a cancelled chain cancels its tasks, whose bodies hear of it, and says by whom', async () => {
    const handle = await engine.startChain({ chain: 'or-chain', date: '20260308' });
    await eventually('the first body', () => bodies('20260308').length === 1);
    await engine.client.workflowService.requestCancelWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: handle.workflowId },
      identity: 'marie@desk',
      reason: 'wrong data',
    });
    const { type } = await failureOf(handle);
    expect(type).toBe('CancelledFailure');
    const { memo } = await handle.describe();
    expect(memo?.result).toMatchObject({
      status: 'cancelled',
      reason: 'by marie@desk: wrong data',
      tasks: { or_a: { status: 'cancelled' }, or_b: { status: 'cancelled' } },
    });
    expect(await engine.locks.send(['EXISTS', 'lock:or_a:20260308'])).toBe(0);
    const task = await engine.client.workflow.getHandle('or_a:20260308').describe();
    expect(task.memo?.result).toMatchObject({ status: 'cancelled', by: 'workflow or-chain:20260308' });
  });
});
