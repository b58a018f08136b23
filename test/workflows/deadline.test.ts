import type { WorkflowHandle } from '@temporalio/client';
import { beforeAll, describe, expect, test } from 'vitest';
import { startSlot } from '../../src/control/start-slot.js';
import { shellId } from '../../src/plan/ids.js';
import type { ChainResult, TaskResult } from '../../src/plan/types.js';
import { addDays } from '../../src/time/dates.js';
import { instantText, localDate } from '../../src/time/zones.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

const PLAIN = `{ retry: { retries: 0 }, run(ctx) { witness(ctx, 'body'); } }`;
const GATED = `{ retry: { retries: 0 }, async run(ctx) {
  witness(ctx, 'begin');
  ctx.signal.addEventListener('abort', () => witness(ctx, 'told'));
  await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.task + '-' + ctx.runKey);
  witness(ctx, 'end');
} }`;
/** Fails while the gate of its own run is closed. */
const FLAKY = `{ retry: { retries: 0 }, run(ctx) {
  witness(ctx, 'body');
  if (!existsSync(ctx.secrets.get('GATES') + '/' + ctx.task + '-' + ctx.runKey)) throw new TaskError('not yet');
} }`;

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'deadlines',
    timezone: 'UTC',
    tasks: {
      dl_first: PLAIN,
      dl_slow: GATED,
      dl_met: GATED,
      dl_never: PLAIN,
      dl_again: GATED,
      dl_past: FLAKY,
      dl_before: FLAKY,
      dl_keyed: FLAKY.replace('{', "{ schedule: { cron: '*/7 6-23 * * *', key: 'date' }, dependsOnPast: true,"),
      dl_own: `{ schedule: { daily: '06:00' }, deadline: '00:01', dependsOnPast: true, run(ctx) { witness(ctx, 'body'); } }`,
    },
    chains: {
      'dl-chain': { tasks: { dl_first: [], dl_slow: ['dl_first'], dl_met: ['dl_first'], dl_never: ['dl_slow'] } },
      'dl-late': { deadline: '00:01', tasks: { dl_again: [] } },
      'dl-past': {
        schedule: { daily: '06:00' },
        catchUp: 'all',
        overlap: 'allow',
        tasks: { dl_before: [], dl_past: { dependsOn: ['dl_before'], runWhen: 'all_done', dependsOnPast: true } },
      },
    },
  });
});

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString().replace('Z', '+00:00');
const phases = (task: string, of?: string) =>
  engine.witness().flatMap(({ task: name, date, phase }) => (name === task && date === (of ?? date) ? [phase] : []));
const phaseOf = async (id: string) =>
  (
    await engine.client.workflow
      .getHandle(id)
      .query<{ phase: string }>('progress')
      .catch(() => null)
  )?.phase;

/** When its workflow began, by the server: epoch milliseconds. */
const beginOf = (run: WorkflowHandle) =>
  eventually('its begin', async () => {
    const begin = (await run.fetchHistory()).events!.find((event) => event.workflowTaskStartedEventAttributes);
    return begin && Number(begin.eventTime!.seconds) * 1_000 + Number(begin.eventTime!.nanos) / 1_000_000;
  });

/** A chain whose slow body has begun before its deadline, which is near; further off, where this machine was too slow for that. */
async function begunInTime(days = 0): Promise<{ date: string; met: WorkflowHandle; deadline: string; chain: WorkflowHandle }> {
  const date = addDays('20260213', days);
  const met = await engine.startTask({ task: 'dl_met', date, chain: 'dl-chain' });
  await eventually('the body of the run met', () => phases('dl_met', date).length === 1);
  const deadline = inMs([5_000, 20_000, 60_000][days]!);
  const chain = await engine.startChain({ chain: 'dl-chain', date, deadline });
  await eventually(
    'the slow body, or the end',
    async () => phases('dl_slow', date).length > 0 || (await chain.describe()).status.name !== 'RUNNING',
    90_000,
  );
  const begin = engine.witness().find((line) => line.task === 'dl_slow' && line.date === date);
  if (days === 2 || (begin !== undefined && begin.at < Date.parse(deadline))) return { date, met, deadline, chain };
  for (const task of ['dl_met', 'dl_slow']) engine.open(`${task}-${date}`);
  return await begunInTime(days + 1);
}

describe('a deadline', () => {
  test('ends what the chain started, fails what has not begun, and lets go of runs of others', async () => {
    const { date, met, deadline, chain } = await begunInTime();
    const { type, message, result } = await failureOf(chain);
    expect(type).toBe('deadline');
    const text = `${deadline.slice(11, 16)} on ${deadline.slice(0, 10)} (UTC+00:00)`;
    expect(message.split('\n')[0]).toBe(`dl-chain ${date} failed at its deadline, ${text}: 1 success, 3 failed.`);
    expect(result).toMatchObject({ status: 'failed', kind: 'deadline', reason: message.split('\n')[0] });
    expect(Object.fromEntries(Object.entries(result.tasks).map(([id, { kind }]) => [id, kind]))).toEqual({
      dl_first: null,
      dl_slow: 'deadline',
      dl_met: 'deadline',
      dl_never: 'deadline',
    });
    expect(result.tasks.dl_slow!.reason).toBe(`unfinished at the deadline, ${text}`);
    expect(result.tasks.dl_never!.reason).toBe(`not begun at the deadline, ${text}`);
    await eventually('the slow body was told', () => phases('dl_slow', date).length > 1);
    expect(phases('dl_slow', date)).toEqual(['begin', 'told']);
    const slow = await failureOf(engine.client.workflow.getHandle(`dl_slow:${date}`));
    expect(slow).toMatchObject({ type: 'deadline', result: { status: 'failed', kind: 'deadline', settled: false, attempts: 1 } });
    expect(phases('dl_met', date)).toEqual(['begin']);
    engine.open(`dl_met-${date}`);
    expect(await resultOf<TaskResult>(met)).toMatchObject({ status: 'success' });
    expect(phases('dl_never', date)).toEqual([]);
  }, 300_000);

  test('met in time changes nothing', async () => {
    for (const task of ['dl_slow', 'dl_met']) engine.open(`${task}-20260204`);
    const chain = await engine.startChain({ chain: 'dl-chain', date: '20260204', deadline: inMs(3_600_000) });
    const result = await resultOf<ChainResult>(chain);
    expect(result).toMatchObject({ status: 'success', kind: null });
    expect(result.late).toBeUndefined();
  });

  test('that has passed before the run began: it is late, and goes on; so does a rerun', async () => {
    engine.open('dl_again-20260203');
    const chain = await engine.startChain({ chain: 'dl-late', date: '2026-02-03' }, { id: 'dl-late:20260203' });
    expect(await resultOf<ChainResult>(chain)).toMatchObject({ status: 'success', late: true });
    const rerun = await engine.client.workflow.start('runChain', {
      taskQueue: engine.taskQueue,
      workflowId: 'dl-late:20260203',
      args: [{ chain: 'dl-late', date: '20260203', mark: Date.now(), rerun: { mode: 'all', by: 'marie', reason: 'again' } }],
    });
    expect(await resultOf<ChainResult>(rerun)).toMatchObject({ status: 'success', late: true });
    expect(phases('dl_again').filter((phase) => phase === 'end')).toHaveLength(2);
  });

  test("of a task's own schedule marks its run late", async () => {
    expect(
      await resultOf<TaskResult>(await engine.startTask({ task: 'dl_own', date: '2026-02-03' }, { id: 'dl_own:20260203' })),
    ).toMatchObject({ status: 'success', late: true });
  });
});

describe('a task that depends on its past', () => {
  const fire = async (date: string) => {
    const slot = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T06:00:00Z`;
    const rule = { schedule: { daily: '06:00' }, timezone: 'UTC' };
    expect(await startSlot(engine, { chain: 'dl-past', slot, rule, asked: { by: 'marie', reason: null, inOrder: true } })).toBe(
      'started',
    );
    return engine.client.workflow.getHandle(shellId('dl-past', slot));
  };
  const today = localDate(Date.now(), 'UTC');
  const dates = [-9, -8, -7, -6, -5].map((days) => addDays(today, days));
  const [first, second, third, fourth, fifth] = dates as [string, string, string, string, string];

  test('runs where there is no earlier slot, waits where the one before failed, and goes on once that is settled', async () => {
    const failed = await failureOf(await fire(first));
    expect(failed.result.tasks.dl_past).toMatchObject({ status: 'failed', kind: 'error' });
    engine.open(`dl_before-${second}`);
    engine.open(`dl_past-${second}`);
    const waits = await fire(second);
    await eventually('its wait', async () => (await phaseOf(`dl_past:${second}`)) === 'waiting_for_run');
    const [pending] = (await engine.client.workflow.getHandle(`dl_past:${second}`).describe()).raw.pendingActivities!;
    expect(pending!.activityType!.name).toBe('awaitPast');
    expect(engine.witness().filter(({ task, date }) => task === 'dl_past' && date === second)).toEqual([]);

    for (const task of ['dl_before', 'dl_past']) engine.open(`${task}-${first}`);
    const rerun = { mode: 'unsuccessful', by: 'marie', reason: null } as const;
    await engine.client.workflow.start('runChain', {
      taskQueue: engine.taskQueue,
      workflowId: `dl-past:${first}`,
      args: [{ chain: 'dl-past', date: first, mark: Date.now(), rerun }],
    });
    expect(await resultOf<ChainResult>(waits)).toMatchObject({ status: 'success' });
  });

  test('fails at the deadline as past_not_done, naming the earlier run and the command', async () => {
    // The slot before has a shell whose chain failed before it came to the task.
    await failureOf(await fire(third));
    const begun = async (soonMs: number) => {
      const deadline = inMs(soonMs);
      const run = await engine.startTask({
        task: 'dl_past',
        date: fourth,
        scheduledFor: instantText(`${fourth.slice(0, 4)}-${fourth.slice(4, 6)}-${fourth.slice(6)}T06:00:00Z`),
        dependsOnPast: 'dl-past',
        deadline,
      });
      if ((await beginOf(run)) < Date.parse(deadline)) return run;
      await run.terminate('it began after its deadline, and so has none');
      return null;
    };
    const run = (await begun(2_000)) ?? (await begun(30_000));
    const { type, message, result } = await failureOf(run!);
    expect(type).toBe('past_not_done');
    expect(result).toMatchObject({ status: 'failed', kind: 'past_not_done', attempts: 0 });
    expect(message).toContain(`dl_past:${third} failed. Settle it first: daychain rerun dl_past:${third}`);
  });

  test('looks past the other slots of its own date, where several share one run', async () => {
    const day = (date: string, time: string) => `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time}:00Z`;
    const before = await engine.startTask({ task: 'dl_keyed', date: first, scheduledFor: day(first, '06:00') });
    expect((await failureOf(before)).type).toBe('error');
    const waits = await engine.startTask({ task: 'dl_keyed', date: second, scheduledFor: day(second, '23:49') });
    await eventually('its wait', async () => (await phaseOf(`dl_keyed:${second}`)) === 'waiting_for_run');
    await waits.signal('skip', { by: 'marie', reason: 'no need' });
    expect(await resultOf<TaskResult>(waits)).toMatchObject({ kind: 'skipped_by_operator' });
  });

  test('can be skipped while it waits', async () => {
    const waits = await fire(fifth);
    await eventually('its wait', async () => (await phaseOf(`dl_past:${fifth}`)) === 'waiting_for_run');
    await engine.client.workflow.getHandle(`dl_past:${fifth}`).signal('skip', { by: 'marie', reason: 'no need' });
    const { result } = await failureOf(waits);
    expect(result.tasks.dl_past).toMatchObject({ status: 'skipped', kind: 'skipped_by_operator' });
  });

  test('a slot that was left out does not count, nor one without a run', async () => {
    const old = '2025-06-0';
    const own = await engine.startTask({ task: 'dl_own', date: `${old}2` }, { id: 'dl_own:20250602' });
    expect(await resultOf<TaskResult>(own)).toMatchObject({ status: 'success' });
    await startSlot(engine, {
      chain: 'dl_own',
      slot: `${old}4T06:00:00Z`,
      rule: { schedule: { daily: '06:00' }, timezone: 'UTC' },
    });
    const left = engine.client.workflow.getHandle(shellId('dl_own', `${old}4T06:00:00Z`));
    expect(await resultOf<unknown>(left)).toMatchObject({ kind: 'coalesced' });
    const next = await engine.startTask({ task: 'dl_own', date: `${old}5` }, { id: 'dl_own:20250605' });
    expect(await resultOf<TaskResult>(next)).toMatchObject({ status: 'success' });
  });
});
