import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import type { OneShotInput, TaskResult } from '../../src/plan/types.js';
import { eventually, resultOf } from '../support/engine.js';
import { startOwnTemporal } from '../support/servers.js';
import { projectOfWorkers, type SpawnedWorker, type Workers } from './workers.js';

const PROJECT = {
  name: 'shot-restart',
  tasks: { of_late: `{ retry: { retries: 0 }, run(ctx) { witness(ctx, 'body'); return { late: true }; } }` },
};
let workers: Workers;
let server: Awaited<ReturnType<typeof startOwnTemporal>>;
/** Due so long after it is asked for; where a slow machine had not killed both by then, the next one has more. */
const LEADS_MS = [4_000, 30_000, 120_000];

beforeAll(async () => {
  server = await startOwnTemporal();
  workers = await projectOfWorkers(PROJECT, { address: server.address });
});

const ask = async (id: string, at: number) => {
  const input: OneShotInput = { id, at: new Date(at).toISOString(), task: 'of_late', by: 'marie', reason: null };
  return await workers.client.workflow.start('oneShot', {
    taskQueue: workers.taskQueue,
    workflowId: `at:${id}`,
    args: [input],
  });
};
const kill = async (worker: SpawnedWorker) => {
  worker.process.kill('SIGKILL');
  await worker.ended;
};
const restartServer = async () => {
  server = await startOwnTemporal({ home: server.home, port: server.port });
};

/** Asks for one, and kills its worker and its server. Null where it was due before that was done. */
async function leaveWaiting(id: string, leadMs: number): Promise<{ handle: WorkflowHandle; due: number } | null> {
  const worker = await workers.start();
  // What a worker does for the first time takes long.
  await resultOf(await ask(`${id}-first`, Date.now() - 1_000), 120_000);
  const due = Math.ceil((Date.now() + leadMs) / 1_000) * 1_000;
  const handle = await ask(id, due);
  await eventually('its timer', async () => {
    const { events } = await handle.fetchHistory();
    return events?.some((event) => event.timerStartedEventAttributes);
  });
  await kill(worker);
  process.kill(server.process.pid, 'SIGKILL');
  await server.stop();
  if (Date.now() < due) return { handle, due };
  await restartServer();
  return null;
}

test('a one-shot due while its worker and its server were dead runs once when they are back, by the files of then', async () => {
  let left: Awaited<ReturnType<typeof leaveWaiting>> = null;
  let id = '';
  for (const [attempt, leadMs] of LEADS_MS.entries()) left ??= await leaveWaiting((id = `late-${attempt}`), leadMs);
  const { handle, due } = left!;
  const bodies = () => workers.witness().filter(({ runKey }) => runKey === `at-${id}`);
  await delay(due - Date.now() + 100);
  expect(bodies()).toEqual([]);
  const file = join(workers.dir, 'tasks/of_late.js');
  writeFileSync(file, readFileSync(file, 'utf8').replace('late: true', "late: 'edited'"));
  await restartServer();
  const second = await workers.start();
  onTestFinished(() => kill(second));
  expect(await resultOf<TaskResult>(handle, 120_000)).toMatchObject({ status: 'success', late: 'edited', run_key: `at-${id}` });
  expect(bodies()).toHaveLength(1);
}, 600_000);
