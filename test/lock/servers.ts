/** Redis servers and connections for the lock's tests. What a test opens is closed after it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { connectRedis, type RedisConnection, type RedisOptions } from '../../src/connections/redis.js';
import { startRedis, type RedisServer } from '../../src/local/redis-server.js';
import { removeFolder } from '../support/remove-folder.js';
import { hasRealRedis } from '../support/servers.js';

export interface Kind {
  kind: 'a real Redis' | 'the embedded Redis';
  present: boolean;
}

/** The kinds of server the same tests run on. A kind that is not present is skipped, and shown as such. */
export const KINDS: readonly Kind[] = [
  { kind: 'a real Redis', present: hasRealRedis() },
  { kind: 'the embedded Redis', present: true },
];

/** One server for all tests of the surrounding describe. */
export function useRedis({ kind }: Kind): { connect(options?: RedisOptions): RedisConnection } {
  const home = mkdtempSync(join(tmpdir(), 'daychain-lock-'));
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedis({ home, port: 0, prefer: kind === 'a real Redis' ? undefined : 'embedded' });
  });
  afterAll(async () => {
    await server?.stop();
    removeFolder(home);
  });
  return { connect: (options) => connect({ port: server!.port, database: 6, ...options }) };
}

/** A connection that is closed after the current test. */
export function connect(options: RedisOptions): RedisConnection {
  const connection = connectRedis(options);
  onTestFinished(() => connection.close());
  return connection;
}

/** Waits for an event that the test has made inevitable, at most a minute. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited a minute in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until the server's clock has moved on: a Redis emptied within one millisecond is nothing that a fence can tell. */
export async function nextMillisecond(connection: RedisConnection): Promise<void> {
  const now = async () => {
    const [seconds, micros] = (await connection.send(['TIME'])) as [string, string];
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  };
  const before = await now();
  while ((await now()) === before);
}
