/** One Temporal dev server and one Redis for the whole test run, in a folder of its own that is gone afterwards. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { SEARCH_ATTRIBUTES } from '../../src/plan/names.js';
import { openHome } from '../../src/local/home.js';
import { provideServers } from '../../src/local/provide.js';
import { defaultCacheDir } from '../../src/local/temporal-binary.js';
import { removeFolder } from './remove-folder.js';
import { clearAbandonedHomes, TEST_HOME_PREFIX } from './test-homes.js';

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

const NAMESPACE = 'default';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await clearAbandonedHomes();
  const dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
  const cleanUp: (() => unknown)[] = [() => removeFolder(dir)];
  const teardown = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  try {
    await openHome(dir, { project: 'tests', projectDir: dir });
    const { temporal, redis, stop } = await provideServers({
      home: dir,
      cacheDir: defaultCacheDir(process.env),
      namespace: NAMESPACE,
      searchAttributes: SEARCH_ATTRIBUTES,
      ports: { temporal: 0, ui: 0, redis: 0 },
      onStep: (_, text) => {
        if (text.startsWith('downloading')) say(text);
      },
    });
    cleanUp.push(stop);
    if (temporal === null || redis === null) throw new Error('a server that was asked for was not started');
    project.provide('temporalAddress', temporal.address);
    project.provide('temporalNamespace', NAMESPACE);
    project.provide('temporalBinary', { path: temporal.binary, version: temporal.version });
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
