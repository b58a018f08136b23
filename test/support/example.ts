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
  /** Where its first worker is held up: before `count` files (default 1: before the first) have got paths that contain the text. */
  at: { file: string; count?: number };
}

/** For workers that are killed on purpose: see `pace` of openExample. */
export const KILLED_PACE = { heartbeatMs: 5_000, retryDelayMs: 1_000, maximumAttempts: 20 };

export interface Example {
  /** The copy. */
  dir: string;
  client: Client;
  taskQueue: string;
  /** Starts a worker process, in addition to any that runs. Ended after the test, or after the file's tests. */
  start(options?: Pick<WorkerArgument, 'holdAtFiles'>): Promise<SpawnedWorker>;
  /** Starts the task's run for the date. Await it with resultOf or failureOf. */
  begin(task: string, date: string, params?: JsonObject): Promise<WorkflowHandle>;
  /** Runs the built `daychain` in the copy: `daychain('run', 'task_x', '--date', '20260203', '--wait')`. */
  daychain(...words: string[]): Promise<Answer>;
  /** The same with more in the environment. */
  daychainWith(environment: Record<string, string>, ...words: string[]): Promise<Answer>;
  /**
   * Starts a worker and the tasks, kills that worker by SIGKILL in the middle of all of them, starts another, awaits their ends
   * and stops it. No two tasks may write to paths with one of the texts.
   * @returns their results, in order
   * @throws if one attempt did it all
   */
  killedInTheMiddle(...killed: Killed[]): Promise<TaskResult[]>;
}

/**
 * @param environment what workers and commands see besides this process's own: settings of the project
 * @param pace how soon a dead worker's work is taken up again. Opening PGlite may keep a busy machine's loop for seconds: give it time
 */
export async function openExample(
  name: string,
  environment: Record<string, string> = {},
  pace: NonNullable<WorkerArgument['pace']> = { heartbeatMs: 5_000, retryDelayMs: 1_000 },
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
    async killedInTheMiddle(...killed) {
      const first = await start({ holdAtFiles: killed.map(({ at }) => ({ path: at.file, count: at.count ?? 1 })) });
      const held = heldBy(first);
      const runs = await Promise.all(killed.map(({ task, date, params }) => begin(task, date, params)));
      for (const [index, { task, date, at }] of killed.entries()) {
        const isInTheMiddle = async () => {
          if (held.has(at.file)) return true;
          if ((await runs[index]!.describe()).status.name === 'RUNNING') return false;
          throw new Error(`${task} for ${date} was over before its worker could be killed`);
        };
        await eventually(`the middle of ${task}`, isInTheMiddle, 120_000);
      }
      first.process.kill('SIGKILL');
      await first.ended;
      const second = await start();
      const results = await Promise.all(runs.map((run) => resultOf<TaskResult>(run, 120_000)));
      second.process.kill('SIGTERM');
      await second.ended;
      for (const [index, { task, date }] of killed.entries()) {
        if (results[index]!.attempts < 2) throw new Error(`${task} for ${date} was not killed in the middle: one attempt did it`);
      }
      return results;
    },
  };
}

/** The texts of `holdAtFiles` that the worker has come to since. */
export function heldBy(worker: SpawnedWorker): ReadonlySet<unknown> {
  const held = new Set<unknown>();
  worker.process.on('message', (path) => held.add(path));
  return held;
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
