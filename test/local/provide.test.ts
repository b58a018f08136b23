import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { provideServers } from '../../src/local/provide.js';
import { isAlive } from '../../src/local/process-mark.js';
import { readMark } from '../../src/local/server-process.js';
import { BinaryNotFoundError } from '../../src/local/temporal-binary.js';
import { stopAll } from '../../src/local/stop.js';
import { temporalBinary, temporaryFolder } from '../support/servers.js';

const common = {
  namespace: 'default',
  searchAttributes: { TaskName: 'KEYWORD' },
  ports: { temporal: 0, ui: 0, redis: 0 },
} as const;

test('both servers are started, and stopped together', async () => {
  const steps: string[] = [];
  const home = temporaryFolder();
  const servers = await provideServers({
    ...common,
    home,
    cacheDir: temporaryFolder(),
    temporalBinary: temporalBinary().path,
    onStep: (server, text) => steps.push(`${server}: ${text}`),
  });
  onTestFinished(() => servers.stop());
  expect(servers.temporal?.version).toBe(temporalBinary().version);
  expect(servers.redis?.host).toBe('127.0.0.1');
  expect(steps).toContainEqual(expect.stringContaining('temporal: starting the Temporal dev server'));
  await servers.stop();
  expect([readMark(home, 'temporal'), readMark(home, 'redis')]).toEqual([null, null]);
  const marks = [servers.temporal?.process ?? null, servers.redis?.process ?? null];
  expect(marks.filter((mark) => mark !== null && isAlive(mark))).toEqual([]);
});

test('a server that is configured elsewhere is not started', async () => {
  const servers = await provideServers({ ...common, home: temporaryFolder(), cacheDir: temporaryFolder(), servers: ['redis'] });
  onTestFinished(() => servers.stop());
  expect(servers.temporal).toBeNull();
  expect(servers.redis).not.toBeNull();
});

test('when one server cannot be had the other is stopped again', async () => {
  const home = temporaryFolder();
  const provided = provideServers({ ...common, home, cacheDir: temporaryFolder(), temporalBinary: '/nowhere/temporal' });
  await expect(provided).rejects.toThrow(BinaryNotFoundError);
  expect(readMark(home, 'redis')).toBeNull();
});

test('an abort during a download gives up and leaves nothing running', async () => {
  const [home, bin, aborter] = [temporaryFolder(), temporaryFolder(), new AbortController()];
  writeFileSync(join(bin, 'pip3'), '#!/bin/sh\nexec /bin/sleep 600\n');
  chmodSync(join(bin, 'pip3'), 0o755);
  const provided = provideServers({
    ...common,
    home,
    cacheDir: temporaryFolder(),
    path: bin,
    preferRedis: 'embedded',
    signal: aborter.signal,
    onStep: (_, text) => {
      if (text.startsWith('downloading')) aborter.abort(new Error('Ctrl-C'));
    },
  });
  await expect(provided).rejects.toThrow('Ctrl-C');
});

test('every server is stopped even when one of them fails to', async () => {
  const stopped: string[] = [];
  const stop = stopAll([
    { stop: () => Promise.reject(new Error('stuck')) },
    null,
    { stop: () => Promise.resolve(void stopped.push('second')) },
  ]);
  await expect(stop).rejects.toThrow('1 of 3 servers could not be stopped');
  expect(stopped).toEqual(['second']);
});
