import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { planBackfill, type BackfillPlan } from '../../src/control/backfill-plan.js';
import type { BackfillWish } from '../../src/control/backfill-range.js';
import { listBackfills, readBackfill, startBackfill, tellBackfill } from '../../src/control/backfills.js';
import { cancelRun } from '../../src/control/cancel.js';
import type { Server } from '../../src/control/server.js';
import type { BackfillInput, BackfillProgress, BackfillResult } from '../../src/plan/backfill.js';
import type { ChainProgress, ChainResult } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';
import { temporalNamespace } from '../support/servers.js';

/** All dates of these tests are past by then, and young enough to be remembered. */
const NOW = Date.parse('2026-12-01T00:00:00Z');

let engine: Engine;
let server: Server;
const name = `backfills-${randomUUID().slice(0, 8)}`;
/** Ids are the lock's keys too, and the test run's Redis is shared. */
const id = (word: string) => `${word}_${name.slice(-8)}`;

const PLAIN = `{ run(ctx) { witness(ctx, ctx.backfill ? 'backfill' : 'body'); } }`;
const GATED = `{ async run(ctx) {
  witness(ctx, 'begin');
  await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.task + ctx.runKey);
  witness(ctx, 'end');
} }`;
/** Ends by itself, and takes long enough to overlap. */
const SLOW = `{ async run(ctx) {
  witness(ctx, 'begin');
  await new Promise((resolve) => setTimeout(resolve, 150));
  witness(ctx, 'end');
} }`;
const MOODY = `{ retry: { retries: 0 }, run(ctx) {
  witness(ctx, 'body');
  if (existsSync(ctx.secrets.get('GATES') + '/bad' + ctx.date)) throw new TaskError('a bad day');
} }`;
/** Works as slowly, once it does not fail any more. */
const SICK = SLOW.replace('{ async', '{ retry: { retries: 0 }, async').replace(
  "witness(ctx, 'begin');",
  `if (existsSync(ctx.secrets.get('GATES') + '/sick' + ctx.date)) throw new TaskError('not well');
  witness(ctx, 'begin');`,
);

beforeAll(async () => {
  engine = await startEngine({
    name,
    tasks: {
      [id('plain')]: PLAIN,
      [id('gated')]: GATED,
      [id('slow')]: SLOW,
      [id('moody')]: MOODY,
      [id('sick')]: SICK,
      [id('after')]: PLAIN,
      [id('past')]: SLOW.replace('{ async', '{ dependsOnPast: true, async'),
      [id('own')]: `{ schedule: { daily: '05:00' }, run(ctx) { witness(ctx, ctx.backfill ? 'backfill' : 'body'); } }`,
    },
    chains: {
      [id('simple')]: { schedule: { daily: '06:00' }, tasks: { [id('plain')]: [] } },
      [id('wide')]: { schedule: { daily: '06:00' }, tasks: { [id('slow')]: [] } },
      [id('gates')]: { schedule: { daily: '06:00' }, tasks: { [id('gated')]: [] } },
      [id('sickly')]: { schedule: { daily: '06:00' }, tasks: { [id('sick')]: [] } },
      [id('moods')]: { tasks: { [id('moody')]: [], [id('after')]: [id('moody')] } },
      [id('strict')]: { schedule: { daily: '06:00' }, tasks: { [id('past')]: [] } },
      [id('hourly')]: { schedule: { cron: '0 */6 * * *' }, tasks: { [id('sub')]: { command: ['/bin/true'] } } },
    },
  });
  server = { client: engine.client, namespace: temporalNamespace(), taskQueue: engine.taskQueue, by: 'marie@desk' };
});

const plan = (chain: string, from: string, to: string, over: Partial<BackfillWish> = {}): Promise<BackfillPlan> =>
  planBackfill(
    server,
    engine.registry,
    {
      kind: engine.registry.chain(id(chain)) ? 'chain' : 'task',
      id: id(chain),
      from,
      to,
      only: null,
      tasks: null,
      order: 'asc',
      concurrency: 5,
      reason: null,
      beyondRetention: false,
      ...over,
    },
    NOW,
  );

async function backfill(chain: string, from: string, to: string, over: Partial<BackfillWish> = {}) {
  const { workflowId } = await startBackfill(server, await plan(chain, from, to, over));
  return engine.client.workflow.getHandle(workflowId);
}

const progressOf = (workflowId: string) => engine.client.workflow.getHandle(workflowId).query<BackfillProgress>('progress');
const witnessed = (task: string) => engine.witness().filter((line) => line.task === id(task));
const begun = (task: string) =>
  witnessed(task)
    .filter(({ phase }) => phase === 'begin')
    .map(({ date }) => date);
/** The most bodies that ran at the same moment. */
function overlap(task: string, dates: (date: string) => boolean = () => true): number {
  let open = 0;
  let most = 0;
  for (const { phase, date } of witnessed(task)) {
    if (!dates(date)) continue;
    if (phase === 'begin') most = Math.max(most, ++open);
    else open--;
  }
  return most;
}

describe('a backfill', () => {
  test('makes what is missing and what failed, tells the task, and leaves what is done alone', async () => {
    engine.open('bad20260303');
    await resultOf(await engine.startChain({ chain: id('moods'), date: '20260302' }));
    await failureOf(await engine.startChain({ chain: id('moods'), date: '20260303' }));
    const before = witnessed('moody').length;

    const planned = await plan('moods', '20260301', '20260305');
    expect(planned.counts).toEqual({ done: 1, failed: 1, running: 0, missing: 3 });
    expect(planned.runs.map(({ date }) => date)).toEqual(['20260301', '20260303', '20260304', '20260305']);
    await startBackfill(server, planned);
    const handle = engine.client.workflow.getHandle(planned.workflowId);
    expect(handle.workflowId).toBe(`backfill:${id('moods')}:20260301-20260305`);

    const { message, result } = await failureOf(handle);
    expect(message).toContain('2026-03-01 to 2026-03-05, failed: 3 done, 1 failed.');
    expect(message).toContain(`${id('moods')}:20260303  ${id('moody')}: a bad day`);
    expect(message).toContain(`daychain backfill ${id('moods')} 2026-03-01 2026-03-05 --yes`);
    expect(result).toMatchObject({
      status: 'failed',
      total: 4,
      done: 3,
      already: 0,
      failed: 1,
      cancelled: 0,
      left: 0,
      by: 'marie@desk',
    });
    expect((await readBackfill(server, handle.workflowId))?.result).toEqual(result);
    // Tasks inherit the lowest priority of their chain.
    const task = await engine.client.workflow.getHandle(`${id('after')}:20260301`).describe();
    expect(task.raw.workflowExecutionInfo?.priority?.priorityKey).toBe(5);
    expect(
      witnessed('moody')
        .slice(before)
        .map(({ date }) => date)
        .sort(),
    ).toEqual(['20260301', '20260303', '20260304', '20260305']);
    expect(
      witnessed('after')
        .filter(({ phase }) => phase === 'backfill')
        .map(({ date }) => date)
        .sort(),
    ).toEqual(['20260301', '20260304', '20260305']);
  });

  test('of only what is missing, or only what failed', async () => {
    engine.open('bad20260312');
    await failureOf(await engine.startChain({ chain: id('moods'), date: '20260312' }));
    const dates = async (only: 'missing' | 'failed') =>
      (await plan('moods', '20260311', '20260313', { only })).runs.map(({ date }) => date);
    expect(await dates('missing')).toEqual(['20260311', '20260313']);
    expect(await dates('failed')).toEqual(['20260312']);
  });

  test('of all repeats what is done, and wants a reason', async () => {
    await resultOf(await backfill('simple', '20260301', '20260302'));
    const all = await plan('simple', '20260301', '20260302', { only: 'all' });
    await expect(startBackfill(server, all)).rejects.toThrow('This repeats 2 of');
    const again = await backfill('simple', '20260301', '20260302', { only: 'all', reason: 'new rules' });
    expect(again.workflowId).toBe(`backfill:${id('simple')}:20260301-20260302:all`);
    expect(await resultOf<BackfillResult>(again as never)).toMatchObject({ done: 2, already: 0, reason: 'new rules' });
    expect(witnessed('plain').filter(({ date }) => date === '20260301')).toHaveLength(2);
  });

  test('never works at more runs than it may, newest first if asked', async () => {
    const handle = await backfill('wide', '20260301', '20260312', { concurrency: 3, order: 'desc' });
    expect(await resultOf<BackfillResult>(handle as never)).toMatchObject({ status: 'success', done: 12, left: 0 });
    expect(overlap('slow')).toBeLessThanOrEqual(3);
    expect(begun('slow')).toHaveLength(12);
    // Three have a turn at once, and a turn says nothing of who is quicker: a date comes at most two before its place.
    const newestFirst = begun('slow').toSorted().toReversed();
    for (const [place, date] of begun('slow').entries()) expect(newestFirst.indexOf(date)).toBeLessThanOrEqual(place + 2);
  });

  test('never works at more runs than it may where all of them are old failures, too', async () => {
    const dates = ['20260311', '20260312', '20260313', '20260314', '20260315', '20260316'];
    for (const date of dates) engine.open(`sick${date}`);
    await Promise.all(dates.map(async (date) => await failureOf(await engine.startChain({ chain: id('sickly'), date }))));
    for (const date of dates) rmSync(engine.gate(`sick${date}`));
    const handle = await backfill('sickly', dates[0]!, dates.at(-1)!, { concurrency: 2 });
    expect(await resultOf<BackfillResult>(handle)).toMatchObject({ status: 'success', done: 6 });
    expect(overlap('sick')).toBeLessThanOrEqual(2);
    expect(begun('sick').sort()).toEqual(dates);
  });

  test('is joined by a second identical request, whatever its order and concurrency', async () => {
    const first = await plan('gates', '20260301', '20260303', { concurrency: 1 });
    expect(await startBackfill(server, first)).toMatchObject({ outcome: 'started' });
    await eventually('the first body', () => begun('gated').length === 1);
    expect(await startBackfill(server, { ...first, request: { ...first.request, concurrency: 3 } })).toMatchObject({
      outcome: 'joined',
      workflowId: first.workflowId,
    });
    // Every date is there, and waits its turn where everybody can see it.
    const waits = await engine.client.workflow.getHandle(`${id('gates')}:20260303`).query<ChainProgress>('progress');
    expect(waits.held).toMatchObject({ by: first.workflowId, reason: 'waits its turn' });
    expect((await plan('gates', '20260301', '20260303')).counts).toMatchObject({ running: 3, missing: 0 });
    for (const date of ['20260301', '20260302', '20260303']) engine.open(`${id('gated')}${date}`);
    await resultOf(engine.client.workflow.getHandle(first.workflowId));
    expect(begun('gated')).toEqual(['20260301', '20260302', '20260303']);
    // Closed: the same request may start anew, and finds nothing.
    expect((await plan('gates', '20260301', '20260303')).runs).toEqual([]);
  });

  test('held begins nothing further, released goes on, and a waiting date can be released by hand', async () => {
    const handle = await backfill('gates', '20260311', '20260314', { concurrency: 1 });
    const dates = () => begun('gated').filter((date) => date.startsWith('2026031'));
    await eventually('the first body', () => dates().length === 1);
    const view = (await readBackfill(server, handle.workflowId))!;
    expect(await tellBackfill(server, view, 'hold', { reason: 'the source is down' })).toContain('held');
    engine.open(`${id('gated')}20260311`);
    const held = await eventually('the end of the first', async () => {
      const progress = await progressOf(handle.workflowId);
      return progress.done === 1 ? progress : null;
    });
    expect(held).toMatchObject({ working: 0, waiting: 3, left: 3, held: { by: 'marie@desk', reason: 'the source is down' } });
    await engine.client.workflow.getHandle(`${id('gates')}:20260313`).executeUpdate('release', { args: [{ by: 'marie' }] });
    await eventually('the one released by hand', () => dates().includes('20260313'));
    expect(dates()).toEqual(['20260311', '20260313']);
    expect(await tellBackfill(server, view, 'release', {})).toBe('released');
    await expect(tellBackfill(server, view, 'release', {})).rejects.toThrow('is not held');
    for (const date of ['20260312', '20260313', '20260314']) engine.open(`${id('gated')}${date}`);
    expect(await resultOf<BackfillResult>(handle as never)).toMatchObject({ status: 'success', done: 4 });
    expect(dates()).toHaveLength(4);
  });

  test('leaves a date held that somebody holds while it waits', async () => {
    const handle = await backfill('gates', '20260421', '20260422', { concurrency: 1 });
    const dates = () => begun('gated').filter((date) => date.startsWith('2026042'));
    await eventually('the first body', () => dates().length === 1);
    const second = engine.client.workflow.getHandle(`${id('gates')}:20260422`);
    await second.executeUpdate('hold', { args: [{ by: 'paul', reason: 'wrong data' }] });
    engine.open(`${id('gated')}20260421`);
    engine.open(`${id('gated')}20260422`);
    await eventually('its turn', async () => {
      const { done, working } = await progressOf(handle.workflowId);
      return done === 1 && working === 1;
    });
    await eventually('the refused release', async () =>
      (await second.fetchHistory()).events?.some((event) => event.workflowExecutionSignaledEventAttributes),
    );
    expect((await second.query<ChainProgress>('progress')).held).toMatchObject({ by: 'paul' });
    expect(dates()).toEqual(['20260421']);
    await second.executeUpdate('release', { args: [{ by: 'paul' }] });
    expect(await resultOf<BackfillResult>(handle as never)).toMatchObject({ status: 'success', done: 2 });
  });

  test('cancelled stops what waits and what works, and keeps the table of what was done', async () => {
    const handle = await backfill('gates', '20260321', '20260324', { concurrency: 1 });
    engine.open(`${id('gated')}20260321`);
    await eventually('the second body', () => begun('gated').includes('20260322'));
    await cancelRun(server, handle.workflowId, 'wrong range');
    expect((await failureOf(handle)).type).toBe('CancelledFailure');
    const view = (await readBackfill(server, handle.workflowId))!;
    expect(view).toMatchObject({
      status: 'cancelled',
      result: {
        status: 'cancelled',
        end_reason: 'by marie@desk: wrong range',
        done: 1,
        cancelled: 3,
        failed: 0,
        left: 0,
        total: 4,
      },
    });
    expect(begun('gated').filter((date) => date.startsWith('2026032'))).toEqual(['20260321', '20260322']);
    // Nothing is lost: the next one makes what is left.
    expect((await plan('gates', '20260321', '20260324')).runs.map(({ date }) => date)).toEqual([
      '20260322',
      '20260323',
      '20260324',
    ]);
  });

  test('whose hold runs out ends so, and runs nothing that waited', async () => {
    const handle = await backfill('gates', '20260401', '20260403', { concurrency: 1 });
    await eventually('the first body', () => begun('gated').includes('20260401'));
    const until = new Date(Date.now() + 1_000).toISOString();
    await tellBackfill(server, { workflowId: handle.workflowId, end: null }, 'hold', { until });
    await eventually('the end of the wait', async () => (await progressOf(handle.workflowId)).cancelled === 2);
    engine.open(`${id('gated')}20260401`);
    const { type, result } = await failureOf(handle);
    expect(type).toBe('hold_expired');
    expect(result).toMatchObject({ done: 1, cancelled: 2, end_reason: `held by marie@desk and not released until ${until}` });
  });

  test('awaits a run that somebody else started, and takes no place for it', async () => {
    await engine.startChain({ chain: id('gates'), date: '20260411' });
    await eventually('the body of the other', () => begun('gated').includes('20260411'));
    const planned = await plan('gates', '20260412', '20260412', { concurrency: 1 });
    const slot = { date: '20260411', runKey: '20260411', scheduledFor: '2026-04-11T04:00:00Z' };
    // As if the other had begun between plan and start.
    await startBackfill(server, { ...planned, runs: [slot, ...planned.runs] });
    const handle = engine.client.workflow.getHandle(planned.workflowId);
    await eventually('the body of ours', () => begun('gated').includes('20260412'));
    engine.open(`${id('gated')}20260411`);
    engine.open(`${id('gated')}20260412`);
    expect(await resultOf<BackfillResult>(handle as never)).toMatchObject({ status: 'success', done: 1, already: 1 });
    expect(begun('gated').filter((date) => date === '20260411')).toHaveLength(1);
  });

  test('of chosen tasks runs those, keeps the rest, and is judged by them', async () => {
    await resultOf(await engine.startChain({ chain: id('moods'), date: '20260501' }));
    const chosen = { tasks: [id('after')] };
    const planned = await plan('moods', '20260501', '20260502', chosen);
    expect(planned.counts).toMatchObject({ done: 1, missing: 1 });
    expect(planned.workflowId).toMatch(/:20260501-20260502:tasks-[0-9a-f]{6}$/);
    // The other date has no run of the parent, so the chosen task cannot run, and that is told.
    await startBackfill(server, planned);
    const { result } = await failureOf(engine.client.workflow.getHandle(planned.workflowId));
    expect(result).toMatchObject({ done: 0, failed: 1 });
    expect(witnessed('moody').filter(({ date }) => date === '20260502')).toEqual([]);

    const first = await backfill('moods', '20260502', '20260502', { tasks: [id('moody')] });
    expect(await resultOf<BackfillResult>(first as never)).toMatchObject({ status: 'success', done: 1 });
    // Its chain is not done by that: the rest is still missing, and the chain says so.
    expect((await plan('moods', '20260502', '20260502')).counts).toMatchObject({ failed: 1 });
    await resultOf(await backfill('moods', '20260502', '20260502', chosen));
    expect(witnessed('moody').filter(({ date }) => date === '20260502')).toHaveLength(1);
    expect(witnessed('after').filter(({ date }) => date === '20260502')).toHaveLength(1);
    const chain = await resultOf<ChainResult>(engine.client.workflow.getHandle(`${id('moods')}:20260502`));
    expect(chain).toMatchObject({ status: 'success', counts: { success: 2 } });
  });

  test('of a chain that depends on its past goes by date, one at a time', async () => {
    const planned = await plan('strict', '20260301', '20260304', { order: 'desc', concurrency: 4 });
    expect(planned).toMatchObject({
      dependsOnPast: id('past'),
      request: { order: 'asc', concurrency: 1 },
      rest: { strict: true },
    });
    await startBackfill(server, planned);
    await resultOf(engine.client.workflow.getHandle(planned.workflowId));
    expect(begun('past')).toEqual(['20260301', '20260302', '20260303', '20260304']);
    expect(overlap('past')).toBe(1);
  });

  test('of a chain keyed by slot makes all slots of its dates', async () => {
    // Closed runs of it are kept for thirty days only.
    const planned = await plan('hourly', '20260301', '20260302', { beyondRetention: true });
    expect(planned).toMatchObject({ keyedBy: 'slot', dates: 2, counts: { missing: 8 } });
    await startBackfill(server, planned);
    expect(await resultOf<BackfillResult>(engine.client.workflow.getHandle(planned.workflowId) as never)).toMatchObject({
      done: 8,
    });
    const chain = await resultOf<ChainResult>(engine.client.workflow.getHandle(`${id('hourly')}:20260301T110000Z`));
    expect(chain).toMatchObject({ date: '20260301', run_key: '20260301T110000Z', scheduled_for: '2026-03-01T11:00:00Z' });
  });

  test('of a task with a schedule of its own needs no chain', async () => {
    const planned = await plan('own', '20260301', '20260303');
    expect(planned.request.kind).toBe('task');
    await startBackfill(server, planned);
    expect(await resultOf<BackfillResult>(engine.client.workflow.getHandle(planned.workflowId) as never)).toMatchObject({
      done: 3,
    });
    expect(witnessed('own').map(({ phase }) => phase)).toEqual(['backfill', 'backfill', 'backfill']);
    const done = await engine.client.workflow.getHandle(`${id('own')}:20260302`).describe();
    expect(done.memo?.backfill).toBe(planned.workflowId);
    expect(done.raw.workflowExecutionInfo?.priority?.priorityKey).toBe(5);
  });

  test('goes on in a new execution with what it has counted, and is listed once', async () => {
    const planned = await plan('simple', '20260601', '20260606');
    const { runs, request, rest } = planned;
    const tally = { done: 2, already: 0, failed: 1, cancelled: 0, failures: [{ run: 'x:20260603', message: 'broken' }] };
    const input: BackfillInput = {
      ...request,
      ...rest,
      runs: runs.slice(3),
      before: { tally, total: 6, started: Date.parse('2026-11-01T00:00:00Z'), ends: [], held: null },
    };
    const handle = await engine.client.workflow.start('backfill', {
      taskQueue: engine.taskQueue,
      workflowId: planned.workflowId,
      args: [input],
    });
    expect((await failureOf(handle)).result).toMatchObject({
      total: 6,
      done: 5,
      failed: 1,
      left: 0,
      started: '2026-11-01T00:00:00.000Z',
      failures: tally.failures,
    });
    const listed = await eventually('the list', async () => {
      const views = (await listBackfills(server, id('simple'))).filter(
        ({ workflowId }) => workflowId === `backfill:${id('simple')}:20260301-20260302`,
      );
      return views.length > 0 ? views : null;
    });
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({ status: 'success', request: { id: id('simple'), by: 'marie@desk' }, result: { done: 2 } });
    expect(await listBackfills(server, undefined, 2)).toHaveLength(2);
  });

  test('longer than one history holds goes on in the next execution, and counts on', async () => {
    await resultOf(await engine.startChain({ chain: id('simple'), date: '20260701' }));
    const planned = await plan('simple', '20260702', '20260704');
    const slot = { date: '20260701', runKey: '20260701', scheduledFor: '2026-07-01T04:00:00Z' };
    // Meeting a run that is done is the quickest way to fill a history.
    const many = Array.from({ length: 950 }, () => slot);
    const started = await startBackfill(server, {
      ...planned,
      runs: [...many, ...planned.runs],
      // Few at a time, so that most have ended before the last is started.
      rest: { resultBytes: 200_000 },
    });
    const handle = engine.client.workflow.getHandle(planned.workflowId);
    const result = await resultOf<BackfillResult>(handle as never, 100_000);
    expect(result).toMatchObject({ status: 'success', total: 953, already: 950, done: 3, left: 0 });
    const view = (await readBackfill(server, planned.workflowId))!;
    expect(view.runId).not.toBe(started.runId);
    expect(view).toMatchObject({ status: 'success', total: 953, request: { id: id('simple') }, result });
  });

  test('starts all before any works, so that all are seen at once, and lets fresh runs pass', async () => {
    const planned = await plan('wide', '20251101', '20251210', { concurrency: 8 });
    await startBackfill(server, planned);
    const handle = engine.client.workflow.getHandle(planned.workflowId);
    await eventually('the first body', () => begun('slow').some((date) => date.startsWith('2025')));
    await resultOf(await engine.startChain({ chain: id('simple'), date: '20260801' }));
    expect((await progressOf(handle.workflowId)).left).toBeGreaterThan(0);
    expect(await resultOf<BackfillResult>(handle as never)).toMatchObject({ status: 'success', done: 40, already: 0, failed: 0 });
    const firstBody = Math.min(
      ...witnessed('slow')
        .filter(({ date }) => date.startsWith('2025'))
        .map(({ at }) => at),
    );
    const starts = await Promise.all(
      planned.runs.map(
        async ({ runKey }) => (await engine.client.workflow.getHandle(`${id('wide')}:${runKey}`).describe()).startTime,
      ),
    );
    expect(starts).toHaveLength(40);
    for (const start of starts) expect(start.getTime()).toBeLessThanOrEqual(firstBody);
    expect(overlap('slow', (date) => date.startsWith('2025'))).toBeLessThanOrEqual(8);
  });

  test('typed by hand without its runs is refused in words', async () => {
    const handle = await engine.client.workflow.start('backfill', {
      taskQueue: engine.taskQueue,
      workflowId: `backfill:${id('simple')}:by-hand`,
      args: [{ id: id('simple') }],
    });
    expect((await failureOf(handle)).message).toContain('have it made: daychain backfill CHAIN FROM TO');
  });
});
