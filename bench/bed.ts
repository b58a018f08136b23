/** What benches stand on: servers of their own, a project of plain files, a worker in this process. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { openConnection } from '../src/connections/connection.js';
import type { Log } from '../src/activities/attempt-log.js';
import type { Server } from '../src/control/server.js';
import { prepareNamespace } from '../src/local/prepare-namespace.js';
import { startRedis } from '../src/local/redis-server.js';
import { defaultCacheDir, findTemporal } from '../src/local/temporal-binary.js';
import { startTemporal } from '../src/local/temporal-server.js';
import { SEARCH_ATTRIBUTES } from '../src/plan/names.js';
import { loadProject, type Registry } from '../src/registry/index.js';
import { installRuntime, startWorker } from '../src/worker.js';

export interface Bed {
  server: Server;
  registry: Registry;
  /** Folder of the project. */
  dir: string;
  /** Of Temporal, `host:port`. */
  address: string;
  /** On loopback. */
  redisPort: number;
  /** Stops everything and removes its folder. */
  close(): Promise<void>;
}

export interface BenchChain {
  /** No-op tasks in a row. */
  tasks: number;
  /** Fields beside `tasks`, like a schedule. */
  fields?: object;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

export async function openBed(chains: Readonly<Record<string, BenchChain>>): Promise<Bed> {
  installRuntime(silent);
  const home = mkdtempSync(fileURLToPath(new URL('../test/.bench-', import.meta.url)));
  const closing: (() => unknown)[] = [() => rmSync(home, { recursive: true, force: true })];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    writeProject(home, chains);
    return { ...(await open(home, closing)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(home: string, closing: (() => unknown)[]): Promise<Omit<Bed, 'close'>> {
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
  const connection = await openConnection({ address });
  closing.push(() => connection.close());
  const server = { client: new Client({ connection, namespace }), namespace, taskQueue, by: 'bench' };
  return { server, registry, dir: home, address, redisPort: redis.port };
}

/** Plain files, as a user's. */
function writeProject(home: string, chains: Readonly<Record<string, BenchChain>>): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  };
  write('daychain.config.js', `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'bench' });\n`);
  for (const [chain, { tasks: length, fields = {} }] of Object.entries(chains)) {
    const ids = Array.from({ length }, (_, at) => `${chain}_${at}`);
    for (const id of ids) {
      write(`tasks/${id}.js`, `import { defineTask } from 'daychain';\nexport default defineTask({ run() { return {}; } });\n`);
    }
    const tasks = Object.fromEntries(ids.map((id, at) => [id, at === 0 ? [] : [ids[at - 1]!]]));
    write(
      `chains/${chain}.js`,
      `import { defineChain } from 'daychain';\nexport default defineChain(${JSON.stringify({ ...fields, tasks })});\n`,
    );
  }
}

export function figure(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { runs: values.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
