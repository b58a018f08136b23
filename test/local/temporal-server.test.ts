import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';
import { expect, onTestFinished, test } from 'vitest';
import { prepareNamespace } from '../../src/local/prepare-namespace.js';
import { isAlive, markOf } from '../../src/local/process-mark.js';
import { readMark, ServerStartError } from '../../src/local/server-process.js';
import { startTemporal } from '../../src/local/temporal-server.js';
import { startOwnTemporal, temporalAddress, temporalBinary, temporaryFolder } from '../support/servers.js';

test('it starts again on its data and its port after a kill', async () => {
  const first = await startOwnTemporal();
  const connection = await connect(first.address);
  const client = new Client({ connection });
  await client.workflow.start('anything', { taskQueue: 'nobody', workflowId: 'before-the-kill' });
  process.kill(first.process.pid, 'SIGKILL');
  await first.stop();
  expect(isAlive(first.process)).toBe(false);

  const again = await startTemporal({ binary: temporalBinary(), home: first.home, namespace: 'default', searchAttributes: {} });
  onTestFinished(() => again.stop());
  expect(again.address).toBe(first.address);
  const described = await new Client({ connection: await connect(again.address) }).workflow
    .getHandle('before-the-kill')
    .describe();
  expect(described.status.name).toBe('RUNNING');
});

test('stopping resolves when the process is gone, and may be repeated', async () => {
  const server = await startOwnTemporal();
  expect(readMark(server.home, 'temporal')).toEqual(server.process);
  await server.stop();
  expect(markOf(server.process.pid)).toBeNull();
  expect(readMark(server.home, 'temporal')).toBeNull();
  await server.stop();
});

test('a taken port is not used', async () => {
  const taken = await takePort();
  const server = await startOwnTemporal({ port: taken });
  expect(server.port).not.toBe(taken);
});

test('a folder whose name has a space is no trouble', async () => {
  const home = join(temporaryFolder(), 'my own data', '.daychain');
  mkdirSync(home, { recursive: true });
  await startOwnTemporal({ home });
});

test('it listens on loopback only, in a process group of its own', async () => {
  const { process: mark, logFile } = await startOwnTemporal();
  if (process.platform === 'linux') {
    const stat = readFileSync(`/proc/${mark.pid}/stat`, 'utf8');
    expect(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2])).toBe(mark.pid);
    expect(listeningOn(mark.pid)).toEqual(['loopback']);
  }
  expect(readFileSync(logFile, 'utf8')).toContain('Temporal Server:');
});

test('a program that ends at once is shown with what it printed', async () => {
  const home = temporaryFolder();
  const program = join(home, 'temporal');
  writeFileSync(program, '#!/bin/sh\necho "the disk is on fire" >&2\nexit 1\n');
  chmodSync(program, 0o755);
  const binary = { path: program, version: '1.9.1' };
  const start = startTemporal({ binary, home, namespace: 'default', searchAttributes: {}, port: 0, uiPort: 0 });
  await expect(start).rejects.toThrow(/ended (at once|while starting)\. The end of its log:\n {2}the disk is on fire/);
});

test('a program that cannot be started is named', async () => {
  const binary = { path: '/nowhere/temporal', version: '1.9.1' };
  const start = startTemporal({
    binary,
    home: temporaryFolder(),
    namespace: 'default',
    searchAttributes: {},
    port: 0,
    uiPort: 0,
  });
  await expect(start).rejects.toThrow(/\/nowhere\/temporal could not be started: .*ENOENT/);
});

test('data of another version are not touched', async () => {
  const { home, stop } = await startOwnTemporal();
  await stop();
  const binary = { path: temporalBinary().path, version: '1.99.0' };
  const start = startTemporal({ binary, home, namespace: 'default', searchAttributes: {} });
  await expect(start).rejects.toThrow(ServerStartError);
});

test('an aborted start leaves nothing running', async () => {
  const home = temporaryFolder();
  const signal = AbortSignal.abort(new Error('Ctrl-C'));
  const start = startTemporal({
    binary: temporalBinary(),
    home,
    namespace: 'default',
    searchAttributes: {},
    port: 0,
    uiPort: 0,
    signal,
  });
  await expect(start).rejects.toThrow('Ctrl-C');
  expect(readMark(home, 'temporal')).toBeNull();
});

test('search attributes are added to data that lack them, also by several at once', async () => {
  const home = temporaryFolder();
  const server = await startTemporal({
    binary: temporalBinary(),
    home,
    namespace: 'team',
    searchAttributes: {},
    port: 0,
    uiPort: 0,
  });
  onTestFinished(() => server.stop());
  const searchAttributes = { LaterWord: 'KEYWORD', LaterWords: 'KEYWORD_LIST' } as const;
  const prepare = () =>
    prepareNamespace({ address: server.address, namespace: 'team', owned: true, retentionDays: 30, searchAttributes });
  await Promise.all([prepare(), prepare(), prepare()]);
  await prepare();

  const connection = await connect(server.address);
  const { workflowService } = connection;
  await workflowService.countWorkflowExecutions({ namespace: 'team', query: 'LaterWord = "x" AND LaterWords = "y"' });
  const described = await workflowService.describeNamespace({ namespace: 'team' });
  expect(Number(described.config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
});

test('a search attribute of another type is refused by name', async () => {
  const prepare = prepareNamespace({
    address: temporalAddress(),
    namespace: 'default',
    owned: false,
    retentionDays: 400,
    searchAttributes: { TaskTags: 'INT' },
  });
  await expect(prepare).rejects.toThrow(/TaskTags of namespace default has type KEYWORD_LIST, expected INT/);
});

test('a namespace that is not there is named', async () => {
  const prepare = prepareNamespace({
    address: temporalAddress(),
    namespace: 'nobodys',
    owned: true,
    retentionDays: 400,
    searchAttributes: {},
  });
  await expect(prepare).rejects.toThrow(/nobodys/);
});

async function connect(address: string): Promise<Connection> {
  const connection = await openConnection({ address });
  onTestFinished(() => connection.close());
  return connection;
}

/** A port somebody listens on until the end of the test. */
async function takePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Where a process listens: `loopback`, or the address as /proc/net writes it; each once. */
function listeningOn(pid: number): string[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1]),
  );
  const addresses = ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN && inodes.has(fields[9]))
    .map((fields) => fields[1]?.split(':')[0] ?? '');
  return [...new Set(addresses.map((address) => (LOOPBACK.includes(address) ? 'loopback' : address)))];
}

/** Nothing for a file that was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** State and addresses as /proc/net writes them: 127.0.0.1, and ::1. */
const LISTEN = '0A';
const LOOPBACK = ['0100007F', '00000000000000000000000001000000'];
