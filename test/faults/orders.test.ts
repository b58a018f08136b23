import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeRun } from '../../src/control/describe-run.js';
import { hold, release, skip } from '../../src/control/orders.js';
import type { Server } from '../../src/control/server.js';
import type { TaskResult } from '../../src/plan/types.js';
import { loadProject, type Registry } from '../../src/registry/index.js';
import { eventually, resultOf, within } from '../support/engine.js';
import { type SpawnedWorker, type Workers, projectOfWorkers } from './workers.js';

let workers: Workers;
let server: Server;
let registry: Registry;
const why = { reason: 'because' };
const mark = randomUUID().slice(0, 8);
const plain = `plain_${mark}`;
const flaky = `flaky_${mark}`;

beforeAll(async () => {
  const name = `order-faults-${mark}`;
  workers = await projectOfWorkers({
    name,
    tasks: {
      [plain]: `{ run(ctx) { witness(ctx, 'body'); } }`,
      [flaky]: `{ retry: { retries: 2, delay: '1 hour' }, run(ctx) {
        witness(ctx, 'body');
        ctx.checkpoint.save((ctx.checkpoint.value ?? 0) + 1);
        if (ctx.attempt === 1) throw new TaskError('not yet');
        return { saved: ctx.checkpoint.value };
      } }`,
    },
  });
  registry = await loadProject(workers.dir);
  server = { client: workers.client, namespace: 'default', taskQueue: name, by: 'marie@desk' };
});

const bodies = (date: string) => workers.witness().filter((line) => line.date === date).length;
const kill = async (worker: SpawnedWorker) => {
  worker.process.kill('SIGKILL');
  await within(90_000, 'the end of the worker', worker.ended);
};
const phaseOf = async (workflowId: string) => {
  const progress = (await describeRun(server, workflowId))?.progress;
  return progress?.kind === 'task' ? progress.phase : null;
};
const startFlaky = async (date: string) => {
  const handle = await workers.client.workflow.start('runTask', {
    taskQueue: workers.taskQueue,
    workflowId: `${flaky}:${date}`,
    args: [{ task: flaky, date, mark: Date.now() }],
  });
  await eventually('the back-off', async () => {
    const { raw } = await handle.describe();
    return raw.pendingActivities?.[0]?.nextAttemptScheduleTime;
  });
  return handle;
};

describe('a worker killed', () => {
  test('while a run is held: the next worker keeps it held, and the release runs the body once', async () => {
    const first = await workers.start();
    const workflowId = `${plain}:20260101`;
    await hold(server, registry, workflowId, why);
    await eventually('held', async () => (await phaseOf(workflowId)) === 'held');
    await kill(first);
    const second = await workers.start();
    await eventually('still held', async () => (await phaseOf(workflowId)) === 'held', 90_000);
    expect(bodies('20260101')).toBe(0);
    expect(await release(server, registry, workflowId, why)).toMatchObject({ outcome: 'done' });
    expect(await resultOf(workers.client.workflow.getHandle(workflowId))).toMatchObject({ status: 'success' });
    expect(bodies('20260101')).toBe(1);
    await kill(second);
  });

  test('before a skip of a task that waits to try again: the skip is accepted, and the next worker applies it', async () => {
    const first = await workers.start();
    const handle = await startFlaky('20260102');
    await kill(first);
    expect(await skip(server, registry, handle.workflowId, why)).toMatchObject({ outcome: 'accepted', answer: null });
    const second = await workers.start();
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ kind: 'skipped_by_operator', attempts: 1, reason: 'because' });
    expect(bodies('20260102')).toBe(1);
    await kill(second);
  });

  test('around holds of tasks that wait to try again, each at another moment of its way: nothing is lost', async () => {
    const first = await workers.start();
    const handles = await Promise.all(Array.from({ length: 8 }, (_, day) => startFlaky(`2026020${day + 1}`)));
    const requests = handles.map(() => ({ ...why, requestId: randomUUID() }));
    const asked = handles.map((handle, at) => delay(at * 6).then(() => hold(server, registry, handle.workflowId, requests[at]!)));
    setTimeout(() => first.process.kill('SIGKILL'), 40);
    await within(90_000, 'the holds', Promise.all(asked));
    await within(90_000, 'the end of the worker', first.ended);
    const second = await workers.start();
    for (const [at, handle] of handles.entries()) {
      const date = `2026020${at + 1}`;
      // The same request once more, as somebody would who was told "not yet applied".
      await hold(server, registry, handle.workflowId, requests[at]!);
      await eventually('held', async () => (await phaseOf(handle.workflowId)) === 'held', 90_000);
      expect(bodies(date)).toBe(1);
      await release(server, registry, handle.workflowId, why);
      expect(await resultOf<TaskResult>(handle)).toMatchObject({ status: 'success', attempts: 2, saved: 2 });
      expect(bodies(date)).toBe(2);
    }
    await kill(second);
  });
});
