/**
 * Measures a backfill of a year of ten no-op tasks at concurrency 50: how soon all its chains are started, whether the counts
 * are exact at the end, and what it costs a fresh chain of three tasks that is started every second meanwhile.
 * `--days N` and `--concurrency N` for less; `--json` prints figures only.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import type { Log } from '../src/activities/attempt-log.js';
import { planBackfill } from '../src/control/backfill-plan.js';
import { startBackfill } from '../src/control/backfills.js';
import type { Server } from '../src/control/server.js';
import { startChain } from '../src/control/start.js';
import { prepareNamespace } from '../src/local/prepare-namespace.js';
import { startRedis } from '../src/local/redis-server.js';
import { defaultCacheDir, findTemporal } from '../src/local/temporal-binary.js';
import { startTemporal } from '../src/local/temporal-server.js';
import type { BackfillResult } from '../src/plan/backfill.js';
import { SEARCH_ATTRIBUTES } from '../src/plan/names.js';
import { loadProject, type Registry } from '../src/registry/index.js';
import { addDays } from '../src/time/dates.js';
import { installRuntime, startWorker } from '../src/worker.js';

const { values: options } = parseArgs({
  options: {
    days: { type: 'string', default: '365' },
    concurrency: { type: 'string', default: '50' },
    json: { type: 'boolean', default: false },
  },
});
const DAYS = Number(options.days);
const LAST = '20261231';
const NOW = Date.parse('2027-01-01T12:00:00Z');
const FRESH_EVERY_MS = 1_000;
const COUNT_EVERY_MS = 250;
const LONE_RUNS = 10;
const WARM_UPS = 5;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
installRuntime(silent);
const home = mkdtempSync(fileURLToPath(new URL('../test/.bench-', import.meta.url)));
const closing: (() => unknown)[] = [() => rmSync(home, { recursive: true, force: true })];

try {
  const figures = await measure();
  if (options.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  else print(figures);
} finally {
  for (const close of closing.reverse()) await close();
}

async function measure() {
  const { server, registry } = await open();
  const fresh = freshRuns(server, registry);
  for (let at = 0; at < WARM_UPS; at++) await fresh();
  const alone: number[] = [];
  for (let at = 0; at < LONE_RUNS; at++) alone.push(await fresh());

  const plan = await planBackfill(
    server,
    registry,
    {
      kind: 'chain',
      id: 'year',
      from: addDays(LAST, 1 - DAYS),
      to: LAST,
      only: null,
      tasks: null,
      order: 'asc',
      concurrency: Number(options.concurrency),
      reason: null,
      beyondRetention: true,
    },
    NOW,
  );
  if (plan.runs.length !== DAYS) throw new Error(`${plan.runs.length} runs are planned, not ${DAYS}`);
  const begun = performance.now();
  const { workflowId } = await startBackfill(server, plan);
  const handle = server.client.workflow.getHandle(workflowId);
  const over = new AbortController();
  const [beside, allStarted] = [freshEverySecond(fresh, over.signal), allStartedAfter(server, begun)];
  const result = (await handle.result()) as BackfillResult;
  const took = performance.now() - begun;
  over.abort();
  const { historyLength, historySize } = await handle.describe();
  const { done, already, failed, cancelled, left, total } = result;
  return {
    days: DAYS,
    concurrency: plan.request.concurrency,
    allStarted: await allStarted,
    took,
    counts: { done, already, failed, cancelled, left, total },
    exact: done === DAYS && total === DAYS && already + failed + cancelled + left === 0,
    history: { events: historyLength, bytes: historySize ?? null },
    fresh: { alone: figure(alone), beside: figure(await beside) },
    load: loadavg()[0]!,
  };
}

/** Milliseconds after which the server knows a run of every date. */
async function allStartedAfter({ client, namespace }: Server, begun: number): Promise<number> {
  for (;;) {
    const query = `WorkflowType = 'runChain' AND ChainName = 'year'`;
    const { count } = await client.workflowService.countWorkflowExecutions({ namespace, query });
    if (Number(count) >= DAYS) return performance.now() - begun;
    await delay(COUNT_EVERY_MS);
  }
}

async function freshEverySecond(fresh: () => Promise<number>, over: AbortSignal): Promise<number[]> {
  const under: Promise<number>[] = [];
  while (!over.aborted) {
    under.push(fresh());
    await delay(FRESH_EVERY_MS);
  }
  return await Promise.all(under);
}

/** Runs the fresh chain for a new date each time; answers how long it took, in milliseconds. */
function freshRuns(server: Server, registry: Registry): () => Promise<number> {
  let date = '20270101';
  return async () => {
    date = addDays(date, 1);
    const input = registry.resolveChain({ chain: 'fresh', date });
    if ('problem' in input) throw new Error(input.problem);
    const begun = performance.now();
    const { workflowId } = await startChain(server, input);
    await server.client.workflow.getHandle(workflowId).result();
    return performance.now() - begun;
  };
}

async function open(): Promise<{ server: Server; registry: Registry }> {
  writeProject();
  const binary = await findTemporal({ cacheDir: defaultCacheDir(process.env) });
  const namespace = 'default';
  const temporal = await startTemporal({ binary, home, namespace, searchAttributes: SEARCH_ATTRIBUTES, port: 0, uiPort: 0 });
  closing.push(() => temporal.stop());
  const { address } = temporal;
  await prepareNamespace({ address, namespace, owned: true, retentionDays: 400, searchAttributes: SEARCH_ATTRIBUTES });
  const redis = await startRedis({ home, port: 0 });
  closing.push(() => redis.stop());
  const registry = await loadProject(home);
  if (registry.problems.length > 0) throw new Error(JSON.stringify(registry.problems));
  const { taskQueue } = registry.project;
  const worker = await startWorker({
    registry,
    temporal: { address },
    namespace,
    taskQueue,
    redis: { host: '127.0.0.1', port: redis.port },
    lock: { successKeys: 'read' },
    log: silent,
    environment: {},
  });
  closing.push(async () => {
    worker.stop({ drainMs: 0 });
    await worker.ended;
  });
  const connection = await Connection.connect({ address });
  closing.push(() => connection.close());
  return { server: { client: new Client({ connection, namespace }), namespace, taskQueue, by: 'bench' }, registry };
}

/** Plain files, as a user's: two chains of tasks in a row. */
function writeProject(): void {
  write('daychain.config.js', `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'bench' });\n`);
  for (const [chain, length] of [
    ['year', 10],
    ['fresh', 3],
  ] as const) {
    const ids = Array.from({ length }, (_, at) => `${chain}_${at}`);
    for (const id of ids) {
      write(`tasks/${id}.js`, `import { defineTask } from 'daychain';\nexport default defineTask({ run() { return {}; } });\n`);
    }
    const tasks = Object.fromEntries(ids.map((id, at) => [id, at === 0 ? [] : [ids[at - 1]!]]));
    write(
      `chains/${chain}.js`,
      `import { defineChain } from 'daychain';\nexport default defineChain({ tasks: ${JSON.stringify(tasks)} });\n`,
    );
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

function figure(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { runs: values.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}

function print(figures: Awaited<ReturnType<typeof measure>>): void {
  const { allStarted, took, counts, exact, history, fresh, load } = figures;
  const s = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const freshText = ({ p50, p95, max }: typeof fresh.alone) => `p50 ${s(p50)}, p95 ${s(p95)}, max ${s(max)}`;
  process.stdout.write(
    [
      `backfill of ${figures.days} dates x 10 tasks, ${figures.concurrency} at a time`,
      `  all started    ${s(allStarted)}   (bar for a year: 15 s)`,
      `  all done       ${s(took)}   ${exact ? 'counts exact' : `COUNTS WRONG: ${JSON.stringify(counts)}`}`,
      `  fresh alone    ${freshText(fresh.alone)}`,
      `  fresh beside   ${freshText(fresh.beside)}   (bar: 2 s more than alone)`,
      `  history        ${history.events} events, ${history.bytes} bytes in its last execution`,
      `  load average   ${load.toFixed(1)} at the end; over the number of cores, others were working too`,
      '',
    ].join('\n'),
  );
}
