import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeRun } from '../../src/control/describe-run.js';
import { readOrders } from '../../src/control/order-records.js';
import { hold, release, retryNow, skip } from '../../src/control/orders.js';
import type { Server } from '../../src/control/server.js';
import type { ChainProgress, ChainResult, TaskResult } from '../../src/plan/types.js';
import { addDays } from '../../src/time/dates.js';
import { localDate } from '../../src/time/zones.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

let engine: Engine;
let server: Server;
const mark = randomUUID().slice(0, 8);
/** Ids are the lock's keys too, and the test run's Redis is shared. */
const id = (task: string) => `${task}_${mark}`;
const chain = id('chain');
const [first, second, flaky, timed, hourly] = [id('first'), id('second'), id('flaky'), id('timed'), id('hourly')];
const tomorrow = addDays(localDate(Date.now(), 'Europe/Paris'), 1);
const why = { reason: 'because' };

beforeAll(async () => {
  engine = await startEngine({
    name: `orders-${mark}`,
    tasks: {
      [first]: `{ async run(ctx) { witness(ctx, 'body'); await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.date); } }`,
      [second]: `{ run(ctx) { witness(ctx, 'body'); } }`,
      [flaky]: `{ retry: { retries: 2, delay: '1 hour' }, run(ctx) { witness(ctx, 'body'); throw new TaskError('not yet'); } }`,
      [timed]: `{ schedule: { daily: '06:00' }, run(ctx) { witness(ctx, 'body'); } }`,
    },
    chains: {
      [chain]: { schedule: { daily: '06:00' }, tasks: { [first]: [], [second]: [first] } },
      [hourly]: { schedule: { hourly: { minute: 15 } }, tasks: { [id('each')]: { command: ['/bin/true'] } } },
    },
  });
  server = { ...engine.server, by: 'marie@desk' };
});

const handle = (workflowId: string) => engine.client.workflow.getHandle(workflowId);
const bodies = (date: string) =>
  engine
    .witness()
    .filter((line) => line.date === date)
    .map(({ task }) => task);
const startChain = async (date: string) => {
  const started = await engine.startChain({ chain, date });
  await eventually('the first body', () => bodies(date).length === 1);
  return started;
};
const startFlaky = async (date: string) => {
  const started = await engine.startTask({ task: flaky, date });
  await eventually('the back-off', async () => {
    const { raw } = await started.describe();
    return raw.pendingActivities?.[0]?.nextAttemptScheduleTime;
  });
  return started;
};

describe('skip', () => {
  it('before the run exists settles the date, and its run says who and why', async () => {
    const done = await skip(server, engine.registry, `${second}:20260101`, why);
    expect(done).toMatchObject({ order: 'skip', outcome: 'done', told: `${second}:20260101`, rerun: null });
    const run = (await describeRun(server, `${second}:20260101`))!;
    expect(run).toMatchObject({ end: 'completed', status: 'skipped', result: { by: 'marie@desk', reason: 'because' } });
    expect((await readOrders(server, run)).orders).toMatchObject([
      { order: 'skip', by: 'marie@desk', reason: 'because', atStart: true, refused: null },
    ]);
    expect(await skip(server, engine.registry, `${second}:20260101`, why)).toMatchObject({ outcome: 'already' });
    expect(bodies('20260101')).toEqual([]);
  });

  it('of a whole chain skips all its tasks, and its slot meets that', async () => {
    expect(await skip(server, engine.registry, `${chain}:20260102`, why)).toMatchObject({ outcome: 'done' });
    expect(await describeRun(server, `${chain}:20260102`)).toMatchObject({ status: 'skipped', end: 'completed' });
    expect(await describeRun(server, `${first}:20260102`)).toMatchObject({ status: 'skipped', result: { by: 'marie@desk' } });
    const shell = await engine.startChain({ chain, date: '20260102' }, { id: `shell-${mark}` });
    expect(await resultOf<ChainResult>(shell)).toMatchObject({ status: 'skipped', kind: 'skipped_by_operator' });
    expect(bodies('20260102')).toEqual([]);
  });

  it('of a task its open chain has not come to is told to the chain', async () => {
    const started = await startChain('20260103');
    expect(await skip(server, engine.registry, `${second}:20260103`, { ...why, by: 'paul' })).toMatchObject({
      outcome: 'done',
      told: `${chain}:20260103`,
    });
    engine.open('20260103');
    expect((await resultOf<ChainResult>(started)).tasks[second]).toMatchObject({ kind: 'skipped_by_operator' });
    const { orders } = await readOrders(server, (await describeRun(server, `${chain}:20260103`))!);
    expect(orders).toMatchObject([{ order: 'skip', task: second, by: 'paul', reason: 'because', atStart: false }]);
  });

  it('of a running body is refused with the command that stops it', async () => {
    const started = await startChain('20260104');
    await expect(skip(server, engine.registry, `${first}:20260104`, why)).rejects.toMatchObject({
      kind: 'order_refused',
      message: expect.stringContaining(`daychain cancel ${first}:20260104`),
    });
    engine.open('20260104');
    await resultOf(started);
  });

  it('of a task that has failed settles it, and names the chain that goes on by a rerun', async () => {
    const started = await startChain('20260105');
    await handle(`${first}:20260105`).terminate('by the test');
    await failureOf(started);
    expect(await skip(server, engine.registry, `${first}:20260105`, why)).toMatchObject({
      outcome: 'done',
      rerun: `${chain}:20260105`,
    });
    expect(await describeRun(server, `${first}:20260105`)).toMatchObject({ status: 'skipped' });
  });

  it('refuses what has succeeded, what has no reason, and what is no run', async () => {
    await resultOf(await engine.startTask({ task: second, date: '20260106' }));
    const of = (workflowId: string, reason: string | null = 'x') => skip(server, engine.registry, workflowId, { reason });
    await expect(of(`${second}:20260106`)).rejects.toMatchObject({ name: 'Refused', kind: 'done' });
    await expect(of(`${second}:20260107`, null)).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(/Say why/),
    });
    await expect(of(`${second}:20260107`, '  ')).rejects.toMatchObject({ name: 'BadInput' });
    await expect(of('nothing:20260107')).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(/no task or chain "nothing"/),
    });
    await expect(of('at:later')).rejects.toMatchObject({ name: 'BadInput' });
    await expect(of(`${hourly}:20260107`)).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(/name a slot/),
    });
  });

  it('and hold reach a task that waits to try again', async () => {
    const held = await startFlaky('20260108');
    await hold(server, engine.registry, held.workflowId, why);
    await eventually('held', async () => (await held.query<{ phase: string }>('progress')).phase === 'held');
    await skip(server, engine.registry, held.workflowId, { reason: 'never mind' });
    expect(await resultOf<TaskResult>(held)).toMatchObject({ kind: 'skipped_by_operator', attempts: 1, reason: 'never mind' });
    const { orders } = await readOrders(server, (await describeRun(server, held.workflowId))!);
    expect(orders.map(({ order }) => order)).toEqual(['hold', 'skip']);
  });
});

describe('hold and release', () => {
  it('a hold before the slot lasts until a day after it; released before, the run still waits for its slot', async () => {
    const workflowId = `${chain}:${tomorrow}`;
    const done = await hold(server, engine.registry, workflowId, why);
    expect(done).toMatchObject({ outcome: 'done', told: workflowId });
    const input = engine.registry.resolveChain({ chain, date: tomorrow }) as { scheduledFor: string };
    expect(Date.parse(done.until!) - Date.parse(input.scheduledFor)).toBe(86_400_000);
    await eventually('held', async () => (await handle(workflowId).query<ChainProgress>('progress')).held !== null);
    expect(await release(server, engine.registry, workflowId, { reason: null })).toMatchObject({ outcome: 'taken_back' });
    expect(await describeRun(server, workflowId)).toMatchObject({ end: 'cancelled' });
    expect(bodies(tomorrow)).toEqual([]);
    expect(await hold(server, engine.registry, workflowId, why)).toMatchObject({ outcome: 'done' });
    await release(server, engine.registry, workflowId, { reason: null });
  });

  it('the same for a task with a schedule of its own', async () => {
    await hold(server, engine.registry, `${timed}:${tomorrow}`, why);
    await eventually('held', async () => (await describeRun(server, `${timed}:${tomorrow}`))?.progress?.kind === 'task');
    expect(await release(server, engine.registry, `${timed}:${tomorrow}`, why)).toMatchObject({ outcome: 'taken_back' });
    expect(bodies(tomorrow)).toEqual([]);
  });

  it('a hold of a task set before its chain came: the chain waits for it, and the release lets both go on', async () => {
    await hold(server, engine.registry, `${second}:20260201`, why);
    const started = await startChain('20260201');
    engine.open('20260201');
    await eventually('its turn', async () => {
      const { tasks } = await started.query<ChainProgress>('progress');
      return tasks[second]?.phase === 'running';
    });
    expect(await release(server, engine.registry, `${second}:20260201`, why)).toMatchObject({
      outcome: 'done',
      answer: 'released',
    });
    expect(await resultOf<ChainResult>(started)).toMatchObject({ status: 'success' });
    expect(bodies('20260201')).toEqual([first, second]);
  });

  it('released before its open chain has come to it, it runs in its turn and not before', async () => {
    await hold(server, engine.registry, `${second}:20260202`, why);
    const started = await startChain('20260202');
    expect(await release(server, engine.registry, `${second}:20260202`, why)).toMatchObject({ outcome: 'taken_back' });
    expect(bodies('20260202')).toEqual([first]);
    engine.open('20260202');
    expect((await resultOf<ChainResult>(started)).tasks[second]).toMatchObject({ status: 'success' });
    expect(bodies('20260202')).toEqual([first, second]);
  });

  it('of a past date that nothing will start any more, the release runs it', async () => {
    await hold(server, engine.registry, `${second}:20260203`, why);
    expect(await release(server, engine.registry, `${second}:20260203`, why)).toMatchObject({ outcome: 'done' });
    expect(await resultOf(handle(`${second}:20260203`))).toMatchObject({ status: 'success' });
  });

  it('an open chain is held and released as a whole, a task of it through it', async () => {
    const started = await startChain('20260204');
    expect(await hold(server, engine.registry, started.workflowId, why)).toMatchObject({ told: started.workflowId });
    expect(await hold(server, engine.registry, `${second}:20260204`, why)).toMatchObject({ told: started.workflowId });
    engine.open('20260204');
    await release(server, engine.registry, started.workflowId, why);
    await eventually('the first ended', async () => {
      const { tasks } = await started.query<ChainProgress>('progress');
      return tasks[first]?.status === 'success' && tasks[second]?.phase === 'held';
    });
    expect(await release(server, engine.registry, `${second}:20260204`, why)).toMatchObject({ told: started.workflowId });
    expect(await resultOf<ChainResult>(started)).toMatchObject({ status: 'success' });
    const { orders } = await readOrders(server, (await describeRun(server, started.workflowId))!);
    expect(orders.map(({ order, task }) => [order, task])).toEqual([
      ['hold', null],
      ['hold', second],
      ['release', null],
      ['release', second],
    ]);
  });

  it('refuses a time that has passed, a run that has ended, and a release of what is not held', async () => {
    const past = { ...why, until: '2020-01-01T00:00:00Z' };
    await expect(hold(server, engine.registry, `${second}:20260206`, past)).rejects.toMatchObject({ name: 'BadInput' });
    await expect(release(server, engine.registry, `${second}:20260206`, why)).rejects.toMatchObject({ kind: 'not_running' });
    await resultOf(await engine.startTask({ task: second, date: '20260206' }));
    await expect(hold(server, engine.registry, `${second}:20260206`, why)).rejects.toMatchObject({ kind: 'done' });
    const started = await startChain('20260207');
    await expect(release(server, engine.registry, started.workflowId, why)).rejects.toMatchObject({ kind: 'order_refused' });
    engine.open('20260207');
    await resultOf(started);
  });

  it('the same request twice is one order', async () => {
    const started = await startChain('20260208');
    const request = { ...why, requestId: randomUUID() };
    await hold(server, engine.registry, started.workflowId, request);
    await hold(server, engine.registry, started.workflowId, request);
    const { orders } = await readOrders(server, (await describeRun(server, started.workflowId))!);
    expect(orders).toHaveLength(1);
    await release(server, engine.registry, started.workflowId, why);
    engine.open('20260208');
    await resultOf(started);
  });
});

describe('retry now', () => {
  it('ends the pause, and is refused where there is none', async () => {
    const started = await startFlaky('20260301');
    expect(await retryNow(server, engine.registry, started.workflowId, { reason: 'mended' })).toMatchObject({
      outcome: 'done',
      answer: 'trying again now',
    });
    await eventually('the second attempt', () => bodies('20260301').length === 2);
    const of = (workflowId: string) => retryNow(server, engine.registry, workflowId, { reason: null });
    const running = await startChain('20260302');
    await expect(of(`${first}:20260302`)).rejects.toMatchObject({ kind: 'order_refused' });
    await expect(of(running.workflowId)).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(/daychain retries/),
    });
    await expect(of(`${second}:20260303`)).rejects.toMatchObject({ kind: 'not_running' });
    engine.open('20260302');
    await resultOf(running);
    await started.terminate('the test is over');
  });
});
