/**
 * One of the projects below examples/, worked by real worker processes on the run's servers: a copy of its folder under a task
 * queue of its own, so that test files do not take each other's work.
 * The ids of runs are the example's own and the namespace is shared: give each test file dates of its own.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';
import type { JsonObject, TaskResult } from '../../src/plan/types.js';
import { type Answer, runDaychain } from './built-command.js';
import { eventually, quietRuntime, resultOf } from './engine.js';
import { afterwards, redisPort, temporalAddress, temporalNamespace } from './servers.js';
import { type SpawnedWorker, spawnWorker } from './spawned-worker.js';
import type { WorkerArgument } from './worker-program.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
/** Inside the repository, so that `import 'daychain'` resolves as it does for the examples. */
const COPIES = fileURLToPath(new URL('../.projects/', import.meta.url));

export interface Killed {
  task: string;
  /** `YYYYMMDD` */
  date: string;
  params?: JsonObject;
  /**
   * What ends the first worker by SIGKILL. A function: from outside, as soon as it holds (look at artefacts). A file: from inside,
   * before `count` files (default 1: before the first) have been renamed onto paths that contain the text; for tasks that are quick.
   */
  when: (() => boolean | Promise<boolean>) | { file: string; count?: number };
}

export interface Example {
  /** The copy. */
  dir: string;
  client: Client;
  taskQueue: string;
  /** Starts a worker process, in addition to any that runs. Ended after the test, or after the file's tests. */
  start(options?: Pick<WorkerArgument, 'dieAtFile' | 'holdAtFiles'>): Promise<SpawnedWorker>;
  /** Starts the task's run for the date. Await it with resultOf or failureOf. */
  begin(task: string, date: string, params?: JsonObject): Promise<WorkflowHandle>;
  /** Runs the built `daychain` in the copy: `daychain('run', 'task_x', '--date', '20260203', '--wait')`. */
  daychain(...words: string[]): Promise<Answer>;
  /** The same with more in the environment. */
  daychainWith(environment: Record<string, string>, ...words: string[]): Promise<Answer>;
  /**
   * Starts a worker and the task, kills that worker by SIGKILL in the middle, starts another, awaits the end and stops it.
   * @throws if the task was over before the kill, or one attempt did it all
   */
  killedInTheMiddle(killed: Killed): Promise<TaskResult>;
}

/**
 * @param environment what workers and commands see besides this process's own: settings of the project
 * @param pace how soon a dead worker's work is taken up again. Opening PGlite may keep a busy machine's loop for seconds: give it time
 */
export async function openExample(
  name: string,
  environment: Record<string, string> = {},
  pace: NonNullable<WorkerArgument['pace']> = { heartbeatMs: 3_000, retryDelayMs: 1_000 },
): Promise<Example> {
  quietRuntime();
  const dir = copyOf(name);
  const taskQueue = queueOf(dir);
  const address = temporalAddress();
  const connection = await openConnection({ address });
  const client = new Client({ connection, namespace: temporalNamespace() });
  const started: SpawnedWorker[] = [];
  afterwards(async () => {
    for (const worker of started) worker.process.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await connection.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const start: Example['start'] = (options = {}) => {
    const argument: WorkerArgument = {
      dir,
      address,
      redisPort: redisPort(),
      environment,
      drainMs: 0,
      ttlSeconds: 300,
      pace,
      ...options,
    };
    return spawnWorker(argument, (worker) => started.push(worker));
  };
  const begin: Example['begin'] = (task, date, params) =>
    client.workflow.start('runTask', {
      taskQueue,
      workflowId: `${task}:${date}`,
      args: [{ task, date, ...(params ? { params } : {}), mark: Date.now() }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: 'FAIL',
    });

  return {
    dir,
    client,
    taskQueue,
    start,
    begin,
    daychain: (...words) => runDaychain(dir, words, environment),
    daychainWith: (more, ...words) => runDaychain(dir, words, { ...environment, ...more }),
    async killedInTheMiddle({ task, date, params, when }) {
      const fromInside = typeof when === 'object' ? { dieAtFile: { path: when.file, count: when.count ?? 1 } } : {};
      const first = await start(fromInside);
      const run = await begin(task, date, params);
      const isOver = async () => (await run.describe()).status.name !== 'RUNNING';
      if (typeof when === 'function') {
        await eventually(`the middle of ${task}`, when, 120_000);
        first.process.kill('SIGKILL');
      } else {
        const died = async () => first.process.signalCode !== null || (await isOver());
        await eventually(`the end of the worker before ${when.file}`, died, 120_000);
      }
      if (await isOver()) throw new Error(`${task} for ${date} was over before its worker could be killed`);
      await first.ended;
      const second = await start();
      const result = await resultOf<TaskResult>(run, 120_000);
      second.process.kill('SIGTERM');
      await second.ended;
      if (result.attempts < 2) throw new Error(`${task} for ${date} was not killed in the middle: one attempt did it`);
      return result;
    },
  };
}

/** A copy of the example without what it left behind, named anew: the name is the task queue. */
function copyOf(name: string): string {
  mkdirSync(COPIES, { recursive: true });
  const dir = mkdtempSync(join(COPIES, `${name}-`));
  const leftBehind = ['out', '.data', '.daychain', '.env'];
  cpSync(join(EXAMPLES, name), dir, { recursive: true, filter: (path) => !leftBehind.includes(basename(path)) });
  const config = join(dir, 'daychain.config.ts');
  const text = readFileSync(config, 'utf8');
  const renamed = text.replace(`name: '${name}'`, `name: '${queueOf(dir)}'`);
  if (renamed === text) throw new Error(`${name}/daychain.config.ts does not say name: '${name}'`);
  writeFileSync(config, renamed);
  return dir;
}

function queueOf(dir: string): string {
  return basename(dir).toLowerCase();
}
