/** The servers of the test run, and own ones for tests that kill or fill them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../src/plan/names.js';
import { prepareNamespace } from '../../src/local/prepare-namespace.js';
import { type RedisServer, startRedis } from '../../src/local/redis-server.js';
import { defaultCacheDir, findTestServer } from '../../src/local/temporal-binary.js';
import { startTemporal, type TemporalServer } from '../../src/local/temporal-server.js';
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

/** Port of the run's Redis on 127.0.0.1; shared: use database 5 or 6 and keys of your own, never FLUSHALL. */
export function redisPort(): number {
  return needed(() => inject('redisPort'));
}

/** True when the run's Redis is a program of its own, not the one in process. */
export function hasRealRedis(): boolean {
  return needed(() => inject('redisKind')) !== 'embedded';
}

/** An empty folder that is removed after the current test. */
export function temporaryFolder(name = 'daychain-test-'): string {
  const dir = mkdtempSync(join(tmpdir(), name));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/**
 * A Temporal server of the current test's own, stopped after it. Pass the `home` and `port` of an earlier one to start
 * again on its data.
 */
export async function startOwnTemporal(
  options: { home?: string; port?: number } = {},
): Promise<TemporalServer & { home: string }> {
  const home = options.home ?? temporaryFolder();
  const server = await startTemporal({
    binary: temporalBinary(),
    home,
    namespace: 'default',
    searchAttributes: SEARCH_ATTRIBUTES,
    port: options.port ?? 0,
    uiPort: 0,
  });
  onTestFinished(() => server.stop());
  const { address } = server;
  await prepareNamespace({ address, namespace: 'default', owned: true, retentionDays: 400, searchAttributes: SEARCH_ATTRIBUTES });
  return { ...server, home };
}

/** A Redis of the current test's own (a program where one is installed), stopped after it. `home` and `port` as above. */
export async function startOwnRedis(options: { home?: string; port?: number } = {}): Promise<RedisServer & { home: string }> {
  const home = options.home ?? temporaryFolder();
  const server = await startRedis({ home, port: options.port ?? 0 });
  onTestFinished(() => server.stop());
  return { ...server, home };
}

/** A Redis in this process, stopped after the current test. */
export async function startEmbeddedRedis(): Promise<RedisServer> {
  const server = await startRedis({ home: temporaryFolder(), port: 0, prefer: 'embedded' });
  onTestFinished(() => server.stop());
  return server;
}

/** Path of the time-skipping test server, fetched once per machine. */
export async function testServerPath(): Promise<string> {
  return (await findTestServer({ cacheDir: defaultCacheDir(process.env) })).path;
}

function needed<T>(read: () => T): T {
  const problem = inject('serversProblem');
  if (problem !== null) throw new Error(`this test needs the servers of the test run, and there are none: ${problem}`);
  return read();
}
