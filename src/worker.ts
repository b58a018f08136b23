/** The worker: connections, activities and workflows of one project, and their orderly stop. */
import { setMaxListeners } from 'node:events';
import { Client, type ConnectionOptions } from '@temporalio/client';
import {
  NativeConnection,
  type NativeConnectionOptions,
  Runtime,
  Worker,
  type WorkerDeploymentOptions,
} from '@temporalio/worker';
import { createAttempt, type AttemptParts } from './activities/attempt.js';
import { createCallActivities } from './activities/calls.js';
import type { Log } from './activities/attempt-log.js';
import { createClientPool } from './activities/clients.js';
import { runsOf } from './activities/condition.js';
import { createEngineActivities } from './activities/engine.js';
import { watchLoop } from './activities/loop-watch.js';
import { STOP_PATIENCE_MS } from './activities/stop.js';
import { appRedis } from './connections/app-redis.js';
import { clientRedis } from './connections/client-redis.js';
import { connectRedisStores, type RedisStoresOptions } from './connections/redis-stores.js';
import { cleanRuns } from './control/clean-runs.js';
import { endPause } from './control/pause.js';
import { workflowBundlePath } from './local/workflow-bundle.js';
import { createRateLimiter } from './lock/rate-limit.js';
import { createLockStore } from './lock/redis-store.js';
import { createSharedNotes, SHARED_PREFIX } from './lock/shared-notes.js';
import { lendClients } from './define/lent-clients.js';
import { sendNotice } from './notices/send.js';
import { canonicalId } from './plan/ids.js';
import type { AttemptInput, ResumeLaterInput } from './plan/types.js';
import type { Registry } from './registry/index.js';

export interface WorkerOptions {
  registry: Registry;
  temporal: NativeConnectionOptions & Pick<ConnectionOptions, 'address'>;
  namespace: string;
  taskQueue: string;
  redis: RedisStoresOptions;
  lock: { prefix?: string; ttlSeconds?: number; successTtlSeconds?: number; successKeys: AttemptParts['successKeys'] };
  log: Log;
  /** What secrets and programs see. */
  environment: Record<string, string | undefined>;
  /** Of this package, for doctor to tell workers apart. */
  version?: string;
  /** Address of the page, for links in notices. */
  pageUrl?: string | null;
  /** Attempts of bodies at a time. Default 100. */
  concurrency?: number;
  /** An event loop that turns no sooner is told of as blocked. Milliseconds. Default 10,000. */
  loopBlockedMs?: number;
  /** As in AttemptParts. */
  heartbeatEveryMs?: number;
  /** For tests that look on, or end the process at a named point. */
  onStep?: AttemptParts['onStep'];
}

/** How a worker is stopped: how long bodies may run on before they are told. Milliseconds; Infinity lets them end. */
export interface Stop {
  drainMs: number;
}

export interface RunningWorker {
  /** Stops polling at once, lets bodies run on for the drain, then has them hand their work back. A second call shortens the drain. */
  stop(how: Stop): void;
  /** Resolves once everything is closed. Rejects if the worker broke. */
  readonly ended: Promise<void>;
}

/** After the drain: bodies have their patience, then releases and replies a little more. Then the process may go. */
const LAST_WORDS_MS = STOP_PATIENCE_MS + 5_000;

/**
 * Workflow tasks at a time, and calls that ask for activities: few. One thread works the former off, so more of either would
 * only wait here, in the order they came; what waits at the server is passed by what is fresh (a backfill has the lowest
 * priority). `npm run bench:backfill` measures it.
 */
const WORKFLOW_TASKS = 4;
const ACTIVITY_POLLS = 2;

/** Starts a worker and resolves when it polls. @throws what kept it from polling; then nothing is left open */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const opened = new Opened();
  try {
    return await startOn(options, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function startOn(options: WorkerOptions, opened: Opened): Promise<RunningWorker> {
  const { registry, namespace, taskQueue, log } = options;
  const stopping = deferred();
  const stores = await connectRedisStores(options.redis);
  opened.add(() => stores.close());
  const connection = await NativeConnection.connect(options.temporal);
  opened.add(() => Promise.race([connection.close().catch(() => {}), stopping.promise]));
  const client = new Client({ connection, namespace });
  const prefix = options.lock.prefix ?? registry.project.lockPrefix;
  const locks = createLockStore(stores.locks, { ...options.lock, prefix });
  const redisOfClients = () => Promise.resolve(clientRedis(stores, options.redis, prefix));
  const pool = createClientPool(registry.project.clients, {
    settings: registry.settingValues(),
    dir: registry.project.dir,
    redis: redisOfClients,
  });
  opened.add(async () => {
    for (const trouble of await pool.close()) log.warn({}, trouble);
  });
  const shutdown = new AbortController();
  // Every attempt listens, and there may be a hundred; Node warns of more than ten.
  setMaxListeners(0, shutdown.signal);
  // What a task calls at once uses the clients that are open already.
  opened.add(lendClients(registry.project.dir, pool.clients));

  const attempt = createAttempt({
    registry,
    locks,
    successKeys: options.lock.successKeys,
    clients: pool.clients,
    redis: appRedis(stores.app, prefix + stores.appPrefix),
    clientRedis: redisOfClients,
    shared: {
      locks: (ttlSeconds) => createLockStore(stores.locks, { prefix: prefix + SHARED_PREFIX, ttlSeconds }),
      rates: createRateLimiter(stores.locks, prefix),
      notes: createSharedNotes(stores.locks, prefix),
    },
    environment: options.environment,
    shutdown: shutdown.signal,
    runOf: runsOf(client, taskQueue),
    log,
    ...(options.heartbeatEveryMs === undefined ? {} : { heartbeatEveryMs: options.heartbeatEveryMs }),
    ...(options.onStep ? { onStep: options.onStep } : {}),
  });
  const server = { client, namespace, taskQueue, by: 'the end of its pause' };
  const resumeSchedule = ({ schedule, note, catchUp }: ResumeLaterInput) =>
    endPause(server, registry.project.name, schedule, { note, catchUp });
  const cleanUpRuns = () => cleanRuns({ ...server, by: 'the daily clean-up' }, registry, Date.now());
  const loop = watchLoop({ log, ...(options.loopBlockedMs === undefined ? {} : { longestMs: options.loopBlockedMs }) });
  opened.add(() => loop.end());
  warnOfDisabled(registry, log);
  // The last that can fail: a connection closes only once no worker is on it.
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: { codePath: workflowBundlePath() },
    // Any name that is no activity of the engine is a task's; whether this worker has it, the attempt says.
    activities: {
      ...createEngineActivities({
        registry,
        locks,
        client,
        namespace,
        taskQueue,
        resumeSchedule,
        sendNotice: (notice) => sendNotice(notice, options.environment),
        pageUrl: options.pageUrl ?? null,
        cleanUpRuns,
      }),
      ...createCallActivities({
        registry,
        clients: pool.clients,
        environment: options.environment,
        shutdown: shutdown.signal,
        log,
      }),
      // A body in a process of its own blocks nothing here.
      default: (input: AttemptInput) =>
        registry.task(input.task)?.spec.isolate
          ? attempt(input)
          : loop.during(canonicalId(input.task, input.runKey), () => attempt(input)),
    },
    maxConcurrentActivityTaskExecutions: options.concurrency ?? 100,
    maxCachedWorkflows: 600,
    maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASKS,
    maxConcurrentWorkflowTaskPolls: WORKFLOW_TASKS,
    maxConcurrentActivityTaskPolls: ACTIVITY_POLLS,
    // Told, not chosen by: any worker takes any run.
    ...(options.version === undefined ? {} : { workerDeploymentOptions: unversioned(registry.project.name, options.version) }),
    // A dead worker's sticky queue holds its workflows up for this long.
    stickyQueueScheduleToStartTimeout: '2 seconds',
    // The server must have heard of a body long before its heartbeat timeout, the least of which is two seconds.
    maxHeartbeatThrottleInterval: '1 second',
    // Bodies are told by us, at the end of the drain; the SDK's own word would come too early or too late.
    shutdownGraceTime: '1 day',
  });

  const ended = (async () => {
    const running = worker.run();
    try {
      await Promise.race([running, stopping.promise]);
    } finally {
      if (!stopping.isDue()) shutdown.abort();
      await opened.close();
    }
  })();

  let drainTimer: NodeJS.Timeout | undefined;
  return {
    ended,
    stop({ drainMs }) {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      clearTimeout(drainTimer);
      if (shutdown.signal.aborted || drainMs === Infinity) return;
      drainTimer = setTimeout(() => {
        shutdown.abort();
        // A body that ignores everything must not keep the process: what it did is repeated elsewhere.
        setTimeout(() => stopping.resolve(), LAST_WORDS_MS).unref();
      }, drainMs);
    },
  };
}

/** What a worker has open: closed in the order opposite to that of opening. */
class Opened {
  private readonly closers: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }
}

function unversioned(deploymentName: string, buildId: string): WorkerDeploymentOptions {
  return { useWorkerVersioning: false, version: { deploymentName, buildId } };
}

function warnOfDisabled(registry: Registry, log: Log): void {
  for (const task of registry.taskIds()) {
    const { needs = [], disabledBecause } = registry.task(task) ?? {};
    if (disabledBecause !== undefined) log.warn({ event: 'TASK_DISABLED', task, needs }, `${task} is ${disabledBecause}`);
  }
}

/** Once per process, before anything of Temporal's: signals are ours to answer, and its log lines go where ours go. */
export function installRuntime(log: Log): void {
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) =>
    log[level]({ ...meta }, message);
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message, meta) =>
        write(level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : level === 'INFO' ? 'info' : 'debug')(message, meta),
      trace: write('debug'),
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    },
  });
}

function deferred(): { promise: Promise<void>; resolve(): void; isDue(): boolean } {
  let resolve!: () => void;
  let due = false;
  const promise = new Promise<void>((done) => {
    resolve = () => {
      due = true;
      done();
    };
  });
  return { promise, resolve, isDue: () => due };
}
