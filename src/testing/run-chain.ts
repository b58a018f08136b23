/** One chain's test, from its definition to what came of it. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Log } from '../activities/attempt-log.js';
import { seeRun } from '../activities/runs.js';
import type { Chain, JsonObject } from '../define/types.js';
import { canonicalId } from '../plan/ids.js';
import { WORKFLOWS } from '../plan/names.js';
import type { ChainResult, ResolvedChainInput, RunChainInput, TaskResult } from '../plan/types.js';
import { parseParams, type Registry } from '../registry/index.js';
import { chainRegistry } from './chain-registry.js';
import { withChainWorker } from './chain-worker.js';
import { memoryRedis, runsTold } from './stand-ins.js';
import type { TestChainOptions, TestedChain, TestedRun } from './test-chain.js';
import { type TestServer, withTestServer } from './test-server.js';

const PATIENCE_MS = 60_000;

type Inputs = TestedRun['inputs'][number];

export async function runChainInTime(chain: Chain | string, options: TestChainOptions): Promise<TestedChain> {
  const { secrets = {}, patience = PATIENCE_MS } = options;
  const { registry, id } = await chainRegistry({
    chain,
    id: options.id ?? 'chain',
    tasks: options.tasks ?? {},
    project: options.project,
    timezone: options.timezone,
    environment: secrets,
  });
  const input = inputOf(registry, id, options);
  const seen = new Map<string, TestedRun>(input.plan.tasks.map((task) => [task.id, { result: null, inputs: [], log: [] }]));
  const redis = memoryRedis(options.redis ?? {});
  const slot = Date.parse(input.scheduledFor);

  return await withTestServer(slot, async (server) => {
    await server.moveTo(slot);
    const begun = await server.now();
    const parts = {
      server,
      namespace: `test-${randomUUID()}`,
      registry: withSettings(registry, options.settings ?? {}),
      clients: options.clients ?? {},
      redis: redis.client,
      environment: secrets,
      log: recorder(seen),
      runOf: runsTold(options.runs ?? {}),
      onAttempt: ({ task, params, upstream }: Omit<Inputs, 'attempt'> & { task: string }, attempt: number) =>
        void seen.get(task)?.inputs.push({ attempt, params: asSeen(registry, task, params), upstream }),
    };
    return await withChainWorker(parts, async (client) => {
      const { result, closedAt } = await runToEnd(client, server, {
        input: { ...input, mark: begun },
        taskQueue: registry.project.taskQueue,
        patience,
      });
      for (const [task, run] of seen) run.result = await resultOf(client, canonicalId(task, input.runKey));
      return { result, tasks: Object.fromEntries(seen), redis: redis.content(), tookMs: closedAt - begun };
    });
  });
}

function inputOf(registry: Registry, chain: string, options: TestChainOptions): ResolvedChainInput {
  const { slot, params } = options;
  const asked: RunChainInput = { chain, ...(params && { params }) };
  if (slot === undefined) asked.date = options.date ?? '20260203';
  else {
    asked.scheduledFor = new Date(slot).toISOString();
    if (options.date !== undefined) asked.date = options.date;
  }
  const input = registry.resolveChain(asked);
  if ('problem' in input) throw new RangeError(`testChain: ${input.problem}`);
  // Nobody is told of how a test ends.
  const { notices: _notices, ...rest } = input;
  return rest;
}

/** The registry, with values of settings in place of its own. */
function withSettings(registry: Registry, settings: Record<string, unknown>): Registry {
  const values = () => ({ ...registry.settingValues(), ...settings });
  return Object.create(registry, { settingValues: { value: values } }) as Registry;
}

/** Params with the schema's defaults, as the body has them. */
function asSeen(registry: Registry, task: string, params: JsonObject): JsonObject {
  const parsed = parseParams(schemaOf(registry, task), params);
  return 'problem' in parsed ? params : (parsed.params as JsonObject);
}

function schemaOf(registry: Registry, id: string) {
  const task = registry.task(id);
  return task?.kind === 'body' ? task.definition?.params : undefined;
}

interface Run {
  input: ResolvedChainInput;
  taskQueue: string;
  /** Milliseconds. */
  patience: number;
}

interface Ended {
  result: ChainResult;
  /** Epoch milliseconds of simulated time. */
  closedAt: number;
}

async function runToEnd(client: Client, server: TestServer, { input, taskQueue, patience }: Run): Promise<Ended> {
  const workflowId = canonicalId(input.chain, input.runKey);
  const handle = await client.workflow.start(WORKFLOWS.runChain, { taskQueue, workflowId, args: [input] });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), patience)));
  const end = server.skipping(() => handle.result().catch(() => null));
  const first = await Promise.race([end.then(() => 'ended'), late]);
  clearTimeout(timer);
  if (first === 'late') {
    const text = await lateText(client, input, patience);
    await handle.terminate('its test waits no longer');
    await end;
    throw new Error(text);
  }
  const seen = await seeRun(client, workflowId);
  const closed = seen === null || seen.open ? null : await seen.end();
  // Time went on after the end, as far as there was something to skip to.
  if (closed?.result) return { result: closed.result as unknown as ChainResult, closedAt: seen!.closedAt };
  throw new Error(
    `testChain: ${workflowId} ended without a result: ${closed && 'message' in closed ? closed.message : 'no word'}`,
  );
}

async function lateText(client: Client, { plan, runKey }: ResolvedChainInput, patience: number): Promise<string> {
  const open: string[] = [];
  for (const { id } of plan.tasks) if ((await seeRun(client, canonicalId(id, runKey)))?.open) open.push(id);
  const still = open.length === 0 ? 'no task of it is open' : `still open: ${open.join(', ')}`;
  return `testChain: ${plan.chain} has not ended within ${patience} ms of real time; ${still}. More is given with "patience".`;
}

async function resultOf(client: Client, workflowId: string): Promise<TaskResult | null> {
  const seen = await seeRun(client, workflowId);
  if (seen === null || seen.open) return null;
  return ((await seen.end()).result ?? null) as TaskResult | null;
}

/** Keeps the lines of the authors, not those of the boilerplate. */
function recorder(runs: ReadonlyMap<string, TestedRun>, task?: string): Log {
  const line = (level: string) => (fields: object, message: string) => {
    if ('fields' in fields && task !== undefined) {
      runs.get(task)?.log.push({ level, message, fields: fields.fields as JsonObject });
    }
  };
  const child = (fields: object) => recorder(runs, 'task' in fields && typeof fields.task === 'string' ? fields.task : task);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error'), child };
}
