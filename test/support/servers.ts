/** The servers of the test run, and own ones for tests that kill or fill them. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject, onTestFinished } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../src/plan/names.js';
import { openHome } from '../../src/local/home.js';
import { findFreePort } from '../../src/local/ports.js';
import { prepareNamespace } from '../../src/local/prepare-namespace.js';
import { type RedisServer, startRedis } from '../../src/local/redis-server.js';
import { defaultCacheDir, findTestServer } from '../../src/local/temporal-binary.js';
import { startTemporal, type TemporalServer } from '../../src/local/temporal-server.js';
import { removeFolder } from './remove-folder.js';
import { TEST_HOME_PREFIX } from './test-homes.js';
import type {} from './global-setup.js';

/** `host:port` of the run's Temporal server. Throws, with the reason, when the run has none. */
export function temporalAddress(): string {
  return needed(() => inject('temporalAddress'));
}

/** The namespace of the run's Temporal server; its search attributes are registered. */
export function temporalNamespace(): string {
  return needed(() => inject('temporalNamespace'));
}

/** The Temporal CLI of this run. */
export function temporalBinary(): { path: string; version: string } {
  return needed(() => inject('temporalBinary'));
}

/** Port of the run's Redis on 127.0.0.1; shared: use keys of your own, never FLUSHALL. */
export function redisPort(): number {
  return needed(() => inject('redisPort'));
}

/** True when the run's Redis is a program of its own, not the one in process. */
export function hasRealRedis(): boolean {
  return needed(() => inject('redisKind')) !== 'embedded';
}

/**
 * An empty folder, removed after the current test; asked for in `beforeAll`, after the file's tests. In both cases
 * servers that were started later are stopped before.
 */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
  afterwards(() => removeFolder(dir));
  return dir;
}

/**
 * A Temporal server of the test's own (or of the file's, from `beforeAll`), stopped after it. To start again on the data
 * of an earlier one pass its `home`, and its `port` if clients shall find it again.
 */
export async function startOwnTemporal(options: { home?: string; port?: number } = {}): Promise<TemporalServer & OwnServer> {
  const home = options.home ?? (await ownHome());
  const server = await startTemporal({
    binary: temporalBinary(),
    home,
    namespace: 'default',
    searchAttributes: SEARCH_ATTRIBUTES,
    port: options.port ?? (await keptPort()),
    uiPort: 0,
  });
  afterwards(() => server.stop());
  const { address } = server;
  await prepareNamespace({ address, namespace: 'default', owned: true, retentionDays: 400, searchAttributes: SEARCH_ATTRIBUTES });
  return { ...server, home, port: Number(address.split(':')[1]) };
}

/** A Redis of the test's own (a program where one is installed), stopped after it. `home` and `port` as above. */
export async function startOwnRedis(options: { home?: string; port?: number } = {}): Promise<RedisServer & OwnServer> {
  const home = options.home ?? (await ownHome());
  const server = await startRedis({ home, port: options.port ?? (await keptPort()) });
  afterwards(() => server.stop());
  return { ...server, home };
}

/** A Redis in this process, stopped after the test. `port`: that of an earlier one, to come back (empty) in its place. */
export async function startEmbeddedRedis(options: { port?: number } = {}): Promise<RedisServer> {
  const server = await startRedis({ home: temporaryFolder(), port: options.port ?? (await keptPort()), prefer: 'embedded' });
  afterwards(() => server.stop());
  return server;
}

/** Path of the time-skipping test server, fetched once per machine. */
export async function testServerPath(): Promise<string> {
  return (await findTestServer({ cacheDir: defaultCacheDir(process.env) })).path;
}

/** Ports of each process of the run that works off its files. */
const PORTS_EACH = 500;
/** Another part of them for each file, and for other runs on the machine. */
let nextPort = process.pid;

/**
 * A free port that nobody else of the run is given while nothing listens on it: a server that is away for a moment has it back.
 * Those the system hands out, to whoever asks for any, begin above.
 */
export async function keptPort(): Promise<number> {
  const first = 20_000 + Number(process.env.VITEST_POOL_ID ?? 0) * PORTS_EACH;
  return await findFreePort(Array.from({ length: 5 }, () => first + (nextPort++ % PORTS_EACH)));
}

export interface OwnServer {
  /** Folder of its data and log. */
  home: string;
  port: number;
}

/** Owned like a real one: should this process be killed, the next test run stops what it left. */
async function ownHome(): Promise<string> {
  const dir = temporaryFolder();
  const opened = await openHome(dir, { project: 'tests', projectDir: dir });
  if (!opened.opened) throw new Error(`the fresh folder ${dir} is owned by process ${opened.owner.process.pid}`);
  return dir;
}

const afterFile: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of afterFile.splice(0).reverse()) await cleanUp();
});

/**
 * Cleans up after the test that asks for it; asked for outside of one, after the file's tests. Last come, first served.
 * Not by afterAll where it is needed: called inside of beforeAll, that is dropped in silence.
 */
export function afterwards(cleanUp: () => unknown): void {
  try {
    onTestFinished(async () => {
      await cleanUp();
    });
  } catch {
    // Not inside a test: in beforeAll, or at the top of the file.
    afterFile.push(cleanUp);
  }
}

function needed<T>(read: () => T): T {
  const problem = inject('serversProblem');
  if (problem !== null) throw new Error(`this test needs the servers of the test run, and there are none: ${problem}`);
  return read();
}
