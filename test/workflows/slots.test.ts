import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSlot } from '../../src/control/start-slot.js';
import { shellId } from '../../src/plan/ids.js';
import type { ChainResult, Json, SlotResult } from '../../src/plan/types.js';
import { latestSlots, type Slot } from '../../src/time/slots.js';
import { instantText } from '../../src/time/zones.js';
import { syncProject } from '../../src/schedules.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';
import { temporalAddress, temporalBinary } from '../support/servers.js';

const STATUS = defineSearchAttributeKey('TaskStatus', 'KEYWORD');
const CHAIN = defineSearchAttributeKey('ChainName', 'KEYWORD');
const DATE = defineSearchAttributeKey('TaskDate', 'KEYWORD');

/** Half a day away from now, so that no slot falls due while the tests run. */
const TIME = instantText(Date.now() + 12 * 3_600_000).slice(11, 16);
const MINUTE_OF_HOUR = (new Date().getUTCMinutes() + 30) % 60;

const BODY = `{ retry: { retries: 0 }, run(ctx) { witness(ctx, 'body'); return { backfill: ctx.backfill }; } }`;
const GATED = `{ retry: { retries: 0 }, async run(ctx) {
  witness(ctx, 'begin');
  await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.task + '-' + ctx.runKey);
  witness(ctx, 'end');
} }`;

/** One chain of one task, both of this name. */
const NAMES = {
  all: { catchUp: 'all' },
  latest: { catchUp: 'latest' },
  none: { catchUp: 'none' },
  last: { catchUp: { last: 2 } },
  within: { catchUp: 'all', startWithin: '1 hour' },
  queue: { catchUp: 'all', overlap: 'queue' },
  skip: { catchUp: 'all', overlap: 'skip' },
  skiplatest: { catchUp: 'latest', overlap: 'skip' },
  cancel: { catchUp: 'all', overlap: 'cancel' },
  allow: { catchUp: 'all', overlap: 'allow' },
  inorder: { catchUp: 'none', overlap: 'queue' },
  paused: { catchUp: 'none' },
  thirty: { catchUp: 'latest', overlap: 'skip', startWithin: '5 minutes', deadline: '00:01' },
} as const;
const GATED_ONES = ['queue', 'skip', 'cancel', 'allow', 'inorder'];

let engine: Engine;

beforeAll(async () => {
  const names = Object.keys(NAMES);
  engine = await startEngine({
    name: 'slots',
    timezone: 'UTC',
    successKeys: 'read-write',
    tasks: {
      ...Object.fromEntries(names.map((name) => [`sl_${name}`, GATED_ONES.includes(name) ? GATED : BODY])),
      sl_own: `{ schedule: { daily: '${TIME}' }, catchUp: 'latest', run(ctx) { witness(ctx, 'body'); } }`,
      sl_often: GATED,
      sl_tries: `{ retry: { retries: 0 }, run(ctx) {
        witness(ctx, 'body');
        if (!existsSync(ctx.secrets.get('GATES') + '/sl_tries-' + ctx.runKey)) throw new TaskError('not yet');
      } }`,
    },
    chains: {
      ...Object.fromEntries(
        Object.entries(NAMES).map(([name, policy]) => [
          `sl-${name}`,
          { schedule: { daily: TIME }, ...policy, tasks: { [`sl_${name}`]: [] } },
        ]),
      ),
      'sl-tries': { schedule: { daily: TIME }, tasks: { sl_tries: [] } },
      'sl-often': {
        schedule: { cron: `${MINUTE_OF_HOUR} * * * *` },
        catchUp: 'all',
        overlap: 'allow',
        tasks: { sl_often: [] },
      },
    },
  });
});

const scheduleOf = (id: string) => (engine.registry.chain(id) ?? engine.registry.timingOf(id))!;

/** The newest due slots of a schedule, oldest first. */
function dueSlots(id: string, count: number): Slot[] {
  const now = Date.now();
  return latestSlots(scheduleOf(id).compiled!, now, count, now - 40 * 86_400_000).reverse();
}

/** Starts a slot's shell as the server does. */
async function fire(id: string, { scheduledFor }: Slot, asked?: { inOrder?: boolean }): Promise<WorkflowHandle> {
  const { schedule, timezone } = scheduleOf(id);
  const started = await startSlot(engine, {
    chain: id,
    slot: scheduledFor,
    rule: { schedule: schedule as unknown as Json, timezone },
    ...(asked && { asked: { by: 'marie', reason: null, ...asked } }),
  });
  expect(started).toBe('started');
  return engine.client.workflow.getHandle(shellId(id, scheduledFor));
}

async function fireAll(id: string, slots: readonly Slot[]): Promise<WorkflowHandle[]> {
  const handles: WorkflowHandle[] = [];
  for (const slot of slots) handles.push(await fire(id, slot));
  return handles;
}

const ends = (handles: readonly WorkflowHandle[]) =>
  Promise.all(
    handles.map(async (handle) => await resultOf<ChainResult | SlotResult>(handle).then(({ kind, status }) => kind ?? status)),
  );
const ran = (task: string, phase?: string) =>
  engine.witness().filter((line) => line.task === task && (phase === undefined || line.phase === phase));
const pendingOf = async (handle: WorkflowHandle) => (await handle.describe()).raw.pendingActivities?.[0]?.activityType?.name;

describe('slots that fell due while nobody was there', () => {
  test('all: each runs, oldest first', async () => {
    const slots = dueSlots('sl-all', 3);
    expect(await ends(await fireAll('sl-all', slots))).toEqual(['success', 'success', 'success']);
    expect(ran('sl_all').map(({ date }) => date)).toEqual(slots.map(({ date }) => date));
  });

  test('latest: the newest runs, the others are on record as coalesced, and found without their histories', async () => {
    const slots = dueSlots('sl-latest', 3);
    const handles = await fireAll('sl-latest', slots);
    expect(await ends(handles)).toEqual(['coalesced', 'coalesced', 'success']);
    expect(ran('sl_latest').map(({ date }) => date)).toEqual([slots[2]!.date]);
    const { date, runKey, scheduledFor } = slots[0]!;
    const wanted: SlotResult = {
      chain: 'sl-latest',
      slot: scheduledFor,
      date,
      run_key: runKey,
      status: 'skipped',
      kind: 'coalesced',
      reason: expect.stringMatching(/newer slot is due.*\n.*daychain backfill sl-latest/) as string,
    };
    expect(await resultOf(handles[0]!)).toEqual(wanted);
    const seen = await handles[0]!.describe();
    expect(seen.status.name).toBe('COMPLETED');
    expect(seen.memo?.result).toEqual(wanted);
    expect([STATUS, CHAIN, DATE].map((key) => seen.typedSearchAttributes.get(key))).toEqual(['skipped', 'sl-latest', date]);
  });

  test('none: all are misfired; a task with its own schedule is treated like a chain', async () => {
    expect(await ends(await fireAll('sl-none', dueSlots('sl-none', 3)))).toEqual(['misfired', 'misfired', 'misfired']);
    expect(ran('sl_none')).toEqual([]);
    expect(await ends(await fireAll('sl_own', dueSlots('sl_own', 3)))).toEqual(['coalesced', 'coalesced', 'success']);
    expect(ran('sl_own')).toHaveLength(1);
  });

  test('the last n; and startWithin beats catchUp', async () => {
    expect(await ends(await fireAll('sl-last', dueSlots('sl-last', 4)))).toEqual([
      'coalesced',
      'coalesced',
      'success',
      'success',
    ]);
    expect(await ends(await fireAll('sl-within', dueSlots('sl-within', 2)))).toEqual(['misfired', 'misfired']);
  });

  test('latest under overlap skip: the newest is not left out because of those that are left out themselves', async () => {
    expect(await ends(await fireAll('sl-skiplatest', dueSlots('sl-skiplatest', 3)))).toEqual([
      'coalesced',
      'coalesced',
      'success',
    ]);
  });
});

describe('a slot that is due while an earlier one runs', () => {
  test('queue: waits its turn without a worker slot, however the earlier one ends; oldest first', async () => {
    const slots = dueSlots('sl-queue', 3);
    const handles = await fireAll('sl-queue', slots);
    await eventually('the first body', () => ran('sl_queue').length === 1);
    await eventually('the wait of the third', async () => (await pendingOf(handles[2]!)) === 'awaitShell');
    expect(ran('sl_queue')).toHaveLength(1);
    await engine.client.workflow.getHandle(`sl-queue:${slots[0]!.runKey}`).cancel();
    for (const { runKey } of slots.slice(1)) engine.open(`sl_queue-${runKey}`);
    expect((await failureOf(handles[0]!)).type).toBe('cancelled');
    expect(await ends(handles.slice(1))).toEqual(['success', 'success']);
    expect(ran('sl_queue', 'end').map(({ runKey }) => runKey)).toEqual(slots.slice(1).map(({ runKey }) => runKey));
    const [, second, third] = slots.map(({ runKey }) => ran('sl_queue').filter((line) => line.runKey === runKey));
    expect(third!.find(({ phase }) => phase === 'begin')!.at).toBeGreaterThanOrEqual(
      second!.find(({ phase }) => phase === 'end')!.at,
    );
  });

  test('skip: it is overlapped', async () => {
    const slots = dueSlots('sl-skip', 2);
    const earlier = await fire('sl-skip', slots[0]!);
    await eventually('the first body', () => ran('sl_skip').length === 1);
    const later = await resultOf<unknown>(await fire('sl-skip', slots[1]!));
    expect(later).toMatchObject({
      status: 'skipped',
      kind: 'overlapped',
      reason: expect.stringContaining(slots[0]!.scheduledFor) as string,
    });
    engine.open(`sl_skip-${slots[0]!.runKey}`);
    expect(await ends([earlier])).toEqual(['success']);
  });

  test('cancel: the earlier run is stopped, and the reason names the newer slot', async () => {
    const slots = dueSlots('sl-cancel', 2);
    const earlier = await fire('sl-cancel', slots[0]!);
    await eventually('the first body', () => ran('sl_cancel').length === 1);
    const later = await fire('sl-cancel', slots[1]!);
    engine.open(`sl_cancel-${slots[1]!.runKey}`);
    expect((await failureOf(earlier)).type).toBe('CancelledFailure');
    expect(await ends([later])).toEqual(['success']);
    const { events } = await earlier.fetchHistory();
    const asked = events!.flatMap((event) => event.workflowExecutionCancelRequestedEventAttributes ?? []);
    expect(asked.map(({ cause }) => cause)).toEqual([
      `the slot ${slots[1]!.scheduledFor} of sl-cancel is due, and overlap is cancel`,
    ]);
    expect((await engine.client.workflow.getHandle(`sl-cancel:${slots[0]!.runKey}`).describe()).status.name).toBe('CANCELLED');
  });

  test('allow: both run at once', async () => {
    const slots = dueSlots('sl-allow', 2);
    const handles = await fireAll('sl-allow', slots);
    await eventually('both bodies', () => ran('sl_allow', 'begin').length === 2);
    for (const { runKey } of slots) engine.open(`sl_allow-${runKey}`);
    expect(await ends(handles)).toEqual(['success', 'success']);
  });
});

describe('slots somebody asked for', () => {
  test('are not judged; asked for in order, they still wait their turn', async () => {
    const slots = dueSlots('sl-inorder', 3);
    const first = await fire('sl-inorder', slots[0]!, { inOrder: true });
    const second = await fire('sl-inorder', slots[1]!, { inOrder: true });
    await eventually('the wait of the second', async () => (await pendingOf(second)) === 'awaitShell');
    const beside = await fire('sl-inorder', slots[2]!, {});
    await eventually('the third beside the first', () => ran('sl_inorder', 'begin').length === 2);
    for (const { runKey } of slots) engine.open(`sl_inorder-${runKey}`);
    expect(await ends([first, second, beside])).toEqual(['success', 'success', 'success']);
  });

  test('by a shell typed by hand, under any other ID', async () => {
    const [slot] = dueSlots('sl-none', 5) as [Slot];
    const input = { chain: 'sl-none', slot: slot.scheduledFor, rule: { schedule: { daily: TIME }, timezone: 'UTC' } };
    const typed = await engine.client.workflow.start('scheduledChain', {
      taskQueue: engine.taskQueue,
      workflowId: 'typed-by-hand',
      args: [input],
    });
    expect(await ends([typed])).toEqual(['success']);
  });
});

test('several slots of one date: a failed run is repeated by the next, a done one is not', async () => {
  const at = (time: string) => ({ date: '20260203', runKey: '20260203', scheduledFor: `2026-02-03T${time}:00Z` });
  // Instants the schedule does not name stand for their date, as those of a chain keyed by date do.
  const failed = await failureOf(await fire('sl-tries', at('06:07')));
  expect(failed.result.tasks.sl_tries).toMatchObject({ status: 'failed' });
  engine.open('sl_tries-20260203');
  expect(await ends([await fire('sl-tries', at('06:14')), await fire('sl-tries', at('06:21'))])).toEqual(['success', 'success']);
  expect(ran('sl_tries')).toHaveLength(2);
});

describe('with a schedule on the server', () => {
  const temporal = (...args: string[]) => promisify(execFile)(temporalBinary().path, [...args, '--address', temporalAddress()]);
  const backfill = (id: string, from: Slot, to: Slot) =>
    temporal(
      ...['schedule', 'backfill', '--schedule-id', id, '--overlap-policy', 'AllowAll'],
      ...['--start-time', from.scheduledFor, '--end-time', to.scheduledFor],
    );

  beforeAll(async () => {
    await syncProject(engine.server, engine.registry);
  });
  afterAll(async () => {
    for await (const { scheduleId } of engine.client.schedule.list()) {
      if (/^sl[-_]/.test(scheduleId)) await engine.client.schedule.getHandle(scheduleId).delete();
    }
  });

  test('thirty old undone dates asked for by the temporal program all run, marked late and as backfill; done ones do not again', async () => {
    const slots = dueSlots('sl-thirty', 31).slice(0, 30);
    await backfill('sl-thirty', slots[0]!, slots[29]!);
    await eventually('thirty bodies', () => ran('sl_thirty').length === 30, 150_000);
    const handles = slots.map(({ runKey }) => engine.client.workflow.getHandle(`sl-thirty:${runKey}`));
    const results = await Promise.all(handles.map((handle) => resultOf<ChainResult>(handle)));
    expect(results.filter(({ status, late }) => status === 'success' && late === true)).toHaveLength(30);
    const task = await resultOf(engine.client.workflow.getHandle(`sl_thirty:${slots[0]!.runKey}`));
    expect(task).toMatchObject({ status: 'success', output: { backfill: true } });

    await backfill('sl-thirty', slots[0]!, slots[29]!);
    const shells = `WorkflowType = 'scheduledChain' AND TemporalScheduledById = 'sl-thirty' AND ExecutionStatus = 'Completed'`;
    await eventually('sixty closed shells', async () => (await engine.client.workflow.count(shells)).count >= 60, 150_000);
    expect(ran('sl_thirty')).toHaveLength(30);
  }, 480_000);

  test('what is asked for while the schedule is paused runs', async () => {
    const handle = engine.client.schedule.getHandle('sl-paused');
    await handle.pause('for a while');
    const slots = dueSlots('sl-paused', 2);
    expect(await ends(await fireAll('sl-paused', slots))).toEqual(['success', 'success']);
  });
});

test('slots of one date that run at once exclude each other by the lock of the date, and know no success keys', async () => {
  const slots = dueSlots('sl-often', 12);
  const pairs = slots.slice(1).map((slot, at) => [slots[at]!, slot] as const);
  const [first, second] = pairs.find(([a, b]) => a.date === b.date)!;
  const key = `success:sl_often:${first.date}`;
  await engine.locks.send(['SET', key, 'completed', 'EX', '1234']);
  const handles = [await fire('sl-often', first)];
  await eventually('the first body', () => ran('sl_often').length === 1);
  handles.push(await fire('sl-often', second));
  const task = engine.client.workflow.getHandle(`sl_often:${second.runKey}`);
  await eventually('the lock wait of the second', async () => {
    const progress = await task.query<{ phase: string; detail: string }>('progress').catch(() => null);
    return progress?.phase === 'waiting_for_lock' && progress.detail.startsWith(`lock:sl_often:${first.date} is held`);
  });
  expect(ran('sl_often', 'begin')).toHaveLength(1);
  for (const { runKey } of [first, second]) engine.open(`sl_often-${runKey}`);
  expect(await ends(handles)).toEqual(['success', 'success']);
  expect(ran('sl_often', 'end')).toHaveLength(2);
  // Nobody has written it anew: that would have reset its TTL to a day.
  expect(Number(await engine.locks.send(['TTL', key]))).toBeLessThanOrEqual(1234);
});
