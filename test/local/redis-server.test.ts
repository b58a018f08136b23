import { mkdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../../src/local/process-mark.js';
import { startRedis } from '../../src/local/redis-server.js';
import { hasRealRedis, startEmbeddedRedis, startOwnRedis, temporaryFolder } from '../support/servers.js';

test('a program keeps its data and its port over a kill', async ({ skip }) => {
  if (!hasRealRedis()) skip('neither redis-server nor valkey-server is installed');
  const home = join(temporaryFolder(), 'a folder');
  mkdirSync(home);
  const first = await startOwnRedis({ home });
  expect(first).toMatchObject({ host: '127.0.0.1', durable: true, databases: true });
  expect(first.version).toMatch(/^\d+\.\d+/);
  const client = await connect(first.port, 6);
  await client.set('lock:task:20260203', 'abcd1234');
  client.destroy();
  process.kill(first.process?.pid ?? 0, 'SIGKILL');
  await first.stop();

  const again = await startRedis({ home });
  onTestFinished(() => again.stop());
  expect(again.port).toBe(first.port);
  expect(await (await connect(again.port, 6)).get('lock:task:20260203')).toBe('abcd1234');
});

test('a program evicts nothing and writes no snapshots', async ({ skip }) => {
  if (!hasRealRedis()) skip('neither redis-server nor valkey-server is installed');
  const { port } = await startOwnRedis();
  const client = await connect(port, 0);
  expect(await client.configGet(['maxmemory-policy', 'appendonly', 'appendfsync', 'save', 'bind'])).toMatchObject({
    'maxmemory-policy': 'noeviction',
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    bind: '127.0.0.1',
  });
});

test('stopping resolves when the process is gone', async ({ skip }) => {
  if (!hasRealRedis()) skip('neither redis-server nor valkey-server is installed');
  const server = await startOwnRedis();
  await server.stop();
  expect(server.process !== null && isAlive(server.process)).toBe(false);
});

test('a taken port is not used', async () => {
  const first = await startOwnRedis();
  const second = await startOwnRedis({ port: first.port });
  expect(second.port).not.toBe(first.port);
});

test('without a program on PATH one starts in this process', async () => {
  const server = await startRedis({ home: temporaryFolder(), port: 0, path: '' });
  onTestFinished(() => server.stop());
  expect(server).toMatchObject({ kind: 'embedded', process: null, durable: false, databases: true });
  const [app, locks] = [await connect(server.port, 5), await connect(server.port, 6)];
  await app.set('key', 'of the application');
  expect(await locks.get('key')).toBeNull();
});

test('the one in this process is reached on loopback only', async ({ skip }) => {
  const outside = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const address = outside.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  if (address === undefined) return skip('this machine has no address but loopback');
  const { port } = await startEmbeddedRedis();
  const answer = await new Promise<string>((resolve) => {
    const socket = connectSocket({ host: address, port });
    socket.once('connect', () => resolve('connected')).once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    onTestFinished(() => void socket.destroy());
  });
  expect(answer).toBe('ECONNREFUSED');
});

test('the one in this process stops while clients are connected, and may be stopped twice', async () => {
  const server = await startEmbeddedRedis();
  const client = await connect(server.port, 0);
  await client.set('a', 'b');
  await server.stop();
  await server.stop();
  const next = await startEmbeddedRedis({ port: server.port });
  expect(next.port).toBe(server.port);
  expect(await (await connect(next.port, 0)).get('a')).toBeNull();
});

async function connect(port: number, database: number) {
  const client = createClient({ database, socket: { host: '127.0.0.1', port, reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => {
    if (client.isOpen) client.destroy();
  });
  return client;
}
