/** One Temporal dev server and one Redis for the whole test run, in a folder of its own that is gone afterwards. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { SEARCH_ATTRIBUTES } from '../../src/plan/names.js';
import { prepareNamespace } from '../../src/local/prepare-namespace.js';
import { startRedis } from '../../src/local/redis-server.js';
import { defaultCacheDir, findTemporal } from '../../src/local/temporal-binary.js';
import { startTemporal } from '../../src/local/temporal-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    temporalAddress: string;
    temporalNamespace: string;
    temporalBinary: { path: string; version: string };
    redisPort: number;
    /** `redis-server`, `valkey-server` or `embedded`. */
    redisKind: string;
    /** Why there are no servers; null when there are. Tests that need none run all the same. */
    serversProblem: string | null;
  }
}

export const TEST_NAMESPACE = 'default';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'daychain-test-'));
  const stops: (() => Promise<void>)[] = [];
  const teardown = async () => {
    await Promise.all(stops.map((stop) => stop()));
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const binary = await findTemporal({ cacheDir: defaultCacheDir(process.env), onStep: say });
    const redis = await startRedis({ home, port: 0 });
    stops.push(redis.stop);
    const temporal = await startTemporal({
      binary,
      home,
      namespace: TEST_NAMESPACE,
      searchAttributes: SEARCH_ATTRIBUTES,
      port: 0,
      uiPort: 0,
    });
    stops.push(temporal.stop);
    await prepareNamespace({
      address: temporal.address,
      namespace: TEST_NAMESPACE,
      owned: true,
      retentionDays: 400,
      searchAttributes: SEARCH_ATTRIBUTES,
    });
    project.provide('temporalAddress', temporal.address);
    project.provide('temporalNamespace', TEST_NAMESPACE);
    project.provide('temporalBinary', { path: binary.path, version: binary.version });
    project.provide('redisPort', redis.port);
    project.provide('redisKind', redis.kind);
    project.provide('serversProblem', null);
  } catch (error) {
    await teardown();
    const problem = error instanceof Error ? error.message : String(error);
    say(`no servers for this test run: ${problem}`);
    project.provide('serversProblem', problem);
  }
  return teardown;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
