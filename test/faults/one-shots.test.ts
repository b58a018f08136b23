import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { OneShotInput, TaskResult } from '../../src/plan/types.js';
import { eventually, resultOf } from '../support/engine.js';
import { startOwnTemporal } from '../support/servers.js';
import { projectOfWorkers, type Workers } from './workers.js';

const PROJECT = {
  name: 'shot-restart',
  tasks: { of_late: `{ retry: { retries: 0 }, run(ctx) { witness(ctx, 'body'); return { late: true }; } }` },
};
let workers: Workers;
let first: Awaited<ReturnType<typeof startOwnTemporal>>;

beforeAll(async () => {
  first = await startOwnTemporal();
  workers = await projectOfWorkers(PROJECT, { address: first.address });
});

test('a one-shot due while its worker and its server were dead runs once when they are back, by the files of then', async () => {
  const worker = await workers.start();
  const due = Math.ceil(Date.now() / 1_000) * 1_000 + 3_000;
  const input: OneShotInput = { id: 'late', at: new Date(due).toISOString(), task: 'of_late', by: 'marie', reason: null };
  const handle = await workers.client.workflow.start('oneShot', {
    taskQueue: workers.taskQueue,
    workflowId: 'at:late',
    args: [input],
  });
  await eventually('its timer', async () => {
    const { events } = await handle.fetchHistory();
    return events?.some((event) => event.timerStartedEventAttributes);
  });
  worker.process.kill('SIGKILL');
  await worker.ended;
  process.kill(first.process.pid, 'SIGKILL');
  await first.stop();
  await eventually('the instant', () => Date.now() > due);
  expect(workers.witness()).toEqual([]);
  const file = join(workers.dir, 'tasks/of_late.js');
  writeFileSync(file, readFileSync(file, 'utf8').replace('late: true', "late: 'edited'"));
  await startOwnTemporal({ home: first.home, port: first.port });
  const second = await workers.start();
  onTestFinished(async () => {
    second.process.kill('SIGKILL');
    await second.ended;
  });
  expect(await resultOf<TaskResult>(handle, 60_000)).toMatchObject({ status: 'success', late: 'edited', run_key: 'at-late' });
  expect(workers.witness()).toHaveLength(1);
});
