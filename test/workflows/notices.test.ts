import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeRun } from '../../src/control/describe-run.js';
import { applySync, planSync } from '../../src/control/schedules.js';
import { startSlot } from '../../src/control/start-slot.js';
import type { NotifyInput, NotifyResult } from '../../src/plan/notices.js';
import { latestSlots, type Slot } from '../../src/time/slots.js';
import { instantText } from '../../src/time/zones.js';
import { type Received, type Receiver, startReceiver } from '../notices/receiver.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

const SECRET = 'T0PSECRET-4711';
/** Slots fall due half a day from now, and are late an hour after. */
const SLOT = instantText(Date.now() + 12 * 3_600_000).slice(11, 16);
const LATE = `${instantText(Date.now() + 13 * 3_600_000).slice(11, 16)}${SLOT > '22:59' ? ' +1d' : ''}`;

/** Chains whose schedules are made, and whose slots are never started. */
const UNSTARTED = ['nt-held', 'nt-lost'];

let engine: Engine;
let receiver: Receiver;
let unstarted: { paused: WorkflowHandle; lost: WorkflowHandle };

beforeAll(async () => {
  receiver = await startReceiver();
  process.env['NT_OPS'] = receiver.url(`/ops?token=${SECRET}`);
  process.env['NT_SECOND'] = receiver.url(`/second?token=${SECRET}`);
  for (const path of ['fails', 'busy', 'hangs', 'gone']) process.env[`NT_${path.toUpperCase()}`] = receiver.url(`/${path}`);
  process.env['NT_REFUSES'] = `http://127.0.0.1:9/${SECRET}`;
  const to = (env: string) => ({ webhook: { url: { env } } });
  const all = { on: ['failure', 'recovery', 'late'], to: to('NT_OPS') };
  // Fails until the gate of its date is open.
  const gated = `{ retry: { retries: 0 }, run(ctx) {
    if (!existsSync(ctx.secrets.get('GATES') + '/' + ctx.task + ctx.runKey)) throw new TaskError('order ' + ctx.date + ' was refused');
    return {};
  } }`;
  const waits = `{ retry: { retries: 0 }, async run(ctx) { await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.task + ctx.runKey); } }`;
  const own = `{ schedule: { daily: '${SLOT}' }, notices: ${JSON.stringify([{ ...all, on: ['failure'] }])}, ${gated.slice(1)}`;
  engine = await startEngine({
    name: 'noticed',
    timezone: 'UTC',
    config: `notices: ${JSON.stringify([all, { name: 'second', on: ['failure'], after: 2, to: to('NT_SECOND') }])}`,
    tasks: {
      nt_gated: gated,
      nt_broken: gated,
      nt_ended: waits,
      nt_late: waits,
      nt_lost: gated,
      nt_held: gated,
      nt_own: own,
      nt_quiet: gated,
    },
    chains: {
      'nt-chain': { tasks: { nt_gated: [] } },
      'nt-broken': {
        notices: ['FAILS', 'BUSY', 'HANGS', 'GONE', 'REFUSES', 'UNSET'].map((one) => ({ on: ['failure'], to: to(`NT_${one}`) })),
        tasks: { nt_broken: [] },
      },
      'nt-ended': { tasks: { nt_ended: [] } },
      'nt-late': { schedule: { daily: SLOT }, late: LATE, tasks: { nt_late: [] } },
      'nt-held': { schedule: { daily: SLOT }, late: LATE, tasks: { nt_held: [] } },
      'nt-lost': { schedule: { daily: SLOT }, late: LATE, tasks: { nt_lost: [] } },
      'nt-quiet': { notices: [], tasks: { nt_quiet: [] } },
    },
  });
  unstarted = await watchUnstarted();
});

afterAll(async () => {
  for (const id of UNSTARTED) await engine.client.schedule.getHandle(id).delete();
});

/** Newest first. */
const slots = () => latestSlots(engine.registry.chain('nt-late')!.compiled!, Date.now(), 3, Date.now() - 7 * 86_400_000);

/** Watches of slots that nothing ever started: each is given a grace, which passes while other tests run. */
async function watchUnstarted(): Promise<{ paused: WorkflowHandle; lost: WorkflowHandle }> {
  expect(engine.registry.problems).toEqual([]);
  const { project } = engine.registry;
  const wanted = engine.registry.schedules().filter(({ id }) => UNSTARTED.includes(id));
  await applySync(engine.server, planSync({ wanted, existing: [], project, now: Date.now() }));
  await engine.client.schedule.getHandle('nt-held').pause('for the test');
  const watch = async (id: string, from: Slot) => {
    const input: NotifyInput = { id, kind: 'chain', watch: 'late', ...from, lateAt: from.scheduledFor };
    const workflowId = `notice:${id}:${from.runKey}:late`;
    return await engine.client.workflow.start('notify', { taskQueue: engine.taskQueue, workflowId, args: [input] });
  };
  const [, older, oldest] = slots();
  return { paused: await watch('nt-held', older!), lost: await watch('nt-lost', oldest!) };
}

const came = (path: string, id: string): Received['body'][] =>
  receiver
    .on(path)
    .map(({ body }) => body)
    .filter((body) => body.id === id);
const watcherOf = (run: WorkflowHandle & { firstExecutionRunId?: string }) => {
  const [id, runKey] = run.workflowId.split(':');
  return engine.client.workflow.getHandle(`notice:${id}:${runKey}:end:${run.firstExecutionRunId}`);
};
/** Runs a chain to its end, and waits until all is told that is to be told of it. */
async function toldOf(chain: string, date: string, end: 'fails' | 'succeeds'): Promise<NotifyResult> {
  if (end === 'succeeds') engine.open(`${chain.replace('-', '_').replace('chain', 'gated')}${date}`);
  const run = await engine.startChain({ chain, date });
  if (end === 'fails') await failureOf(run);
  else await resultOf(run);
  return await resultOf<NotifyResult>(watcherOf(run));
}

test('a trouble is told once, to some from its second date on, and so is its end', async () => {
  expect((await toldOf('nt-chain', '20260101', 'fails')).told).toMatchObject([
    { target: 'NT_OPS', event: 'failure', delivered: true },
  ]);
  expect((await toldOf('nt-chain', '20260101', 'fails')).told).toEqual([]);
  expect((await toldOf('nt-chain', '20260102', 'fails')).told).toMatchObject([{ target: 'second', event: 'failure' }]);
  expect((await toldOf('nt-chain', '20260103', 'succeeds')).told).toMatchObject([{ target: 'NT_OPS', event: 'recovery' }]);
  expect((await toldOf('nt-chain', '20260104', 'succeeds')).told).toEqual([]);
  const [failure, recovery, ...more] = came('/ops', 'nt-chain');
  expect(more).toEqual([]);
  expect(failure).toMatchObject({
    event: 'failure',
    project: 'noticed',
    title: 'nt-chain 20260101 failed: nt_gated',
    failed: [{ task: 'nt_gated', what: 'error', error: 'order 20260101 was refused' }],
    command: 'daychain why nt_gated 20260101',
    in_a_row: 1,
  });
  expect(recovery).toMatchObject({
    event: 'recovery',
    title: 'nt-chain 20260103 succeeded again after 2 failed dates',
    detail: 'Failed before: 20260101, 20260102',
  });
  expect(came('/second', 'nt-chain')).toMatchObject([
    { event: 'failure', run_key: '20260102', in_a_row: 2, title: 'nt-chain 20260102 failed, 2 in a row: nt_gated' },
  ]);
});

test('broken targets neither fail nor delay the chain, nor each other', async () => {
  receiver.answer('/fails', (response, nth) => response.writeHead(nth < 3 ? 500 : 200).end());
  receiver.answer('/busy', (response, nth) => response.writeHead(nth < 2 ? 429 : 200, { 'retry-after': '1' }).end());
  receiver.answer('/hangs', null);
  receiver.answer('/gone', (response) => response.writeHead(410).end());
  const run = await engine.startChain({ chain: 'nt-broken', date: '20260101' });
  expect((await failureOf(run)).type).toBe('error');
  const watcher = watcherOf(run);
  const told = async () => ((await watcher.describe()).memo?.['result'] as NotifyResult | undefined)?.told ?? [];
  const settled = await eventually('what can be told', async () => ((await told()).length === 4 ? await told() : null), 60_000);
  expect(Object.fromEntries(settled.map(({ target, delivered, answer }) => [target, `${delivered}: ${answer}`]))).toEqual({
    NT_BUSY: 'true: HTTP 200',
    NT_FAILS: 'true: HTTP 200',
    NT_GONE: 'false: NT_GONE: HTTP 410',
    NT_UNSET: 'false: NT_UNSET: disabled: NT_UNSET is not set',
  });
  expect(new Set(receiver.on('/fails').map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(receiver.on('/gone')).toHaveLength(1);
  // Those that do not answer are still being tried, long after the chain has closed.
  expect((await watcher.describe()).status.name).toBe('RUNNING');
  expect((await run.describe()).status.name).toBe('FAILED');
  await watcher.terminate('the test is over');
});

test('a run that is terminated is told, one that is cancelled is not', async () => {
  const terminated = await engine.startChain({ chain: 'nt-ended', date: '20260101' });
  await eventually(
    'the watcher',
    async () =>
      await watcherOf(terminated)
        .describe()
        .catch(() => null),
  );
  const view = await eventually('its task', async () => {
    const seen = await describeRun(engine.server, terminated.workflowId);
    return seen!.children.length > 0 ? seen : null;
  });
  expect(view.children).toEqual(['nt_ended:20260101']);
  await terminated.terminate('out of memory');
  expect((await resultOf<NotifyResult>(watcherOf(terminated))).told).toMatchObject([{ event: 'failure' }]);
  expect(came('/ops', 'nt-ended')).toMatchObject([{ title: 'nt-ended 20260101 was terminated', failed: [] }]);
  const cancelled = await engine.startChain({ chain: 'nt-ended', date: '20260102' });
  await eventually(
    'the watcher',
    async () =>
      await watcherOf(cancelled)
        .describe()
        .catch(() => null),
  );
  await cancelled.cancel();
  await failureOf(cancelled);
  expect((await resultOf<NotifyResult>(watcherOf(cancelled))).told).toEqual([]);
});

test('a task with a schedule of its own has notices, a backfill and a chain without have none', async () => {
  const own = await engine.startTask({ task: 'nt_own', date: '20260101' });
  await failureOf(own);
  expect((await resultOf<NotifyResult>(watcherOf(own))).told).toMatchObject([{ event: 'failure', delivered: true }]);
  expect(came('/ops', 'nt_own')).toMatchObject([{ kind: 'task', title: 'nt_own 20260101 failed' }]);
  const backfill = await engine.startChain({ chain: 'nt-chain', date: '20250101', backfill: true });
  const quiet = await engine.startChain({ chain: 'nt-quiet', date: '20260101' });
  for (const run of [backfill, quiet]) {
    await failureOf(run);
    const started = (await run.fetchHistory()).events!.map(
      (event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name,
    );
    expect(started.filter(Boolean)).toEqual(['runTask']);
  }
});

describe('lateness', () => {
  const rule = { schedule: { daily: SLOT }, timezone: 'UTC', since: '2020-01-01T00:00:00Z' };

  test('is told while a run is under way, and so is its late end', async () => {
    const [newest] = slots();
    await startSlot(engine.server, { chain: 'nt-late', slot: newest!.scheduledFor, rule });
    const [late] = await eventually('the notice', () => (came('/ops', 'nt-late').length > 0 ? came('/ops', 'nt-late') : null));
    expect(late).toMatchObject({
      event: 'late',
      run_key: newest!.runKey,
      run: `nt-late:${newest!.runKey}`,
      detail: 'it is running',
    });
    expect(late!.title).toBe(`nt-late ${newest!.runKey} is late: not done by ${lateText(newest!.date)} UTC`);
    engine.open(`nt_late${newest!.runKey}`);
    await eventually('the end', () => came('/ops', 'nt-late').length === 2);
    expect(came('/ops', 'nt-late')[1]).toMatchObject({
      event: 'recovery',
      title: expect.stringContaining('is done, late: ') as string,
    });
  });

  test('a wait for a turn that lasts too long is told', async () => {
    const [newest] = slots();
    const input: NotifyInput = {
      id: 'nt-late',
      kind: 'chain',
      watch: 'waiting',
      ...newest!,
      detail: 'the run of slot X is still open',
    };
    const watcher = await engine.client.workflow.start('notify', {
      taskQueue: engine.taskQueue,
      workflowId: 'notice:nt-late:x:waiting',
      args: [input],
    });
    // Both are told at the same time.
    const { told } = await resultOf<NotifyResult>(watcher);
    expect(told.map(({ target }) => target).sort()).toEqual(['NT_OPS', 'second']);
    expect(came('/second', 'nt-late')).toMatchObject([
      { event: 'late', title: `nt-late ${newest!.runKey} has not begun`, detail: input.detail },
    ]);
  });

  /** `07:15`, with the date before it where that is another. */
  function lateText(date: string): string {
    const [time, next] = LATE.split(' ');
    const slotDay = Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z`);
    return next === undefined ? time! : `${new Date(slotDay + 86_400_000).toISOString().slice(0, 10)} ${time}`;
  }
});

test('lateness is told of a slot that nothing ever started, not while its schedule is paused, and by the newest for all', async () => {
  const sleepsUntilNext = (watcher: WorkflowHandle) =>
    eventually(
      'the watch of the next slot',
      async () => {
        const timers = (await watcher.fetchHistory()).events!.filter((event) => event.timerStartedEventAttributes);
        return timers.some(({ timerStartedEventAttributes: timer }) => Number(timer!.startToFireTimeout!.seconds) > 3_600);
      },
      150_000,
    );
  await sleepsUntilNext(unstarted.paused);
  expect(came('/ops', 'nt-held')).toEqual([]);
  await unstarted.paused.terminate();
  await sleepsUntilNext(unstarted.lost);
  const [newest] = slots();
  expect(came('/ops', 'nt-lost')).toMatchObject([
    { event: 'late', run: null, run_key: newest!.runKey, command: 'daychain history nt-lost' },
  ]);
  expect(came('/ops', 'nt-lost')[0]!['detail']).toMatch(/^its slot, .* UTC, was never started$/);
  await unstarted.lost.terminate();
}, 320_000);

test('addresses and their secrets stand in no history', async () => {
  let looked = 0;
  const secrets = [SECRET, new URL(receiver.url('/')).port + '/'];
  for await (const found of engine.client.workflow.list({ query: `TaskQueue = '${engine.taskQueue}'` })) {
    const raw = historyToJSON(await engine.client.workflow.getHandle(found.workflowId, found.runId).fetchHistory());
    const plain = raw.replaceAll(/"data":\s*"([^"]*)"/g, (_, data: string) => Buffer.from(data, 'base64').toString('utf8'));
    for (const secret of secrets) expect(plain.includes(secret), `${found.workflowId} holds ${secret}`).toBe(false);
    expect(plain).toContain(engine.taskQueue);
    looked++;
  }
  expect(looked).toBeGreaterThan(15);
});

test('an input typed by hand that makes no sense fails with a word of it', async () => {
  const workflowId = 'notice:by-hand';
  const handle = await engine.client.workflow.start('notify', {
    taskQueue: engine.taskQueue,
    workflowId,
    args: [{ id: 'nt-chain' }],
  });
  expect(await failureOf(handle)).toMatchObject({ type: 'bad_input' });
});
