/** The worker of one chain's test: the shipped workflows, real attempts, nothing outside of the process but the test server. */
import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createAttempt } from '../activities/attempt.js';
import type { Log } from '../activities/attempt-log.js';
import { createClientPool } from '../activities/clients.js';
import { createEngineActivities } from '../activities/engine.js';
import type { AppRedis, ClientOpener, RunFound } from '../define/types.js';
import { workflowBundlePath } from '../local/workflow-bundle.js';
import type { AttemptInput, AttemptOutput } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { memoryLocks } from './memory-locks.js';
import type { TestServer } from './test-server.js';

export interface ChainWorkerParts {
  server: TestServer;
  /** One per test, so that the same date can be run again. */
  namespace: string;
  registry: Registry;
  /** Stand-ins for clients by name; the others are the project's. */
  clients: Record<string, unknown>;
  redis: AppRedis;
  environment: Record<string, string>;
  log: Log;
  /** What a condition learns of other runs. */
  runOf(workflowId: string): Promise<RunFound>;
  /** Hears of every attempt before it is made. */
  onAttempt(input: AttemptInput, attempt: number): void;
}

/** Does work while the worker runs, and resolves when it has ended. */
export async function withChainWorker<T>(parts: ChainWorkerParts, work: (client: Client) => Promise<T>): Promise<T> {
  const { server, namespace, registry } = parts;
  silence();
  const { taskQueue } = registry.project;
  const client = new Client({ connection: server.connection, namespace });
  const openers: Record<string, ClientOpener> = { ...registry.project.clients };
  for (const [name, fake] of Object.entries(parts.clients)) openers[name] = { open: () => fake, close: () => {} };
  const pool = createClientPool(openers, {
    settings: registry.settingValues(),
    dir: registry.project.dir,
    redis: () => Promise.reject(new Error('testChain has no Redis: give a client that needs one a stand-in, clients: { … }')),
  });
  const locks = memoryLocks();
  const attempt = createAttempt({
    registry,
    locks: locks.tasks,
    shared: locks.shared,
    successKeys: 'off',
    clients: pool.clients,
    redis: parts.redis,
    environment: parts.environment,
    shutdown: new AbortController().signal,
    log: parts.log,
    runOf: parts.runOf,
  });
  const engine = createEngineActivities({
    registry,
    locks: locks.tasks,
    client,
    namespace,
    taskQueue,
    // Runs of a test have no notices, and no schedule of the server's starts them.
    resumeSchedule: () => Promise.resolve({ outcome: 'not in tests' }),
    sendNotice: () => Promise.resolve({ sent: true, answer: 'not in tests' }),
    pageUrl: null,
    cleanUpRuns: () => Promise.resolve([]),
  });
  const connection = await NativeConnection.connect({ address: server.address });
  try {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      workflowBundle: { codePath: workflowBundlePath() },
      activities: {
        ...engine,
        default: (input: AttemptInput): Promise<AttemptOutput> => {
          parts.onAttempt(input, input.attemptsUsed + Context.current().info.attempt);
          return attempt(input);
        },
      },
    });
    return await worker.runUntil(() => work(client));
  } finally {
    await pool.close();
    await connection.close();
  }
}

let silenced = false;

/** The SDK's own lines are no part of a test's output. Where the tests have set up the SDK themselves it stays as it is. */
function silence(): void {
  if (silenced) return;
  silenced = true;
  const nothing = () => {};
  const logger = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
  try {
    Runtime.install({ shutdownSignals: [], logger });
  } catch {
    // It was set up before.
  }
}
