/** A real worker of a real project on the run's servers, in the test's own process. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';
import type { AttemptParts } from '../../src/activities/attempt.js';
import type { Log } from '../../src/activities/attempt-log.js';
import type { Server } from '../../src/control/server.js';
import { canonicalId } from '../../src/plan/ids.js';
import type { ChainResult, RunChainInput, RunTaskInput, TaskResult } from '../../src/plan/types.js';
import { loadProject, type Registry } from '../../src/registry/index.js';
import { type RunningWorker, installRuntime, startWorker } from '../../src/worker.js';
import { connectRedis, type RedisConnection } from '../../src/connections/redis.js';
import { type ProjectText, writeProject } from './project.js';
import { afterwards, redisPort, temporalAddress, temporalNamespace } from './servers.js';

export interface EngineOptions extends ProjectText {
  successKeys?: AttemptParts['successKeys'];
  /** Default 300. */
  ttlSeconds?: number;
  onStep?: AttemptParts['onStep'];
  /** As the worker calls itself. */
  version?: string;
  /** Attempts of bodies at a time. Default 100. */
  concurrency?: number;
  /** As the worker's option of that name. */
  loopBlockedMs?: number;
  /** As the worker's option of that name. Default 1,000: tests need not wait long until a cancellation is heard. */
  heartbeatEveryMs?: number;
  /** False: nobody works on the project's queue, nor ever has. Default true. */
  worker?: boolean;
  /** What the worker's environment has besides this process's. */
  environment?: Record<string, string>;
  /** Default: the run's own servers. */
  address?: string;
  redis?: number;
}

export interface WitnessLine {
  task: string;
  date: string;
  runKey: string;
  taskId: string;
  attempt: number;
  fence: number;
  phase: string;
  pid: number;
  at: number;
}

export interface Engine {
  dir: string;
  registry: Registry;
  client: Client;
  /** For what control does. */
  server: Server;
  taskQueue: string;
  /** The lock store's database. */
  locks: RedisConnection;
  /** Path of a file bodies may wait for with until(); opened by open(). */
  gate(name: string): string;
  open(name: string): void;
  witness(): WitnessLine[];
  witnessFile: string;
  startTask(input: RunTaskInput, options?: { id?: string; mark?: boolean }): Promise<WorkflowHandle>;
  startChain(input: RunChainInput, options?: { id?: string; mark?: boolean }): Promise<WorkflowHandle>;
  /** The lines the worker logged, as objects. */
  logged: { event?: string; [field: string]: unknown }[];
  worker: RunningWorker;
}

let runtimeInstalled = false;

/** The SDK's own log lines are kept out of the tests' output. Before anything of Temporal's native part is touched. */
export function quietRuntime(): void {
  if (!runtimeInstalled) installRuntime(silentLog);
  runtimeInstalled = true;
}

/** Starts it; everything is stopped after the test, or, started in `beforeAll`, after the file's tests. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const project = writeProject(options);
  mkdirSync(join(project.dir, 'gates'), { recursive: true });
  const witnessFile = join(project.dir, 'witness.jsonl');
  writeFileSync(witnessFile, '');
  const gate = (name: string) => join(project.dir, 'gates', name);
  const logged: Engine['logged'] = [];
  const log = recordingLog(logged);
  quietRuntime();

  const environment = { ...process.env, WITNESS: witnessFile, GATES: join(project.dir, 'gates'), ...options.environment };
  const registry = await loadProject(project.dir, environment);
  const address = options.address ?? temporalAddress();
  const namespace = temporalNamespace();
  const redis = { host: '127.0.0.1', port: options.redis ?? redisPort() };
  const worker = await (options.worker === false ? noWorker : startWorker)({
    registry,
    temporal: { address },
    namespace,
    taskQueue: registry.project.taskQueue,
    redis,
    lock: { ttlSeconds: options.ttlSeconds ?? 300, successKeys: options.successKeys ?? 'read' },
    log,
    environment,
    heartbeatEveryMs: options.heartbeatEveryMs ?? 1_000,
    ...(options.onStep ? { onStep: options.onStep } : {}),
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.concurrency ? { concurrency: options.concurrency } : {}),
    ...(options.loopBlockedMs ? { loopBlockedMs: options.loopBlockedMs } : {}),
  });
  let broke: unknown;
  worker.ended.catch((error: unknown) => (broke = error));
  const connection = await openConnection({ address });
  const client = new Client({ connection, namespace });
  const locks = connectRedis({ ...redis, database: 6, name: 'test' });
  await locks.firstTrouble();

  afterwards(async () => {
    worker.stop({ drainMs: 0 });
    await worker.ended.catch(() => {});
    await connection.close();
    locks.close();
    project.remove();
    if (broke !== undefined) throw new Error('the worker broke', { cause: broke });
  });

  const start = (type: 'runTask' | 'runChain', id: string, input: RunTaskInput | RunChainInput, mark: boolean) =>
    client.workflow.start(type, {
      taskQueue: registry.project.taskQueue,
      workflowId: id,
      args: [mark ? { ...input, mark: Date.now() } : input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: 'FAIL',
    });
  return {
    dir: project.dir,
    registry,
    client,
    server: { client, namespace, taskQueue: registry.project.taskQueue, by: 'tests' },
    taskQueue: registry.project.taskQueue,
    locks,
    gate,
    open: (name) => appendFileSync(gate(name), ''),
    witness: () => readWitness(witnessFile),
    witnessFile,
    logged,
    worker,
    startTask: (input, { id, mark = true } = {}) =>
      start('runTask', id ?? canonicalId(input.task, input.runKey ?? input.date!), input, mark),
    startChain: (input, { id, mark = true } = {}) =>
      start('runChain', id ?? canonicalId(input.chain, input.runKey ?? input.date!), input, mark),
  };
}

export function readWitness(file: string): WitnessLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WitnessLine);
}

/** A run's result within the deadline; rejects as the run does. Milliseconds. */
export async function resultOf<T = TaskResult | ChainResult>(handle: WorkflowHandle, withinMs = 90_000): Promise<T> {
  return await within(withinMs, `the result of ${handle.workflowId}`, handle.result() as Promise<T>);
}

/** The failure a run ends with: its type, message and first detail. */
export async function failureOf(
  handle: WorkflowHandle,
  withinMs = 90_000,
): Promise<{ type: string; message: string; result: TaskResult & ChainResult }> {
  try {
    const result = await resultOf(handle, withinMs);
    throw new Error(`${handle.workflowId} did not fail: ${JSON.stringify(result)}`);
  } catch (error) {
    const cause = (error as { cause?: { type?: string; message: string; details?: unknown[] } }).cause;
    if (cause === undefined) throw error;
    return {
      type: cause.type ?? cause.constructor.name,
      message: cause.message,
      result: cause.details?.[0] as TaskResult & ChainResult,
    };
  }
}

/** Polls until a condition holds, with a deadline in milliseconds. */
export async function eventually<T>(what: string, look: () => T | Promise<T>, withinMs = 60_000): Promise<NonNullable<T>> {
  const until = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > until) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function recordingLog(lines: Engine['logged'], base: object = {}): Log {
  const line = (level: string) => (fields: object, message: string) => void lines.push({ level, message, ...base, ...fields });
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => recordingLog(lines, { ...base, ...fields }),
  };
}

const noWorker = async (): Promise<RunningWorker> => Promise.resolve({ stop() {}, ended: Promise.resolve() });

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };
