import { NativeConnection } from '@temporalio/worker';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { clientsLent } from '../../src/define/lent-clients.js';
import type { TaskResult } from '../../src/plan/types.js';
import { loadProject } from '../../src/registry/index.js';
import { startWorker } from '../../src/worker.js';
import { runDaychain } from '../support/built-command.js';
import { startProxy } from '../lock/proxy.js';
import { eventually, quietRuntime, resultOf, within } from '../support/engine.js';
import { redisPort, temporalAddress } from '../support/servers.js';
import { type Workers, projectOfWorkers } from './workers.js';

let workers: Workers;

beforeAll(async () => {
  workers = await projectOfWorkers({
    name: 'stops',
    tasks: {
      st_listens: `{ retry: { retries: 0 }, async run(ctx) {
        witness(ctx, 'begin ' + ctx.checkpoint.value);
        if (ctx.checkpoint.value === null) {
          ctx.checkpoint.save('half');
          try { await until(ctx, ctx.secrets.get('GATES') + '/never'); } catch (error) { witness(ctx, 'told ' + error.why); throw error; }
        }
        witness(ctx, 'end');
      } }`,
      st_finishes: `{ retry: { retries: 0 }, async run(ctx) { witness(ctx, 'begin'); await until(ctx, ctx.secrets.get('GATES') + '/finish'); witness(ctx, 'end'); } }`,
      st_deaf: `{ heartbeat: '20 seconds', retry: { retries: 0 }, async run(ctx) {
        witness(ctx, 'begin');
        if (ctx.date === '20261103' && !existsSync(ctx.secrets.get('GATES') + '/second')) await new Promise(() => setInterval(() => {}, 1000));
        witness(ctx, 'end');
      } }`,
    },
  });
});

const start = (task: string, date: string) =>
  workers.client.workflow.start('runTask', {
    taskQueue: workers.taskQueue,
    workflowId: `${task}:${date}`,
    args: [{ task, date, mark: Date.now() }],
  });
const phases = (task: string) =>
  workers
    .witness()
    .filter((line) => line.task === task)
    .map(({ attempt, phase }) => `${attempt} ${phase}`);

describe('a worker told to stop', () => {
  test('hands its work back with its checkpoint; no attempt is lost and the process ends with 0', async () => {
    const first = await workers.start({ drainMs: 0 });
    const handle = await start('st_listens', '20261101');
    await eventually('the body', () => phases('st_listens').length === 1);
    first.process.kill('SIGTERM');
    expect(await within(90_000, 'the end of the worker', first.ended)).toEqual({ code: 0, signal: null });
    const second = await workers.start();
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ status: 'success', attempts: 1, attempt_errors: [] });
    expect(phases('st_listens')).toEqual(['1 begin null', '1 told shutdown', '1 begin half', '1 end']);
    second.process.kill('SIGTERM');
    expect(await second.ended).toEqual({ code: 0, signal: null });
  });

  test('lets a body run on for the drain', async () => {
    const worker = await workers.start({ drainMs: 30_000 });
    const handle = await start('st_finishes', '20261102');
    await eventually('the body', () => phases('st_finishes').length === 1);
    worker.process.kill('SIGTERM');
    workers.open('finish');
    expect(await within(90_000, 'the end of the worker', worker.ended)).toEqual({ code: 0, signal: null });
    expect(phases('st_finishes')).toEqual(['1 begin', '1 end']);
    const next = await workers.start();
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ status: 'success', attempts: 1 });
    next.process.kill('SIGTERM');
    await next.ended;
  });

  test('is not kept by a body that hears nothing; the run goes on elsewhere when that process is gone', async () => {
    const deaf = await workers.start({ drainMs: 0, ttlSeconds: 6 });
    const handle = await start('st_deaf', '20261103');
    await eventually('the body', () => phases('st_deaf').length === 1);
    workers.open('second');
    const gone = deaf.ended.then(() => Date.now());
    deaf.process.kill('SIGTERM');
    const next = await workers.start({ ttlSeconds: 6 });
    expect(await within(90_000, 'the end of the deaf worker', deaf.ended)).toEqual({ code: 0, signal: null });
    expect(await resultOf<TaskResult>(handle)).toMatchObject({ status: 'success', attempts: 1 });
    const again = workers.witness().filter(({ task }) => task === 'st_deaf')[1]!;
    expect(again.at).toBeGreaterThanOrEqual(await gone);
    next.process.kill('SIGTERM');
    await next.ended;
  });
});

describe('a worker that cannot start', () => {
  test('closes what it had opened, and says why', async () => {
    quietRuntime();
    const redis = await startProxy(redisPort());
    const close = vi.spyOn(NativeConnection.prototype, 'close');
    const registry = await loadProject(workers.dir, {});
    const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
    const starting = startWorker({
      registry,
      temporal: { address: temporalAddress() },
      namespace: 'typo',
      taskQueue: workers.taskQueue,
      redis: { host: '127.0.0.1', port: redis.port },
      lock: { successKeys: 'read' },
      log: silent,
      environment: {},
    });
    await expect(within(90_000, 'the refusal', starting)).rejects.toThrow(/typo/);
    await expect(close.mock.results[0]?.value).resolves.toBeUndefined();
    await eventually('the end of the connections to Redis', () => redis.clients() === 0, 90_000);
    expect(clientsLent(workers.dir)).toBeUndefined();
  });

  test('ends its process', async () => {
    const { exit, stderr } = await runDaychain(workers.dir, ['worker'], { TEMPORAL_NAMESPACE: 'typo' });
    expect(stderr).toContain('typo');
    expect(exit).toBeGreaterThan(0);
  });
});
