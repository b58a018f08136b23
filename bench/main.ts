/**
 * Measures chains of ours and hand-written ones in turn, on the same server, Redis and machine, and prints ratios.
 * Absolute times mean nothing on another day; the ratios do. `--json` prints figures only.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { openConnection } from '../src/connections/connection.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Log } from '../src/activities/attempt-log.js';
import { prepareNamespace } from '../src/local/prepare-namespace.js';
import { startRedis } from '../src/local/redis-server.js';
import { defaultCacheDir, findTemporal } from '../src/local/temporal-binary.js';
import { startTemporal } from '../src/local/temporal-server.js';
import { SEARCH_ATTRIBUTES } from '../src/plan/names.js';
import { addDays } from '../src/time/dates.js';
import { loadProject } from '../src/registry/index.js';
import { installRuntime, startWorker } from '../src/worker.js';
import * as byHand from './handwritten/activities.js';

interface Case {
  name: string;
  chain: string;
  tasks: number;
  fibo: number;
  rounds: number;
  warmUps: number;
}
const CASES: Case[] = [
  { name: '3 no-op tasks', chain: 'bench-three', tasks: 3, fibo: 0, rounds: 30, warmUps: 5 },
  { name: '40 x fibo(10)', chain: 'bench-forty', tasks: 40, fibo: 10, rounds: 5, warmUps: 1 },
];
const HAND_QUEUE = 'bench-by-hand';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
installRuntime(silent);
const home = mkdtempSync(fileURLToPath(new URL('../test/.bench-', import.meta.url)));
const closing: (() => unknown)[] = [() => rmSync(home, { recursive: true, force: true })];

try {
  const figures = await measure();
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  else print(figures);
} finally {
  for (const close of closing.reverse()) await close();
}

async function measure() {
  writeProject(home);
  const binary = await findTemporal({ cacheDir: defaultCacheDir(process.env) });
  const temporal = await startTemporal({
    binary,
    home,
    namespace: 'default',
    searchAttributes: SEARCH_ATTRIBUTES,
    port: 0,
    uiPort: 0,
  });
  closing.push(() => temporal.stop());
  const { address } = temporal;
  await prepareNamespace({ address, namespace: 'default', owned: true, retentionDays: 400, searchAttributes: SEARCH_ATTRIBUTES });
  const redis = await startRedis({ home, port: 0 });
  closing.push(() => redis.stop());

  const registry = await loadProject(home);
  if (registry.problems.length > 0) throw new Error(JSON.stringify(registry.problems));
  const ours = await startWorker({
    registry,
    temporal: { address },
    namespace: 'default',
    taskQueue: 'bench',
    redis: { host: '127.0.0.1', port: redis.port },
    lock: { successKeys: 'read' },
    log: silent,
    environment: {},
  });
  closing.push(async () => {
    ours.stop({ drainMs: 0 });
    await ours.ended;
  });
  await startByHand(address, redis.port);

  const connection = await openConnection({ address });
  closing.push(() => connection.close());
  const client = new Client({ connection });
  const figures = [];
  for (const one of CASES) figures.push(await compare(client, one));
  return figures;
}

async function startByHand(address: string, redisPort: number): Promise<void> {
  const locks = byHand.useRedis(redisPort);
  closing.push(() => locks.close());
  const connection = await NativeConnection.connect({ address });
  closing.push(() => connection.close());
  const worker = await Worker.create({
    connection,
    taskQueue: HAND_QUEUE,
    workflowsPath: fileURLToPath(new URL('./handwritten/workflows.ts', import.meta.url)),
    activities: { lockedBody: byHand.lockedBody },
    maxCachedWorkflows: 600,
    stickyQueueScheduleToStartTimeout: '2 seconds',
  });
  const running = worker.run();
  closing.push(async () => {
    worker.shutdown();
    await running;
  });
}

/** Rounds of both, in turn, so that whatever else the machine does falls on both. */
async function compare(client: Client, one: Case) {
  const times = { ours: [] as number[], byHand: [] as number[] };
  const tasks = taskIds(one);
  for (let round = -one.warmUps; round < one.rounds; round++) {
    const date = addDays('20260101', round + one.warmUps);
    const started = {
      ours: await timed(client, 'runChain', 'bench', `${one.chain}:${date}`, { chain: one.chain, date, mark: Date.now() }),
      byHand: await timed(client, 'handChain', HAND_QUEUE, `hand-${one.chain}:${date}`, {
        tasks: tasks.map((task) => `hand-${task}`),
        date,
        fibo: one.fibo,
      }),
    };
    if (round < 0) continue;
    times.ours.push(started.ours);
    times.byHand.push(started.byHand);
  }
  const events = await eventsOf(client, [`${one.chain}:20260101`, ...tasks.map((task) => `${task}:20260101`)]);
  const eventsByHand = await eventsOf(client, [`hand-${one.chain}:20260101`, ...tasks.map((task) => `hand-${task}:20260101`)]);
  const figure = (of: number[]) => ({ p50: quantile(of, 0.5), p95: quantile(of, 0.95) });
  const [mine, theirs] = [figure(times.ours), figure(times.byHand)];
  return {
    case: one.name,
    ours: mine,
    byHand: theirs,
    ratio: mine.p50 / theirs.p50,
    events,
    eventsByHand,
    eventsAllowed: 24 + 24 * one.tasks,
  };
}

async function timed(client: Client, type: string, taskQueue: string, workflowId: string, input: object): Promise<number> {
  const begun = performance.now();
  await client.workflow.execute(type, { taskQueue, workflowId, args: [input], workflowExecutionTimeout: '2 minutes' });
  return performance.now() - begun;
}

async function eventsOf(client: Client, ids: string[]): Promise<number> {
  const lengths = await Promise.all(ids.map(async (id) => (await client.workflow.getHandle(id).describe()).historyLength));
  return lengths.reduce((sum, length) => sum + length, 0);
}

function quantile(values: number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))]!;
}

function taskIds({ chain, tasks }: Case): string[] {
  return Array.from({ length: tasks }, (_, at) => `${chain}-${at}`);
}

/** The project that is measured: plain files, as a user's. */
function writeProject(dir: string): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  write('daychain.config.js', `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'bench' });\n`);
  for (const one of CASES) {
    const ids = taskIds(one);
    for (const id of ids) {
      write(
        `tasks/${id}.js`,
        `import { defineTask } from 'daychain';\nconst fibo = (n) => (n < 2 ? n : fibo(n - 1) + fibo(n - 2));\nexport default defineTask({ run(ctx) { fibo(${one.fibo}); return { text: ctx.task }; } });\n`,
      );
    }
    const tasks = Object.fromEntries(ids.map((id, at) => [id, at === 0 ? [] : [ids[at - 1]!]]));
    write(
      `chains/${one.chain}.js`,
      `import { defineChain } from 'daychain';\nexport default defineChain({ tasks: ${JSON.stringify(tasks)} });\n`,
    );
  }
}

function print(figures: Awaited<ReturnType<typeof measure>>): void {
  const ms = (value: number) => `${value.toFixed(0)} ms`.padStart(9);
  process.stdout.write(
    `${'case'.padEnd(16)}${'ours p50'.padStart(9)}${'p95'.padStart(9)}${'by hand'.padStart(9)}${'p95'.padStart(9)}${'ratio'.padStart(8)}   events (by hand, allowed)\n`,
  );
  for (const one of figures) {
    const events = `${one.events} (${one.eventsByHand}, ${one.eventsAllowed})`;
    process.stdout.write(
      `${one.case.padEnd(16)}${ms(one.ours.p50)}${ms(one.ours.p95)}${ms(one.byHand.p50)}${ms(one.byHand.p95)}${one.ratio.toFixed(2).padStart(8)}   ${events}\n`,
    );
  }
}
