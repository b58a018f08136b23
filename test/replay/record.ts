/** Records one history of each shape that a release has, on the real server. Run by hand: see record.config.ts. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { beforeAll, expect, test } from 'vitest';
import { startDailyCleanUp } from '../../src/control/daily-clean-up.js';
import { startSlot } from '../../src/control/start-slot.js';
import { cleanUpId, noticeId, shellId } from '../../src/plan/ids.js';
import type { SlotResult } from '../../src/plan/types.js';
import { latestSlots } from '../../src/time/slots.js';
import { instantText, localDate } from '../../src/time/zones.js';
import type { RetryCallInput } from '../../src/plan/calls.js';
import type { BackfillInput } from '../../src/plan/backfill.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

/** Of the slots that fall due long before and after now. */
const TIME = instantText(Date.now() + 12 * 3_600_000).slice(11, 16);

/** To nobody: the variable is not set. */
const NOTICES = [{ on: ['failure', 'recovery', 'late'], to: { webhook: { url: { env: 'RP_NOWHERE' } } } }];

let engine: Engine;

beforeAll(async () => {
  const plain = `{ retry: { retries: 0 }, run() { return { one: 1 }; } }`;
  engine = await startEngine({
    name: 'recorded',
    timezone: 'UTC',
    tasks: {
      rp_a: plain,
      rp_b: plain,
      rp_fails: `{ retry: { retries: 1, delay: '100 milliseconds' }, run() { throw new TaskError('no'); } }`,
      rp_gated: `{ retry: { retries: 0 }, async run(ctx) { await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.runKey); } }`,
      rp_stopped: `{ retry: { retries: 0 }, heartbeat: '2 seconds', async run(ctx) { await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.runKey); } }`,
      rp_retries: `{ retry: { retries: 2, delay: '1 hour' }, run() { throw new TaskError('no'); } }`,
      rp_noticed: `{ schedule: { daily: '${TIME}' }, notices: [{ on: ['failure'], to: { mail: { to: { env: 'RP_NOWHERE' } } } }], retry: { retries: 0 }, run() { throw new TaskError('no'); } }`,
      rp_busy: `{ condition: (ctx) => existsSync(ctx.secrets.get('GATES') + '/' + ctx.runKey) || ctx.postpone('1 second', 'not yet'), run() {} }`,
      rp_patient: `{ recheck: { every: '1 second', until: '23:59 +30d' }, run: (ctx) => existsSync(ctx.secrets.get('GATES') + '/' + ctx.runKey) ? {} : ctx.noWork('nothing') }`,
      rp_slow: `{ retry: { retries: 0 }, async run(ctx) { await until(ctx, ctx.secrets.get('GATES') + '/never'); } }`,
    },
    retryables: {
      rp_call: `params: z.object({ fails: z.number() }), run({ fails }, ctx) { if (ctx.attempt <= fails) throw new Error('no'); }`,
    },
    chains: {
      'rp-good': { tasks: { rp_a: [], rp_b: ['rp_a'] } },
      'rp-bad': { tasks: { rp_fails: [], rp_b: ['rp_fails'] } },
      'rp-latest': { schedule: { daily: TIME }, catchUp: 'latest', tasks: { rp_a: [] } },
      'rp-queue': { schedule: { daily: TIME }, overlap: 'queue', tasks: { rp_gated: { dependsOn: [], dependsOnPast: true } } },
      'rp-cancel': { schedule: { daily: TIME }, overlap: 'cancel', tasks: { rp_stopped: [] } },
      'rp-noticed': { schedule: { daily: TIME }, late: TIME, notices: NOTICES, tasks: { rp_gated: [] } },
      'rp-often': { schedule: { hourly: { minute: 15 } }, tasks: { rp_a: [] } },
      'rp-deadline': { tasks: { rp_gated: [], rp_b: ['rp_gated'] } },
    },
  });
});

const start = (type: string, id: string, input: object) =>
  engine.client.workflow.start(type, { taskQueue: engine.taskQueue, workflowId: id, args: [input] });

async function save(name: string, handle: WorkflowHandle): Promise<void> {
  // Workers and their sticky queues are named for the machine: a stored history is not.
  const history: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()), (key, value: unknown) => {
    if (['identity', 'binaryChecksum', 'stackTrace'].includes(key)) return '';
    return typeof value === 'string' && /^\d+@/.test(value) ? 'a-worker' : value;
  });
  writeFileSync(fileURLToPath(new URL(`./histories/${name}.json`, import.meta.url)), `${JSON.stringify(history)}\n`);
}

test('runs, their orders and reruns', async () => {
  const shell = await start('scheduledChain', 'rp-good-2026-01-01T00:00:00Z', { chain: 'rp-good', slot: '2026-01-01T00:00:00Z' });
  await resultOf(shell);
  await save('scheduled-chain', shell);
  await save('run-chain-success', engine.client.workflow.getHandle('rp-good:20260101'));
  await save('run-task-success', engine.client.workflow.getHandle('rp_a:20260101'));

  const again = await start('scheduledChain', 'rp-good-again', { chain: 'rp-good', slot: '2026-01-01T00:00:00Z' });
  await resultOf(again);
  await save('scheduled-chain-met-completed', again);

  const byHand = await start('runTask', 'rp_a:20260101', { task: 'rp_a', date: '20260101' });
  await resultOf(byHand);
  await save('run-task-typed-by-hand-after-completion', byHand);

  const bad = await engine.startChain({ chain: 'rp-bad', date: '20260102' });
  await failureOf(bad);
  await save('run-chain-failed', bad);
  await save('run-task-failed-after-retry', engine.client.workflow.getHandle('rp_fails:20260102'));

  const rerun = await start('runChain', 'rp-good:20260101', {
    chain: 'rp-good',
    date: '20260101',
    mark: Date.now(),
    rerun: { mode: 'from', task: 'rp_b', by: 'marie', reason: 'again' },
  });
  await resultOf(rerun);
  await save('run-chain-rerun-from', rerun);

  await engine.locks.send(['SET', 'lock:rp_a:20260103', 'abcd1234', 'EX', '300']);
  const waits = await engine.startTask({ task: 'rp_a', date: '20260103' });
  await eventually('the wait', async () => (await waits.query<{ phase: string }>('progress')).phase === 'waiting_for_lock');
  await engine.locks.send(['DEL', 'lock:rp_a:20260103']);
  await resultOf(waits);
  await save('run-task-waited-for-lock', waits);

  const held = await engine.startTask({
    task: 'rp_a',
    date: '20260104',
    hold: { by: 'marie', reason: null, until: Date.now() + 3_600_000 },
  });
  await held.executeUpdate('release', { args: [{ by: 'marie' }] });
  await resultOf(held);
  await save('run-task-held-and-released', held);

  const shot = (id: string, at: string) => start('oneShot', `at:${id}`, { id, at, task: 'rp_a', by: 'marie', reason: null });
  const waited = await shot('waited', new Date(Date.now() + 1_500).toISOString());
  await waited.executeUpdate('hold', { args: [{ by: 'marie' }] });
  await waited.executeUpdate('release', { args: [{ by: 'marie' }] });
  await resultOf(waited);
  await save('one-shot-held-and-run', waited);
  const takenBack = await shot('taken-back', '2099-01-01T00:00:00Z');
  await takenBack.cancel();
  expect((await failureOf(takenBack)).type).toBe('CancelledFailure');
  await save('one-shot-cancelled', takenBack);

  const slow = await engine.startTask({ task: 'rp_slow', date: '20260105' });
  await eventually('the body', async () => (await slow.describe()).raw.pendingActivities?.[0]?.lastStartedTime);
  await slow.cancel();
  expect((await failureOf(slow)).type).toBe('CancelledFailure');
  await save('run-task-cancelled', slow);
});

/** Each test's shapes stand for one release: `-t` records those of one alone, and leaves the others as they were. */
test('slots, deadlines and pasts', async () => {
  const rule = { schedule: { daily: TIME }, timezone: 'UTC', since: '2020-01-01T00:00:00Z' };
  const compiled = engine.registry.chain('rp-latest')!.compiled!;
  const now = Date.now();
  const [newest, older] = latestSlots(compiled, now, 2, now - 7 * 86_400_000);
  const fire = async (chain: string, slot: string) => {
    await startSlot(engine, { chain, slot, rule });
    return engine.client.workflow.getHandle(shellId(chain, slot));
  };
  const waitsFor = (handle: WorkflowHandle, activity: string) =>
    eventually(activity, async () => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.[0]?.activityType?.name === activity || raw.pendingChildren?.length;
    });

  const coalesced = await fire('rp-latest', older!.scheduledFor);
  expect(await resultOf<unknown>(coalesced)).toMatchObject({ kind: 'coalesced' } satisfies Partial<SlotResult>);
  await save('scheduled-chain-coalesced', coalesced);
  const caughtUp = await fire('rp-latest', newest!.scheduledFor);
  await resultOf(caughtUp);
  await save('scheduled-chain-caught-up', caughtUp);

  const first = await fire('rp-queue', older!.scheduledFor);
  await waitsFor(first, 'child');
  const second = await fire('rp-queue', newest!.scheduledFor);
  await waitsFor(second, 'awaitShell');
  const byHand = await engine.startTask({ ...dated(newest!), task: 'rp_gated', dependsOnPast: 'rp-queue', chain: 'rp-queue' });
  await waitsFor(byHand, 'awaitPast');
  engine.open(older!.runKey);
  engine.open(newest!.runKey);
  await resultOf(second);
  await save('scheduled-chain-waited-its-turn', second);
  await save('run-task-waited-for-its-past', byHand);

  const stopped = await fire('rp-cancel', older!.scheduledFor);
  await waitsFor(stopped, 'child');
  const stops = await fire('rp-cancel', newest!.scheduledFor);
  await resultOf(stops);
  await save('scheduled-chain-stopped-the-one-before', stops);
  await save('scheduled-chain-stopped', stopped);

  const deadline = new Date(Date.now() + 2_000).toISOString();
  const overdue = await engine.startChain({ chain: 'rp-deadline', date: '20260301', deadline });
  expect((await failureOf(overdue)).type).toBe('deadline');
  await save('run-chain-deadline', overdue);
  await save('run-task-deadline', engine.client.workflow.getHandle('rp_gated:20260301'));
});

const dated = ({ date, scheduledFor }: { date: string; scheduledFor: string }) => ({ date, scheduledFor });

test('orders before the next attempt, and to chains as a whole', async () => {
  const order = { by: 'marie', reason: 'by hand' };
  const inBackOff = async (date: string) => {
    const handle = await engine.startTask({ task: 'rp_retries', date });
    await eventually('the back-off', async () => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.[0]?.nextAttemptScheduleTime;
    });
    return handle;
  };
  const skipped = await inBackOff('20260501');
  await skipped.executeUpdate('hold', { args: [order] });
  await eventually('held', async () => (await skipped.query<{ phase: string }>('progress')).phase === 'held');
  await skipped.executeUpdate('release', { args: [order] });
  await eventually('the second attempt', async () => (await skipped.describe()).raw.pendingActivities?.[0]?.lastFailure);
  await skipped.executeUpdate('skip', { args: [order] });
  await resultOf(skipped);
  await save('run-task-held-and-skipped-before-its-next-attempt', skipped);

  const hold = { ...order, until: Date.now() + 3_600_000 };
  const ahead = await engine.startTask({ task: 'rp_b', date: '20260502', hold });
  const chain = await engine.startChain({ chain: 'rp-deadline', date: '20260502' });
  await eventually('under way', async () => {
    const { tasks } = await chain.query<{ tasks: Record<string, { phase: string }> }>('progress');
    return tasks.rp_gated?.phase === 'running';
  });
  await ahead.cancel();
  await failureOf(ahead);
  engine.open('20260502');
  await resultOf(chain);
  await save('run-chain-came-to-a-hold-taken-back', chain);

  const open = await engine.startChain({ chain: 'rp-deadline', date: '20260503' });
  await open.executeUpdate('skip', { args: [order] });
  engine.open('20260503');
  await resultOf(open);
  await save('run-chain-skipped-while-open', open);
  const never = await engine.startChain({ chain: 'rp-deadline', date: '20260504', skip: order });
  await resultOf(never);
  await save('run-chain-skipped-at-its-start', never);
});

test('backfills', async () => {
  const request = {
    kind: 'chain',
    id: 'rp-good',
    order: 'asc',
    concurrency: 1,
    by: 'marie',
    reason: null,
    resultBytes: 2_000,
  } as const;
  const runs = (dates: string[]) =>
    dates.map((date) => ({ date, runKey: date, scheduledFor: `2026-02-${date.slice(6)}T00:00:00Z` }));
  const range = { from: '20260201', to: '20260203' };
  await resultOf(await engine.startChain({ chain: 'rp-good', date: '20260202' }));
  const whole: BackfillInput = {
    ...request,
    ...range,
    only: null,
    tasks: null,
    runs: runs(['20260201', '20260202', '20260203']),
  };
  const backfill = await start('backfill', 'backfill:rp-good:20260201-20260203', whole);
  await resultOf(backfill);
  await save('backfill-success', backfill);
  await save('run-chain-held-until-its-turn', engine.client.workflow.getHandle('rp-good:20260203'));

  const chosen: BackfillInput = { ...whole, only: 'all', reason: 'again', tasks: ['rp_b'], runs: runs(['20260201', '20260202']) };
  const again = await start('backfill', 'backfill:rp-good:20260201-20260203:all:tasks-1', chosen);
  await resultOf(again);
  await save('run-chain-chosen-task', engine.client.workflow.getHandle('rp-good:20260202'));

  const bad: BackfillInput = { ...whole, id: 'rp-bad', runs: runs(['20260204', '20260205']) };
  const failing = await start('backfill', 'backfill:rp-bad:20260204-20260205', bad);
  await failing.executeUpdate('hold', { args: [{ by: 'marie' }] });
  await failing.executeUpdate('release', { args: [{ by: 'marie' }] });
  await failureOf(failing);
  await save('backfill-held-and-failed', failing);

  const slow: BackfillInput = { ...whole, id: 'rp_slow', kind: 'task', runs: runs(['20260206', '20260207']) };
  const cancelled = await start('backfill', 'backfill:rp_slow:20260206-20260207', slow);
  await eventually('the body', async () => (await cancelled.describe()).raw.pendingChildren?.length === 2);
  await cancelled.cancel();
  await failureOf(cancelled);
  await save('backfill-cancelled', cancelled);
});

test('waits of tasks', async () => {
  const lookedInVain = (handle: WorkflowHandle) =>
    eventually('a look in vain', async () => (await handle.describe()).raw.pendingActivities?.[0]?.lastFailure);
  const order = { by: 'marie', reason: 'by hand' };
  const date = localDate(Date.now(), 'UTC');
  const busy = await engine.startTask({ task: 'rp_busy', date: '20260601' });
  await lookedInVain(busy);
  await busy.executeUpdate('hold', { args: [order] });
  await busy.executeUpdate('release', { args: [order] });
  await lookedInVain(busy);
  engine.open('20260601');
  await resultOf(busy);
  await save('run-task-postponed', busy);

  const patient = await engine.startTask({ task: 'rp_patient', date });
  await lookedInVain(patient);
  engine.open(date);
  await resultOf(patient);
  await save('run-task-waited-for-work', patient);
});

test('notices', async () => {
  const rule = { schedule: { daily: TIME }, timezone: 'UTC', since: '2020-01-01T00:00:00Z' };
  const compiled = engine.registry.chain('rp-noticed')!.compiled!;
  const [newest] = latestSlots(compiled, Date.now(), 1, Date.now() - 7 * 86_400_000);
  const { scheduledFor, runKey } = newest!;
  await startSlot(engine.server, { chain: 'rp-noticed', slot: scheduledFor, rule });
  const shell = engine.client.workflow.getHandle(shellId('rp-noticed', scheduledFor));
  const late = engine.client.workflow.getHandle(noticeId('rp-noticed', runKey, 'late'));
  await eventually('the late notice', async () => {
    const memo = await late.describe().then(
      (found) => found.memo?.['result'],
      () => null,
    );
    return memo;
  });
  engine.open(runKey);
  await resultOf(shell);
  await save('scheduled-chain-noticed', shell);
  await save('run-chain-noticed', engine.client.workflow.getHandle(`rp-noticed:${runKey}`));
  await save('notify-late', late);
  await late.terminate();

  const failed = await engine.startTask({ task: 'rp_noticed', date: '20260301' });
  await failureOf(failed);
  const told = engine.client.workflow.getHandle(noticeId('rp_noticed', '20260301', `end:${(await failed.describe()).runId}`));
  await resultOf<unknown>(told);
  await save('run-task-noticed', failed);
  await save('notify-end', told);
});

test('clean-up', async () => {
  const now = Date.now();
  expect(await startDailyCleanUp(engine.server, engine.registry, now)).toBe(true);
  const run = engine.client.workflow.getHandle(cleanUpId('recorded', localDate(now, 'UTC')));
  await resultOf<unknown>(run);
  await save('clean-up', run);
});

test('calls of retryables', async () => {
  const input = (fails: number, delayMs: number): RetryCallInput => ({
    ...{ retryable: 'rp_call', args: { fails }, callId: '0123abcd', summary: null, tags: ['mail'] },
    ...{ calledAt: '2026-01-01T00:00:00.000Z', date: '20260101' },
    ...{ retries: 2, delayMs, backoff: 2, maximumDelayMs: 86_400_000, timeoutMs: 60_000 },
    failed: { at: '2026-01-01T00:00:00.000Z', message: 'no', final: false, delayMs: null },
  });
  const call = (name: string, sent: RetryCallInput) => start('retryCall', `retry:recorded:rp_call:${name}`, sent);
  const tried = await call('tried', input(2, 100));
  await resultOf(tried);
  await save('retry-call-success', tried);
  const doomed = await call('doomed', input(9, 100));
  await failureOf(doomed);
  await save('retry-call-given-up', doomed);
  const final = await call('final', { ...input(9, 100), failed: { ...input(9, 100).failed!, final: true } });
  await failureOf(final);
  await save('retry-call-final', final);
  const told = await call('told', input(1, 3_600_000));
  await told.executeUpdate('retryNow', { args: [{ by: 'marie' }] });
  await resultOf(told);
  await save('retry-call-tried-now', told);
  const first = await call('first', { ...input(0, 100), failed: null });
  await resultOf(first);
  await save('retry-call-kept-first', first);
  const back = await call('back', input(9, 3_600_000));
  await eventually('its wait', async () => (await back.query<{ phase: string }>('progress')).phase === 'waiting');
  await back.cancel();
  expect((await failureOf(back)).type).toBe('CancelledFailure');
  await save('retry-call-cancelled', back);
});
