import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { awaitReady, isPortTaken, startServerProcess } from '../../src/local/server-process.js';
import { afterwards } from '../support/servers.js';

async function endOf(script: string): Promise<unknown> {
  const home = mkdtempSync(join(tmpdir(), 'daychain-server-'));
  afterwards(() => rmSync(home, { recursive: true, force: true }));
  const server = await startServerProcess(home, 'temporal', process.execPath, ['-e', script], home);
  return await awaitReady(server, 'The server', 90_000, undefined, () => Promise.resolve(null)).catch((error: unknown) => error);
}

test.each([
  ['a port that somebody took in between', 'listen tcp 127.0.0.1:7233: bind: address already in use', true],
  ['anything else', 'disk is full', false],
])('a start that ended by %s, however much the server printed after it', async (_, told, taken) => {
  const error = await endOf(`setTimeout(() => console.log(${JSON.stringify(told)} + '\\n  at a place'.repeat(60)), 200)`);
  expect((error as Error).message).toMatch(/^The server ended while starting/);
  expect(isPortTaken(error)).toBe(taken);
});
