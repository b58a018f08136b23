import { beforeAll, describe, expect, test } from 'vitest';
import { cancelRun } from '../../src/control/cancel.js';
import type { TaskResult } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'bad-input',
    config: `defaults: { retry: { retries: 0 } }`,
    tasks: {
      bi_ok: `{ params: z.object({ limit: z.number().int().max(500).default(100) }), run(ctx) { return { limit: ctx.params.limit }; } }`,
      bi_text: `{ run() { throw 'just text'; } }`,
      bi_never: `{ timeout: '1 second', run() { return new Promise(() => {}); } }`,
      bi_big: `{ retry: { retries: 3, delay: '1 hour' }, run() { return { text: 'x'.repeat(33_000) }; } }`,
      bi_array: `{ run() { return [1, 2]; } }`,
      bi_cyclic: `{ run() { const a = {}; a.a = a; return a; } }`,
      bi_permanent: `{ retry: { retries: 3, delay: '1 hour' }, run() { throw new PermanentError('no such account'); } }`,
      bi_later: `{ retry: { retries: 1, delay: '1 hour' }, run(ctx) { if (ctx.attempt === 1) throw new RetryAfter('20 milliseconds', 'busy'); return { attempt: ctx.attempt }; } }`,
      bi_secret: `{ run(ctx) { return { key: ctx.secrets.get('NOT_SET_ANYWHERE') }; } }`,
      bi_items: `{ async run(ctx) {
        const done = await ctx.forEach([1, 2, 3], { key: String }, (n) => { if (n === 2) throw new Error('odd one'); return 'fine'; });
        return { processed: done.processed, fine: done.count('fine') };
      } }`,
      bi_all_fail: `{ async run(ctx) { await ctx.forEach([1, 2], { key: String }, () => { throw new Error('down'); }); } }`,
    },
    chains: { 'bi-chain': { tasks: { bi_ok: [], bi_text: ['bi_ok'] } } },
  });
});

const start = async (type: string, input: unknown) =>
  await engine.client.workflow.start(type, {
    taskQueue: engine.taskQueue,
    workflowId: `bad-${Math.random()}`,
    args: input === undefined ? [] : [input],
  });

describe('bad input ends in words, never in a hanging run', () => {
  test.each([
    [
      'a date that does not exist',
      'runTask',
      { task: 'bi_ok', date: '20260230' },
      /20260230 is no date: 2026-02 has the days 01 to 28/,
    ],
    ['a chain date that does not exist', 'runChain', { chain: 'bi-chain', date: '20260230' }, /20260230 is no date/],
    ['text for a date', 'runTask', { task: 'bi_ok', date: 'tomorrow' }, /"tomorrow" is no date: write it as/],
    ['params that do not fit', 'runTask', { task: 'bi_ok', date: '20260601', params: { limit: 501 } }, /limit/],
    ['no input', 'runTask', undefined, /runTask expects an input like \{"task"/],
    ['an input of another shape', 'runChain', { task: 'bi_ok' }, /runChain expects an input like \{"chain"/],
    ['an unknown workflow', 'runTasks', {}, /no workflow "runTasks" here; there are scheduledChain, runChain, runTask/],
    ['a slot that is no instant', 'scheduledChain', { chain: 'bi-chain', slot: 'noon' }, /noon/],
  ])('%s', async (_name, type, input, message) => {
    expect((await failureOf(await start(type, input))).message).toMatch(message);
  });

  test('a date with dashes is taken and normalised', async () => {
    const result = await resultOf<TaskResult>(await start('runTask', { task: 'bi_ok', date: '2026-06-02' }));
    expect(result).toMatchObject({ date: '20260602', run_key: '20260602', limit: 100 });
  });

  test.each([
    ['bi_text', { type: 'error', kind: 'error', reason: /threw "just text", which is no Error/, attempts: 1 }],
    [
      'bi_never',
      { type: 'timed_out', kind: 'timed_out', reason: /timed out after 1.0 s, and did not stop within 10 s/, attempts: 1 },
    ],
    [
      'bi_big',
      { type: 'output_too_large', kind: 'output_too_large', reason: /at most 32768 are kept. Write a file/, attempts: 1 },
    ],
    ['bi_array', { type: 'error', kind: 'error', reason: /run returned an array/, attempts: 1 }],
    ['bi_cyclic', { type: 'error', kind: 'error', reason: /no JSON/, attempts: 1 }],
    ['bi_permanent', { type: 'error', kind: 'error', reason: /no such account/, attempts: 1 }],
    ['bi_secret', { type: 'error', kind: 'error', reason: /environment variable NOT_SET_ANYWHERE is not set/, attempts: 1 }],
    ['bi_all_fail', { type: 'error', kind: 'error', reason: /all 2 items failed; the last one: 2: down/, attempts: 1 }],
  ])('%s fails with its reason', async (task, wanted) => {
    const { type, message, result } = await failureOf(await engine.startTask({ task, date: '20260603' }));
    expect(type).toBe(wanted.type);
    expect(result).toMatchObject({ status: 'failed', kind: wanted.kind, attempts: wanted.attempts, settled: false });
    expect(result.reason).toMatch(wanted.reason);
    expect(message).toContain(`daychain rerun ${task}:20260603`);
  });

  test('RetryAfter says itself when the next attempt comes', async () => {
    const result = await resultOf<TaskResult>(await engine.startTask({ task: 'bi_later', date: '20260603' }));
    expect(result).toMatchObject({
      status: 'success',
      attempt: 2,
      attempts: 2,
      attempt_errors: [{ attempt: 1, message: 'busy' }],
    });
  });

  test('a failing item is recorded and does not fail the task', async () => {
    const result = await resultOf<TaskResult>(await engine.startTask({ task: 'bi_items', date: '20260603' }));
    expect(result).toMatchObject({ status: 'success', processed: 3, fine: 2, errors: ['2: odd one'] });
  });

  test('a run met with other params is refused, both shown', async () => {
    await resultOf(await start('runTask', { task: 'bi_ok', date: '20260604', params: { limit: 7 } }));
    const { type, message } = await failureOf(await start('runTask', { task: 'bi_ok', date: '20260604', params: { limit: 8 } }));
    expect(type).toBe('other_params');
    expect(message).toContain('{"limit":7}');
  });
});

describe('a run that ends before it knows its definition', () => {
  test('by its input is found among the runs of its date', async () => {
    const handle = await engine.startTask({ task: 'bi_ok', date: '20260606', params: { limit: 501 } });
    await failureOf(handle);
    const { searchAttributes } = await handle.describe();
    expect(searchAttributes).toMatchObject({ TaskName: ['bi_ok'], TaskDate: ['20260606'], TaskStatus: ['failed'] });
  });

  test.each([
    ['runTask', 'bi_unknown:20260605', { task: 'bi_unknown', date: '2026-06-05' }, { TaskName: ['bi_unknown'] }],
    ['runChain', 'bi-unknown:20260605', { chain: 'bi-unknown', date: '20260605' }, { ChainName: ['bi-unknown'] }],
  ])('by a cancel is found among the runs of its date (%s)', async (type, workflowId, input, name) => {
    const handle = await engine.client.workflow.start(type, {
      taskQueue: engine.taskQueue,
      workflowId,
      args: [{ ...input, mark: Date.now() }],
    });
    const details = async () =>
      (await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata')).currentDetails ?? '';
    const waiting = async () => (await details()).includes('Waiting for a worker that knows it');
    await eventually('its wait for a worker', waiting);
    await cancelRun(engine.server, workflowId, 'typed wrong');
    await expect(resultOf(handle)).rejects.toThrow();
    const { status, searchAttributes } = await handle.describe();
    expect(status.name).toBe('CANCELLED');
    expect(searchAttributes).toMatchObject({ ...name, TaskDate: ['20260605'], TaskStatus: ['cancelled'] });
    expect(await details()).toBe('cancelled by tests before it began: typed wrong');
  });
});
