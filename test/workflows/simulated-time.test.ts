import type { WorkflowHandle } from '@temporalio/client';
import { TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChainProgress, ChainResult, TaskResult } from '../../src/plan/types.js';
import { addDays, dashed } from '../../src/time/dates.js';
import { type Engine, eventually, failureOf, quietRuntime, resultOf, startEngine, within } from '../support/engine.js';
import { testServerPath } from '../support/servers.js';

/** Numbers of the server's own protocol for the types of search attributes. */
const KEYWORD = 2;
const DATETIME = 6;
const KEYWORD_LIST = 7;
const SLOT = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

let environment: TestWorkflowEnvironment;
let engine: Engine;

beforeAll(async () => {
  quietRuntime();
  environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: await testServerPath() } },
  });
  await environment.connection.operatorService.addSearchAttributes({
    searchAttributes: {
      TaskName: KEYWORD,
      TaskDate: KEYWORD,
      TaskStatus: KEYWORD,
      ChainName: KEYWORD,
      TaskTags: KEYWORD_LIST,
      TemporalScheduledStartTime: DATETIME,
      TemporalScheduledById: KEYWORD,
    },
  });
  engine = await startEngine({
    name: 'simulated',
    address: environment.address,
    tasks: {
      si_flaky: `{ retry: { retries: 3, delay: '5 minutes' }, run(ctx) { witness(ctx, 'body'); if (ctx.attempt < 4) throw new TaskError('try ' + ctx.attempt); return { tries: ctx.attempt }; } }`,
      si_hopeless: `{ retry: { retries: 7, delay: '5 minutes' }, run(ctx) { throw new TaskError('try ' + ctx.attempt); } }`,
      si_locked: `{ lock: { wait: '30 minutes' }, run(ctx) { witness(ctx, 'body'); } }`,
      si_never: `{ condition(ctx) { witness(ctx, ctx.now.toISOString()); return ctx.postpone('5 hours', 'the machine is busy'); }, run() {} }`,
      si_fails: `{ retry: { retries: 0 }, run() { throw new TaskError('no'); } }`,
      si_a: `{ run(ctx) { witness(ctx, 'body'); return { day: ctx.date }; } }`,
      si_b: `{ run(ctx) { witness(ctx, 'body'); return { of: ctx.upstream('si_a').output.day ?? null }; } }`,
    },
    chains: {
      'si-month': { schedule: { daily: '06:00' }, tasks: { si_a: [], si_b: ['si_a'] } },
      'si-idle': { tasks: { si_fails: [], si_b: ['si_fails'], si_a: [] } },
    },
  });
});

afterAll(async () => {
  engine.worker.stop({ drainMs: 0 });
  await engine.worker.ended;
  await environment.teardown();
});

/** Starts under an ID of its own: a shell. Awaiting its result lets time skip. */
async function start(type: string, input: object, options: { slot?: Date } = {}): Promise<WorkflowHandle> {
  return await environment.client.workflow.start(type, {
    taskQueue: engine.taskQueue,
    workflowId: `${type}-${JSON.stringify(input)}-${options.slot?.toISOString() ?? ''}`,
    args: [input],
    ...(options.slot ? { typedSearchAttributes: new TypedSearchAttributes([{ key: SLOT, value: options.slot }]) } : {}),
  });
}

/** Starts it as what it is, under its canonical ID: it takes orders itself. */
async function startAsItself(type: string, id: string, input: object): Promise<WorkflowHandle> {
  return await environment.client.workflow.start(type, {
    taskQueue: engine.taskQueue,
    workflowId: id,
    args: [{ ...input, mark: await environment.currentTimeMs() }],
  });
}

const tell = (run: WorkflowHandle, order: string, argument: object) =>
  within(60_000, order, run.executeUpdate<string, [object]>(order, { args: [{ by: 'marie', ...argument }] }));

describe('long waits in simulated time', () => {
  test('retries five minutes apart are counted, and their errors kept after the success', async () => {
    const before = await environment.currentTimeMs();
    const result = await resultOf<TaskResult>(await start('runTask', { task: 'si_flaky', date: '20260801' }));
    expect(result).toMatchObject({ status: 'success', attempts: 4, tries: 4 });
    expect(result.attempt_errors.map(({ attempt, message }) => `${attempt} ${message}`)).toEqual([
      '1 try 1',
      '2 try 2',
      '3 try 3',
    ]);
    expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(15 * 60_000);
  });

  test('a postponement ends after a day, with a last look, and the run fails', async () => {
    const { type, result, message } = await failureOf(await start('runTask', { task: 'si_never', date: '20260801' }));
    expect(type).toBe('deadline');
    expect(result).toMatchObject({ status: 'failed', attempts: 1, reason: 'postponed for 24 h: the machine is busy' });
    expect(message).toContain('daychain rerun si_never:20260801');
    const asked = engine.witness().filter(({ task }) => task === 'si_never').length;
    // At 0, 5, 10, 15, 20 and 24 hours; this server tells each attempt the time at which the one before it ended.
    expect([6, 7]).toContain(asked);
  });

  test('of eight failed attempts the last five stay readable', async () => {
    const { result } = await failureOf(await start('runTask', { task: 'si_hopeless', date: '20260801' }));
    expect(result).toMatchObject({ status: 'failed', kind: 'error', attempts: 8, reason: 'try 8' });
    expect(result.attempt_errors.map(({ attempt }) => attempt)).toEqual([4, 5, 6, 7, 8]);
  });

  test("a stranger's lock is waited for thirty minutes, then the run ends as lock_held", async () => {
    await engine.locks.send(['SET', 'lock:si_locked:20260801', 'abcd1234', 'EX', '86400']);
    const before = await environment.currentTimeMs();
    const { type, result } = await failureOf(await start('runTask', { task: 'si_locked', date: '20260801' }));
    expect(type).toBe('lock_held');
    expect(result).toMatchObject({ status: 'skipped', kind: 'lock_held', attempts: 0, settled: false });
    expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(30 * 60_000);
    expect(engine.witness().some(({ task }) => task === 'si_locked')).toBe(false);
    await engine.locks.send(['DEL', 'lock:si_locked:20260801']);
  });

  test('a hold nobody releases expires after 24 hours and fails; it never runs by itself', async () => {
    const until = (await environment.currentTimeMs()) + 24 * 3_600_000;
    const { type, message } = await failureOf(
      await start('runTask', { task: 'si_a', date: '20260701', hold: { by: 'marie', reason: 'late', until } }),
    );
    expect(type).toBe('hold_expired');
    expect(message).toContain('held by marie (late) and not released');
    expect(engine.witness().some(({ date }) => date === '20260701')).toBe(false);
  });

  test('a run that was held for longer than it waits for its lock waits for it anew', async () => {
    await engine.locks.send(['SET', 'lock:si_locked:20260802', 'abcd1234', 'EX', '86400']);
    const run = await startAsItself('runTask', 'si_locked:20260802', { task: 'si_locked', date: '20260802' });
    const isIn = (phase: string) =>
      eventually(phase, async () => (await run.query<{ phase: string }>('progress')).phase === phase);
    await isIn('waiting_for_lock');
    await tell(run, 'hold', {});
    await isIn('held');
    await environment.sleep('40 minutes');
    await tell(run, 'release', {});
    await isIn('waiting_for_lock');
    await engine.locks.send(['DEL', 'lock:si_locked:20260802']);
    expect(await resultOf<TaskResult>(run)).toMatchObject({ status: 'success' });
  });

  test('a hold that runs out after its task was decided by its rule changes nothing any more', async () => {
    const now = await environment.currentTimeMs();
    const hold = { by: 'marie', reason: null, until: now + 24 * 3_600_000 };
    const run = await startAsItself('runChain', 'si-idle:20260803', { chain: 'si-idle', date: '20260803', hold });
    const until = new Date(now + 3_600_000).toISOString();
    expect(await tell(run, 'hold', { task: 'si_b', until })).toBe('si_b: held');
    expect(await tell(run, 'hold', { task: 'si_a' })).toBe('si_a: held');
    await tell(run, 'release', {});
    await eventually('si_b decided', async () => (await run.query<ChainProgress>('progress')).tasks.si_b!.status === 'skipped');
    await environment.sleep('2 hours');
    await tell(run, 'release', { task: 'si_a' });
    const { result } = await failureOf(run);
    expect(result.tasks.si_b).toMatchObject({ status: 'skipped', kind: 'upstream_failed' });
    expect(result.tasks.si_a).toMatchObject({ status: 'success' });
  });

  test('a deadline ends holds and waits for a lock too', async () => {
    await engine.locks.send(['SET', 'lock:si_locked:20260804', 'abcd1234', 'EX', '86400']);
    const now = await environment.currentTimeMs();
    const hold = { by: 'marie', reason: null, until: now + 3_600_000 };
    const deadline = new Date(now + 600_000).toISOString().replace('Z', '+00:00');
    const runs = [
      await start('runTask', { task: 'si_locked', date: '20260804', deadline }),
      await start('runTask', { task: 'si_locked', date: '20260805', deadline, hold }),
    ];
    for (const run of runs) expect((await failureOf(run)).type).toBe('deadline');
    await engine.locks.send(['DEL', 'lock:si_locked:20260804']);
    expect(engine.witness().some(({ date }) => date === '20260804' || date === '20260805')).toBe(false);
  });

  test('a task no worker knows fails by name after five minutes', async () => {
    const { type, message } = await failureOf(await start('runTask', { task: 'si_gone', date: '20260801' }));
    expect(type).toBe('unknown_task');
    expect(message).toContain('there is no task "si_gone"');
  });

  test('a month of daily runs through the shells of their slots, each date once', async () => {
    const dates = Array.from({ length: 30 }, (_, day) => addDays('20260901', day));
    for (const date of dates) {
      const slot = new Date(`${dashed(date)}T04:00:00Z`);
      const byAttribute = await start(
        'scheduledChain',
        { chain: 'si-month', rule: { schedule: { daily: '06:00' }, timezone: 'Europe/Paris' } },
        { slot },
      );
      expect(await resultOf<ChainResult>(byAttribute)).toMatchObject({
        status: 'success',
        date,
        scheduled_for: `${dashed(date)}T04:00:00Z`,
      });
    }
    const again = await start('scheduledChain', { chain: 'si-month', slot: '2026-09-01T04:00:00Z' });
    expect(await resultOf<ChainResult>(again)).toMatchObject({ status: 'success', date: '20260901' });
    for (const task of ['si_a', 'si_b']) {
      const run = engine.witness().filter((line) => line.task === task && line.date.startsWith('202609'));
      expect(run.map(({ date }) => date)).toEqual(dates);
    }
  });
});
