import { beforeAll, describe, expect, test } from 'vitest';
import type { TaskResult } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

const GATE = `ctx.secrets.get('GATES') + '/' + ctx.task + ctx.date`;
let engine: Engine;
let writing: Engine;

beforeAll(async () => {
  const tasks = {
    lo_plain: `{ run(ctx) { witness(ctx, 'body'); return { fence: ctx.fence }; } }`,
    lo_impatient: `{ lock: { wait: 0 }, run(ctx) { witness(ctx, 'body'); } }`,
    lo_slow: `{ retry: { retries: 0 }, async run(ctx) { witness(ctx, 'begin'); await until(ctx, ${GATE}); witness(ctx, 'end'); } }`,
    lo_lost: `{ run(ctx) { witness(ctx, 'body'); } }`,
    lo_none: `{ lock: false, run(ctx) { return { fence: ctx.fence }; } }`,
  };
  // Renewals come every two seconds by it, and heartbeats are not needed as often.
  engine = await startEngine({ name: 'locks', ttlSeconds: 6, tasks });
  writing = await startEngine({
    name: 'locks-writing',
    successKeys: 'read-write',
    tasks: { lw_plain: tasks.lo_plain, lw_fails: `{ retry: { retries: 0 }, run() { throw new Error('no'); } }` },
  });
});

const waiting = (workflowId: string) =>
  eventually(`${workflowId} waits for its lock`, async () => {
    const progress = await engine.client.workflow.getHandle(workflowId).query<{ phase: string; detail: string }>('progress');
    return progress.phase === 'waiting_for_lock' ? progress : null;
  });

describe('the lock beside the old scheduler', () => {
  test('a legacy holder is waited for, and the task runs once it is gone', async () => {
    await engine.locks.send(['SET', 'lock:lo_plain:20260203', 'abcd1234', 'NX', 'EX', '300']);
    const handle = await engine.startTask({ task: 'lo_plain', date: '20260203' });
    const { detail } = await waiting(handle.workflowId);
    expect(detail).toMatch(/^lock:lo_plain:20260203 is held by abcd1234 \(\d+ min/);
    expect(engine.witness()).toEqual([]);
    await engine.locks.send(['DEL', 'lock:lo_plain:20260203']);
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ status: 'success', attempts: 1, attempt_errors: [] });
    expect(await engine.locks.send(['EXISTS', 'lock:lo_plain:20260203'])).toBe(0);
  });

  test('a success key it leaves meanwhile means already completed', async () => {
    await engine.locks.send(['SET', 'lock:lo_plain:20260204', 'abcd1234', 'NX', 'EX', '300']);
    const handle = await engine.startTask({ task: 'lo_plain', date: '20260204' });
    await waiting(handle.workflowId);
    await engine.locks.send(['SET', 'success:lo_plain:20260204', 'completed', 'EX', '86400']);
    await engine.locks.send(['DEL', 'lock:lo_plain:20260204']);
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ status: 'skipped', kind: 'already_completed', settled: true });
    expect(engine.witness().filter(({ date }) => date === '20260204')).toEqual([]);
  });

  test('with no patience the run ends as lock_held, and the date stays runnable', async () => {
    await engine.locks.send(['SET', 'lock:lo_impatient:20260203', 'abcd1234', 'NX', 'EX', '300']);
    const { type, message, result } = await failureOf(await engine.startTask({ task: 'lo_impatient', date: '20260203' }));
    expect(type).toBe('lock_held');
    expect(message).toContain('held by abcd1234');
    expect(result).toMatchObject({ status: 'skipped', kind: 'lock_held', settled: false });
    await engine.locks.send(['DEL', 'lock:lo_impatient:20260203']);
    expect(await resultOf<TaskResult>(await engine.startTask({ task: 'lo_impatient', date: '20260203' }))).toMatchObject({
      status: 'success',
    });
  });

  test('a run does not wait for a lock that is its own: one it was given by an answer that got lost', async () => {
    const key = 'lock:lo_lost:20260203';
    await engine.locks.send(['SET', key, 'abcd1234', 'NX', 'EX', '300']);
    const handle = await engine.startTask({ task: 'lo_lost', date: '20260203' });
    await waiting(handle.workflowId);
    const { events } = await handle.fetchHistory();
    const [input] = events!.flatMap((event) => event.activityTaskScheduledEventAttributes?.input?.payloads ?? []).slice(-1);
    const { taskId } = JSON.parse(Buffer.from(input!.data!).toString()) as { taskId: string };
    await engine.locks.send(['SET', key, `${taskId}:1`, 'EX', '300']);
    expect(await resultOf<TaskResult>(handle, 40_000)).toMatchObject({ status: 'success', attempts: 1, attempt_errors: [] });
  });

  test('the lock holds {task_id}:{attempt} while the body runs', async () => {
    const handle = await engine.startTask({ task: 'lo_slow', date: '20260203' });
    const { taskId } = await eventually('the body', () => engine.witness().find(({ task }) => task === 'lo_slow'));
    const holder = () => engine.locks.send(['GET', 'lock:lo_slow:20260203']);
    expect(await eventually('its lock', holder)).toBe(`${taskId}:1`);
    engine.open('lo_slow20260203');
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ status: 'success', task_id: taskId });
  });

  test('a stolen lock aborts the old holder within a renewal period', async () => {
    const handle = await engine.startTask({ task: 'lo_slow', date: '20260204' });
    await eventually('the body', () => engine.witness().some(({ task, date }) => task === 'lo_slow' && date === '20260204'));
    await engine.locks.send(['SET', 'lock:lo_slow:20260204', 'thief123', 'EX', '300']);
    const { message, result } = await failureOf(handle);
    expect(message).toContain('lost the lock lock:lo_slow:20260204 to thief123');
    expect(result).toMatchObject({ status: 'failed', attempts: 1 });
    expect(engine.witness().some(({ date, phase }) => date === '20260204' && phase === 'end')).toBe(false);
    expect(await engine.locks.send(['GET', 'lock:lo_slow:20260204'])).toBe('thief123');
    await engine.locks.send(['DEL', 'lock:lo_slow:20260204']);
  });

  test('a lock whose key was lost is set again while its body runs on', async () => {
    const handle = await engine.startTask({ task: 'lo_slow', date: '20260205' });
    await eventually('the body', () => engine.witness().some(({ date }) => date === '20260205'));
    await engine.locks.send(['DEL', 'lock:lo_slow:20260205', 'fence:lo_slow:20260205']);
    await eventually('the lock again', async () => (await engine.locks.send(['EXISTS', 'lock:lo_slow:20260205'])) === 1);
    engine.open('lo_slow20260205');
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ status: 'success' });
  });

  test('fences grow from run to run, and without a lock there is none', async () => {
    const first = await resultOf<TaskResult>(await engine.startTask({ task: 'lo_plain', date: '20260210' }));
    const force = { by: 'test', reason: 'again' };
    const handle = await engine.client.workflow.start('runTask', {
      taskQueue: engine.taskQueue,
      workflowId: 'lo_plain:20260210',
      args: [{ task: 'lo_plain', date: '20260210', mark: Date.now(), force }],
    });
    const second = await resultOf<TaskResult>(handle);
    expect(second.fence).toBeGreaterThan(first.fence as number);
    expect(await resultOf<TaskResult>(await engine.startTask({ task: 'lo_none', date: '20260210' }))).toMatchObject({ fence: 0 });
  });
});

describe('success keys in read-write mode', () => {
  test('a success writes its key with its TTL, a failure none', async () => {
    await resultOf(await writing.startTask({ task: 'lw_plain', date: '20260203' }));
    expect(await writing.locks.send(['GET', 'success:lw_plain:20260203'])).toBe('completed');
    expect(await writing.locks.send(['TTL', 'success:lw_plain:20260203'])).toBeGreaterThan(86_000);
    await failureOf(await writing.startTask({ task: 'lw_fails', date: '20260203' }));
    expect(await writing.locks.send(['EXISTS', 'success:lw_fails:20260203'])).toBe(0);
  });

  test('in read mode no key is written, and one that is there is respected', async () => {
    await resultOf(await engine.startTask({ task: 'lo_plain', date: '20260211' }));
    expect(await engine.locks.send(['EXISTS', 'success:lo_plain:20260211'])).toBe(0);
    await engine.locks.send(['SET', 'success:lo_plain:20260212', 'completed', 'EX', '86400']);
    const result = await resultOf<TaskResult>(await engine.startTask({ task: 'lo_plain', date: '20260212' }));
    expect(result).toMatchObject({ status: 'skipped', kind: 'already_completed' });
  });
});
