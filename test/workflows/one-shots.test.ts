import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeRun } from '../../src/control/describe-run.js';
import { BadInput, Refused } from '../../src/control/errors.js';
import { listRuns } from '../../src/control/list-runs.js';
import { cancelOneShot, holdOneShot, releaseOneShot } from '../../src/control/one-shot-orders.js';
import { listOneShots, readOneShot } from '../../src/control/one-shot-view.js';
import { readWish, type OneShotWords } from '../../src/control/one-shot-wish.js';
import { scheduleOneShot, type ScheduleOptions } from '../../src/control/schedule-one-shot.js';
import type { Server } from '../../src/control/server.js';
import type { ChainResult, OneShotProgress, TaskResult } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine, within } from '../support/engine.js';
import { temporalNamespace } from '../support/servers.js';

let engine: Engine;
let server: Server;
const FAR = '2099-01-01T00:00:00Z';

beforeAll(async () => {
  engine = await startEngine({
    name: `shots-${randomUUID().slice(0, 8)}`,
    timezone: 'Pacific/Kiritimati',
    tasks: {
      os_counts: `{ params: z.object({ n: z.number().default(1) }), run(ctx) { witness(ctx, 'body'); return { n: ctx.params.n }; } }`,
      os_gated: `{ retry: { retries: 0 }, async run(ctx) { witness(ctx, 'body'); await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.runKey); } }`,
      os_moody: `{ retry: { retries: 0 }, run(ctx) { witness(ctx, 'body'); if (!existsSync(ctx.secrets.get('GATES') + '/mood')) throw new Error('in a mood'); } }`,
      os_next: `{ run(ctx) { witness(ctx, 'body'); } }`,
    },
    chains: { 'os-chain': { timezone: 'Europe/Paris', tasks: { os_counts: [], os_next: ['os_counts'] } } },
  });
  server = { client: engine.client, namespace: temporalNamespace(), taskQueue: engine.taskQueue, by: 'marie@desk' };
});

const wish = (words: Partial<OneShotWords>) =>
  readWish(engine.registry, { at: FAR, kind: 'task', target: 'os_counts', ...words }, 'Europe/Paris', Date.now());
const schedule = (words: Partial<OneShotWords>, options: ScheduleOptions = {}) =>
  within(60_000, 'scheduling', scheduleOneShot(server, wish(words), options));
const handle = (id: string) => engine.client.workflow.getHandle(`at:${id}`);
const progress = (id: string) => handle(id).query<OneShotProgress>('progress');
const bodies = (id: string) =>
  engine
    .witness()
    .filter(({ runKey }) => runKey === `at-${id}`)
    .map(({ task }) => task);
const refusal = async (work: Promise<unknown>): Promise<{ kind: string; message: string }> =>
  await work.then(
    () => ({ kind: 'none', message: '' }),
    (error: unknown) => {
      if (error instanceof Refused) return { kind: error.kind, message: error.message };
      if (error instanceof BadInput) return { kind: 'bad_input', message: error.message };
      throw error;
    },
  );

describe('a one-shot', () => {
  test('runs its task once, at its instant, for the local date of it', async () => {
    const { at, date } = wish({ at: 'in 3 seconds' });
    expect(await schedule({ at, id: 'soon', params: { n: 7 } })).toEqual({
      outcome: 'scheduled',
      id: 'soon',
      workflowId: 'at:soon',
      run: 'os_counts:at-soon',
    });
    expect(await progress('soon')).toMatchObject({ at, run: 'os_counts:at-soon' });
    const result = await resultOf<TaskResult>(handle('soon'));
    expect(result).toMatchObject({ status: 'success', task: 'os_counts', run_key: 'at-soon', date, scheduled_for: at, n: 7 });
    expect(engine.witness().find(({ runKey }) => runKey === 'at-soon')!.at).toBeGreaterThanOrEqual(Date.parse(at));
    expect(bodies('soon')).toEqual(['os_counts']);
    expect(await describeRun(server, 'os_counts:at-soon', { ask: false })).toMatchObject({
      end: 'completed',
      date,
      params: { n: 7 },
    });
    expect(await readOneShot(server, 'soon')).toMatchObject({
      end: 'completed',
      status: 'success',
      state: 'ended',
      by: 'marie@desk',
    });
  });

  test('whose instant has passed runs at once', async () => {
    await schedule({ at: '2026-03-01T23:30:00Z', id: 'past' });
    // Kiritimati is fourteen hours ahead; but the task lives in the zone of its chain.
    expect(await resultOf<TaskResult>(handle('past'))).toMatchObject({ date: '20260302', scheduled_for: '2026-03-01T23:30:00Z' });
  });

  test('runs a chain, with params for its tasks, and ends as it ends', async () => {
    await schedule({ at: '2026-03-01T08:00', kind: 'chain', target: 'os-chain', id: 'whole', params: { os_counts: { n: 3 } } });
    const result = await resultOf<ChainResult>(handle('whole'));
    expect(result).toMatchObject({
      chain: 'os-chain',
      run_key: 'at-whole',
      scheduled_for: '2026-03-01T07:00:00Z',
      counts: { success: 2 },
    });
    expect(bodies('whole')).toEqual(['os_counts', 'os_next']);
    expect((await describeRun(server, 'os_counts:at-whole', { ask: false }))!.params).toEqual({ n: 3 });
  });

  test('fails as its run fails; scheduled again it runs again', async () => {
    await schedule({ at: '2026-03-01T08:00', target: 'os_moody', id: 'moody' });
    expect(await failureOf(handle('moody'))).toMatchObject({
      type: 'error',
      message: expect.stringContaining('in a mood') as unknown,
    });
    engine.open('mood');
    expect(await schedule({ at: '2026-03-01T08:00', target: 'os_moody', id: 'moody' })).toMatchObject({ outcome: 'scheduled' });
    expect(await resultOf<TaskResult>(handle('moody'))).toMatchObject({ status: 'success' });
    expect(bodies('moody')).toEqual(['os_moody', 'os_moody']);
  });

  test('typed by hand with the least is one too; with nonsense it fails at once', async () => {
    const byHand = (id: string, input: object) =>
      engine.client.workflow.start('oneShot', { taskQueue: engine.taskQueue, workflowId: id, args: [input] });
    const run = await byHand('anything', { id: 'hand', at: '2026-03-01T07:00:00Z', task: 'os_next' });
    expect(await resultOf<TaskResult>(run)).toMatchObject({ status: 'success', run_key: 'at-hand' });
    for (const input of [
      { id: 'hand', at: 'noon', task: 'os_next' },
      { id: 'hand', at: FAR },
      { id: 'A b', at: FAR, task: 'x' },
    ]) {
      expect(await failureOf(await byHand(`nonsense-${randomUUID()}`, input))).toMatchObject({ type: 'bad_input' });
    }
  });
});

describe('the same id', () => {
  test('with the same wish is the same one-shot, waiting and done', async () => {
    await schedule({ id: 'twice' });
    expect(await schedule({ id: 'twice' })).toMatchObject({ outcome: 'already' });
    await schedule({ id: 'twice-done', at: '2026-03-01T07:00:00Z' });
    await resultOf(handle('twice-done'));
    expect(await schedule({ id: 'twice-done', at: '2026-03-01T07:00:00Z' })).toMatchObject({ outcome: 'completed' });
    expect(bodies('twice-done')).toEqual(['os_counts']);
  });

  test('asked for by fifty at once is one', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => schedule({ id: 'crowd', at: '2026-03-01T07:00:00Z' })));
    expect(all.filter(({ outcome }) => outcome === 'scheduled')).toHaveLength(1);
    await resultOf(handle('crowd'));
    expect(bodies('crowd')).toEqual(['os_counts']);
  });

  test('with another wish is refused, both shown, until it is to replace', async () => {
    await schedule({ id: 'other' });
    const refused = await refusal(schedule({ id: 'other', at: '2026-03-01T07:00:00Z', params: { n: 2 } }));
    expect(refused.kind).toBe('other_one_shot');
    expect(refused.message).toContain(`it is   os_counts at ${FAR}`);
    expect(refused.message).toContain('yours   os_counts at 2026-03-01T07:00:00Z with {"n":2}');
    expect((await handle('other').describe()).status.name).toBe('RUNNING');
    const old = (await handle('other').describe()).runId;
    const replaced = await schedule({ id: 'other', at: '2026-03-01T07:00:00Z', params: { n: 2 } }, { replace: true });
    expect(replaced).toMatchObject({ outcome: 'replaced' });
    expect(await resultOf<TaskResult>(handle('other'))).toMatchObject({ n: 2 });
    expect(bodies('other')).toEqual(['os_counts']);
    expect((await engine.client.workflow.getHandle('at:other', old).describe()).status.name).toBe('TERMINATED');
  });

  test('is not replaced while its run is under way, nor while it is held', async () => {
    await schedule({ id: 'busy', at: '2026-03-01T07:00:00Z', target: 'os_gated' });
    await eventually('the body', () => bodies('busy').length === 1);
    expect(await refusal(schedule({ id: 'busy' }, { replace: true }))).toMatchObject({
      kind: 'running',
      message: expect.stringContaining('daychain cancel os_gated:at-busy') as unknown,
    });
    expect(await refusal(cancelOneShot(server, 'busy', 'too late'))).toMatchObject({ kind: 'running' });
    engine.open('at-busy');
    await resultOf(handle('busy'));
    await schedule({ id: 'kept' });
    await holdOneShot(server, 'kept', { reason: 'not yet' });
    expect(await refusal(schedule({ id: 'kept', at: '2026-03-01T07:00:00Z' }, { replace: true }))).toMatchObject({
      kind: 'order_refused',
      message: expect.stringContaining('daychain at release kept') as unknown,
    });
  });

  test('whose run has completed is done: only an explicit repeat, with a reason, runs it again', async () => {
    await schedule({ id: 'done', at: '2026-03-01T07:00:00Z' });
    await resultOf(handle('done'));
    expect(await refusal(schedule({ id: 'done', at: '2026-03-02T07:00:00Z' }))).toMatchObject({ kind: 'done' });
    expect(await refusal(schedule({ id: 'done', at: '2026-03-02T07:00:00Z' }, { replace: true }))).toMatchObject({
      kind: 'bad_input',
      message: expect.stringContaining('--reason') as unknown,
    });
    await schedule({ id: 'done', at: '2026-03-02T07:00:00Z' }, { replace: true, reason: 'the archive was empty' });
    expect(await resultOf<TaskResult>(handle('done'))).toMatchObject({ scheduled_for: '2026-03-02T07:00:00Z' });
    expect(bodies('done')).toEqual(['os_counts', 'os_counts']);
    // Another task under the id of one that is done is no repeat.
    await schedule({ id: 'done', at: '2026-03-03T07:00:00Z', target: 'os_next' }, { replace: true });
    await resultOf(handle('done'));
    expect(bodies('done')).toEqual(['os_counts', 'os_counts', 'os_next']);
  });
});

describe('told before it is due', () => {
  /** Schedules one and holds it before its instant, which is near; further off, where this machine was too slow for that. */
  async function heldInTime(name: string, { reason, forMs }: { reason: string; forMs?: number }, seconds = [2, 15, 60]) {
    const id = `${name}-${seconds[0]}`;
    const { at } = wish({ at: `in ${seconds[0]} seconds` });
    await schedule({ id, at });
    const until = forMs === undefined ? {} : { until: new Date(Date.parse(at) + forMs).toISOString() };
    try {
      return { id, at, taken: await holdOneShot(server, id, { reason, ...until }) };
    } catch (error) {
      if (!(error instanceof Refused) || seconds.length === 1) throw error;
      return await heldInTime(name, { reason, ...(forMs === undefined ? {} : { forMs }) }, seconds.slice(1));
    }
  }

  test('to cancel, it closes as cancelled and nothing runs', async () => {
    await schedule({ id: 'off' });
    expect(await cancelOneShot(server, 'off', 'not needed')).toEqual({ outcome: 'cancelled', id: 'off', workflowId: 'at:off' });
    expect(await readOneShot(server, 'off')).toMatchObject({ end: 'cancelled', status: 'cancelled' });
    expect(await cancelOneShot(server, 'off', 'not needed')).toMatchObject({ outcome: 'already' });
    expect(await describeRun(server, 'os_counts:at-off', { ask: false })).toBe(null);
    expect(await refusal(cancelOneShot(server, 'nobody', 'x'))).toMatchObject({ kind: 'bad_input' });
    expect(await schedule({ id: 'off', at: '2026-03-01T07:00:00Z' })).toMatchObject({ outcome: 'scheduled' });
    await resultOf(handle('off'));
    expect(await refusal(cancelOneShot(server, 'off', 'x'))).toMatchObject({ kind: 'not_running' });
  });

  test('to hold, it does not run at its instant, but when it is released', async () => {
    const { id, at, taken } = await heldInTime('held', { reason: 'data is late' });
    expect(taken).toMatchObject({ outcome: 'done' });
    const { held } = await progress(id);
    expect(held).toEqual({ by: 'marie@desk', reason: 'data is late', until: Date.parse(at) + 86_400_000 });
    await eventually('the instant', () => Date.now() > Date.parse(at) + 500, 90_000);
    expect(await readOneShot(server, id)).toMatchObject({ state: 'held', held: { by: 'marie@desk' }, open: true });
    expect(bodies(id)).toEqual([]);
    expect(await releaseOneShot(server, id)).toMatchObject({ outcome: 'done', answer: 'released' });
    expect(await resultOf<TaskResult>(handle(id))).toMatchObject({ status: 'success', scheduled_for: at });
    expect(await refusal(releaseOneShot(server, id))).toMatchObject({ kind: 'not_running' });
  });

  test('to hold and to release, it waits on', async () => {
    await schedule({ id: 'on-off' });
    await holdOneShot(server, 'on-off', { reason: null });
    await releaseOneShot(server, 'on-off');
    expect(await progress('on-off')).toMatchObject({ phase: 'waiting_for_instant', held: null });
    expect(await refusal(releaseOneShot(server, 'on-off'))).toMatchObject({ kind: 'order_refused' });
    expect(await readOneShot(server, 'on-off')).toMatchObject({ state: 'waiting', held: null });
  });

  test('to hold until the past or an instant before its own, it refuses; a hold that runs out fails it', async () => {
    await schedule({ id: 'far' });
    expect(await refusal(holdOneShot(server, 'far', { reason: null, until: FAR }))).toMatchObject({
      kind: 'order_refused',
      message: expect.stringContaining('would end before at:far is due') as unknown,
    });
    const { id } = await heldInTime('expires', { reason: 'why not', forMs: 500 });
    expect(await failureOf(handle(id))).toMatchObject({
      type: 'hold_expired',
      message: expect.stringContaining('held by marie@desk (why not)') as unknown,
    });
    expect(bodies(id)).toEqual([]);
    expect(await readOneShot(server, id)).toMatchObject({ end: 'failed', status: 'failed' });
  });
});

test('the list holds those that wait, soonest first, with all that was said', async () => {
  await schedule({ id: 'li-b', at: '2099-05-01T00:00:00Z', params: { n: 5 } }, { reason: 'late' });
  await schedule({ id: 'li-a', at: '2099-04-01T00:00:00Z', kind: 'chain', target: 'os-chain' });
  await schedule({ id: 'li-c', at: '2099-03-01T00:00:00Z' });
  await holdOneShot(server, 'li-b', { reason: 'not yet' });
  await cancelOneShot(server, 'li-c', 'gone');
  const mine = async () => (await listOneShots(server)).filter(({ id }) => id.startsWith('li-'));
  await eventually('visibility', async () => (await mine()).length === 2);
  expect(await mine()).toMatchObject([
    { id: 'li-a', kind: 'chain', target: 'os-chain', params: null, state: 'waiting', run: 'os-chain:at-li-a' },
    {
      id: 'li-b',
      target: 'os_counts',
      params: { n: 5 },
      by: 'marie@desk',
      reason: 'late',
      state: 'held',
      held: { reason: 'not yet' },
    },
  ]);
  const found = async () => {
    const types: string[] = [];
    const query = `TaskName = "os_counts" AND TaskStatus = "pending" AND WorkflowId = "at:li-b"`;
    for await (const { type } of engine.client.workflow.list({ query })) types.push(type);
    return types;
  };
  await eventually('its attributes', async () => (await found())[0] === 'oneShot');
});

test('without a worker it is scheduled and replaced all the same; orders are accepted, and told as not yet applied', async () => {
  const nobody: Server = { ...server, taskQueue: `nobody-${randomUUID()}` };
  const asked = async (words: Partial<OneShotWords>, options?: ScheduleOptions) =>
    await scheduleOneShot(nobody, wish({ id: 'unserved', ...words }), options);
  expect(await asked({})).toMatchObject({ outcome: 'scheduled' });
  expect(await asked({ at: '2026-03-01T07:00:00Z' }, { replace: true })).toMatchObject({ outcome: 'replaced' });
  expect(await readOneShot(nobody, 'unserved')).toMatchObject({ state: 'due', held: null });
  expect(await refusal(schedule({ id: 'unserved' }))).toMatchObject({ kind: 'id_taken' });
  const [held, cancelled] = await Promise.all([
    holdOneShot(nobody, 'unserved', { reason: null }),
    cancelOneShot(nobody, 'unserved', 'nobody is there'),
  ]);
  expect(held).toMatchObject({ outcome: 'accepted', answer: null });
  expect(cancelled).toMatchObject({ outcome: 'requested' });
  await handle('unserved').terminate();
});

test('runs of one-shots stand among those of their date', async () => {
  const [early, late] = ['2026-01-05T12:00:00Z', '2026-01-07T12:00:00Z'];
  await schedule({ id: 'z-early', at: early, target: 'os_next' });
  await schedule({ id: 'a-late', at: late, target: 'os_next' });
  await resultOf(await engine.startTask({ task: 'os_next', date: '20260106' }));
  const keys = async () => {
    const runs = await listRuns(server, { kind: 'task', id: 'os_next', since: '20260105' });
    return runs.filter(({ date }) => date! <= '20260107').map(({ runKey }) => runKey);
  };
  await eventually('visibility', async () => (await keys()).length === 3);
  expect(await keys()).toEqual(['at-a-late', '20260106', 'at-z-early']);
});

describe('a wish', () => {
  test('has an id of its own: the same words are one', () => {
    expect(wish({ at: '2026-03-01T08:00' }).id).toBe('os_counts-20260301t070000z');
    expect(wish({ at: new Date('2026-03-01T07:00:00.900Z') })).toMatchObject({
      id: 'os_counts-20260301t070000z',
      at: '2026-03-01T07:00:00Z',
    });
  });
  test.each<[Partial<OneShotWords>, string]>([
    [{ target: 'os_cuonts' }, 'Did you mean os_counts?'],
    [{ kind: 'chain', target: 'os_counts' }, '"os_counts" is a task, not a chain'],
    [{ params: { n: 'x' } }, 'params.n'],
    [{ kind: 'chain', target: 'os-chain', params: { os_counts: { m: 1 } } }, '"m" is no param'],
    [{ id: 'No Id' }, '"No Id" is no id'],
    [{ at: 'noon' }, '"noon" is no instant'],
    [{ at: new Date(Number.NaN) }, 'at: Invalid Date is no instant'],
  ])('%j is refused', async (words, said) => {
    expect(await refusal((async () => await schedule(words))())).toMatchObject({
      kind: 'bad_input',
      message: expect.stringContaining(said) as unknown,
    });
  });
});
