import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { beforeAll, expect, it } from 'vitest';
import { cancelRun } from '../../src/control/cancel.js';
import { eachOrdered } from '../../src/control/each-ordered.js';
import { hold, release, retryNow } from '../../src/control/orders.js';
import { listRetries } from '../../src/control/retries.js';
import type { Server } from '../../src/control/server.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

let engine: Engine;
const mark = randomUUID().slice(0, 8);
const flaky = `flaky_${mark}`;
const gated = `gated_${mark}`;
/** PENDING_ACTIVITY_STATE_STARTED */
const STARTED = 2;

beforeAll(async () => {
  engine = await startEngine({
    name: `retries-${mark}`,
    tasks: {
      [flaky]: `{ retry: { retries: 2, delay: '1 hour' }, run(ctx) { if (ctx.attempt < 3) throw new TaskError('not yet ' + ctx.attempt); } }`,
      [gated]: `{ async run(ctx) { witness(ctx, 'body'); await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.date); } }`,
    },
  });
});

const list = () => listRetries(engine.server);
const waiting = async (count: number) =>
  await eventually(`${count} that wait`, async () => {
    const found = await list();
    return found.retries.length === count ? found : null;
  });

it('lists what waits to try again, counted over holds, tries it now, and cancels it', async () => {
  const first = await engine.startTask({ task: flaky, date: '20260101' });
  const second = await engine.startTask({ task: flaky, date: '20260102' });
  const running = await engine.startTask({ task: gated, date: '20260101' });
  await eventually('the body', () => engine.witness().length === 1);
  const { retries, leftOut } = await waiting(2);
  expect(leftOut).toBe(false);
  const retry = retries.find(({ run }) => run === first.workflowId);
  expect(retry).toMatchObject({
    run: first.workflowId,
    id: flaky,
    runKey: '20260101',
    date: '20260101',
    waitsFor: 'back_off',
    attempt: 2,
    attempts: 3,
    lastError: 'not yet 1',
  });
  expect(Date.parse(retry!.nextTryAt!)).toBeGreaterThan(Date.now());

  await hold(engine.server, engine.registry, first.workflowId, { reason: 'x' });
  await waiting(1);
  await release(engine.server, engine.registry, first.workflowId, { reason: null });
  const again = await waiting(2);
  expect(again.retries.find(({ run }) => run === first.workflowId)).toMatchObject({
    attempt: 3,
    attempts: 3,
    lastError: 'not yet 2',
  });

  const told = await eachOrdered([first.workflowId, running.workflowId], (run) =>
    retryNow(engine.server, engine.registry, run, { reason: null }),
  );
  expect(told).toMatchObject([{ refused: null }, { done: null, refused: expect.stringContaining('no pause to end') }]);
  expect(await resultOf(first)).toMatchObject({ status: 'success', attempts: 3 });
  await cancelRun(engine.server, second.workflowId, 'never mind');
  await failureOf(second);
  await waiting(0);
  engine.open('20260101');
  await resultOf(running);
});

it('shows a wait for a lock, by whom it is held and when it is tried again', async () => {
  const lock = `lock:${gated}:20260103`;
  await engine.locks.send(['SET', lock, 'somebody', 'EX', '600']);
  const handle = await engine.startTask({ task: gated, date: '20260103' });
  const retry = await eventually('a look at the lock', async () => {
    const [one] = (await list()).retries;
    return one?.lastError ? one : null;
  });
  expect(retry).toMatchObject({ waitsFor: 'lock', attempt: null, lastError: expect.stringContaining('held by somebody') });
  // While the lock is held: once it is free, the next look of the wait itself may come first.
  const told = await retryNow(engine.server, engine.registry, handle.workflowId, { reason: null });
  expect(told).toMatchObject({ outcome: 'done', answer: 'trying again now' });
  await eventually('a wait of its own after the order', async () => (await lockWaits(handle)) === 2);
  // The moment in which it looks is not an attempt either.
  const looking = await retryNow(duringItsLook(), engine.registry, handle.workflowId, { reason: null });
  expect(looking).toMatchObject({ outcome: 'done', answer: 'trying again now' });
  await eventually('one more', async () => (await lockWaits(handle)) === 3);
  await engine.locks.send(['DEL', lock]);
  engine.open('20260103');
  expect(await resultOf(handle)).toMatchObject({ status: 'success' });
});

/** How often it has begun to wait for its lock; looks of one wait count once. */
async function lockWaits(handle: WorkflowHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'awaitLock').length;
}

/** The server as it answers in the milliseconds of such a look: the activity has been started. */
function duringItsLook(): Server {
  const { workflow } = engine.client;
  const getHandle: typeof workflow.getHandle = (...which) => {
    const handle = workflow.getHandle(...which);
    const describe = async () => {
      const description = await handle.describe();
      for (const activity of description.raw.pendingActivities ?? []) activity.state = STARTED;
      return description;
    };
    return Object.assign(Object.create(handle) as typeof handle, { describe });
  };
  const looking = Object.create(workflow, { getHandle: { value: getHandle } }) as typeof workflow;
  const client = Object.create(engine.client, { workflow: { value: looking } }) as typeof engine.client;
  return { ...engine.server, client };
}

it('looks at no more open runs than it was told, and says that there are more', async () => {
  const handles = await Promise.all(['20260104', '20260105', '20260106'].map((date) => engine.startTask({ task: flaky, date })));
  await waiting(3);
  const two = await listRetries(engine.server, 2);
  expect(two.leftOut).toBe(true);
  expect(two.retries).toHaveLength(2);
  await Promise.all(handles.map((handle) => handle.terminate('the test is over')));
});
