import { spawn } from 'node:child_process';
import { ErrorReply } from '@redis/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { appRedis } from '../../src/connections/app-redis.js';
import { checkRedisPolicy } from '../../src/connections/redis-policy.js';
import { connectRedisStores, type RedisStoresOptions } from '../../src/connections/redis-stores.js';
import { connectRedis, RedisUnreachable, type RedisConnection, type RedisOptions } from '../../src/connections/redis.js';
import type { AppRedis } from '../../src/define/types.js';
import { startProxy } from '../lock/proxy.js';
import { eventually } from '../support/engine.js';
import { hasRealRedis, keptPort, startEmbeddedRedis, startOwnRedis, temporaryFolder } from '../support/servers.js';

describe('a connection', () => {
  test.each([
    [{}, '127.0.0.1:6379/0'],
    [{ url: 'redis://user:secret@10.0.0.7:7000/3' }, '10.0.0.7:7000/3'],
    [{ url: 'rediss://:p%40ss@redis.example' }, 'redis.example:6379/0'],
    [{ url: 'redis://[::1]:7000/3' }, '[::1]:7000/3'],
    [{ url: 'redis://127.0.0.1:7000/3', database: 6 }, '127.0.0.1:7000/6'],
    [{ host: 'other', password: 'secret', port: 1 }, 'other:1/0'],
  ] satisfies [RedisOptions, string][])('made of %j is at %s', (options, address) => {
    const redis = connect({ ...options });
    expect(redis.address).toBe(address);
  });

  test.each([
    [{ url: 'not a url secret' }, /^the Redis URL cannot be read; expected redis:\/\//],
    [{ url: 'http://u:secret@127.0.0.1' }, /^the Redis URL begins with http:\/\/; expected redis:\/\//],
    [{ url: 'redis://u:secret@127.0.0.1/six' }, /^the Redis URL ends with \/six, which is no database/],
    [{ port: 70_000 }, /^the Redis port is a whole number from 0 to 65535; got 70000$/],
    [{ database: -1 }, /^the Redis database is a whole number/],
  ] satisfies [RedisOptions, RegExp][])('is not made of %j, and the message keeps the password to itself', (options, message) => {
    expect(() => connectRedis(options)).toThrow(message);
    expect(() => connectRedis(options)).not.toThrow(/secret/);
  });

  test('waits for its first connection, so that its first command needs no care', async () => {
    const server = await startEmbeddedRedis();
    const redis = connect({ port: server.port });
    expect(redis.connected).toBe(false);
    expect(await redis.send(['PING'])).toBe('PONG');
    expect(await redis.firstTrouble()).toBeNull();
    expect(redis.connected).toBe(true);
  });

  test('that was lost is waited for while it comes back', async () => {
    const server = await startEmbeddedRedis();
    const proxy = await startProxy(server.port);
    const sent: Promise<unknown>[] = [];
    const redis = connect({
      port: proxy.port,
      answerWithinMs: 30_000,
      onChange: (connected) => void (connected || sent.push(redis.send(['PING']))),
    });
    await redis.send(['PING']);
    proxy.cut();
    await eventually('the loss', () => sent.length > 0);
    expect(await Promise.all(sent)).toEqual(['PONG']);
    expect(await redis.firstTrouble()).toBeNull();
  });

  test('that was lost takes with it what was under way: nobody sends that again', async () => {
    const server = await startEmbeddedRedis();
    const proxy = await startProxy(server.port);
    const redis = connect({ port: proxy.port, answerWithinMs: 30_000 });
    const direct = connect({ port: server.port });
    await redis.send(['PING']);
    proxy.swallowAnswers();
    const answer = redis.send(['INCR', 'counted']).catch((error: unknown) => error);
    await eventually('the count', async () => (await direct.send(['GET', 'counted'])) === '1');
    proxy.restore();
    proxy.cut();
    expect(await answer).toBeInstanceOf(RedisUnreachable);
    expect(await redis.send(['GET', 'counted'])).toBe('1');
  });

  test('passes on the errors of the server as they are', async () => {
    const server = await startEmbeddedRedis();
    await expect(connect({ port: server.port }).send(['GET'])).rejects.toThrow(ErrorReply);
  });

  // The embedded one is busy itself while the program is.
  test.skipIf(!hasRealRedis())('does not count as late an answer that came while the program was busy', async () => {
    const server = await startOwnRedis();
    const redis = connect({ port: server.port, answerWithinMs: 1_000 });
    expect(await redis.firstTrouble(20_000)).toBeNull();
    const answer = redis.send(['PING']);
    await new Promise((resolve) => setImmediate(resolve));
    const until = performance.now() + 1_500;
    while (performance.now() < until);
    expect(await answer).toBe('PONG');
  });

  test('that was closed refuses commands at once', async () => {
    const server = await startEmbeddedRedis();
    const redis = connect({ port: server.port });
    await redis.send(['PING']);
    redis.close();
    await expect(redis.send(['PING'])).rejects.toThrow('the connection was closed');
  });
});

describe('the two stores', () => {
  test('are databases 6 and 5 of one server', async () => {
    const server = await startEmbeddedRedis();
    const stores = await connectStores({ port: server.port });
    expect([stores.locks.address, stores.app.address]).toEqual([`127.0.0.1:${server.port}/6`, `127.0.0.1:${server.port}/5`]);
    expect(stores.appPrefix).toBe('');
    await stores.app.send(['SET', 'key', 'value']);
    expect(await stores.locks.send(['GET', 'key'])).toBeNull();
  });

  test('stay apart by a prefix in one database', async () => {
    const server = await startEmbeddedRedis();
    expect((await connectStores({ port: server.port, lockDatabase: 2, appDatabase: 2 })).appPrefix).toBe('app:');
  });

  test.skipIf(!hasRealRedis())('share the only database of a server that has one', async () => {
    const port = await startWithOneDatabase();
    const stores = await connectStores({ port });
    expect([stores.locks.address, stores.app.address]).toEqual([`127.0.0.1:${port}/0`, `127.0.0.1:${port}/0`]);
    const app = appRedis(stores.app, stores.appPrefix);
    await app.set('contribution:1', '{}');
    expect(await stores.locks.send(['KEYS', '*'])).toEqual(['app:contribution:1']);
  });

  test('are given though the server is away', async () => {
    const port = await keptPort();
    const stores = await connectStores({ port });
    expect(stores.appPrefix).toBe('');
    await expect(stores.locks.send(['PING'])).rejects.toThrow('ECONNREFUSED');
  });
});

describe('what Redis does when its memory is full', () => {
  test.skipIf(!hasRealRedis())('is read from its configuration', async () => {
    const server = await startOwnRedis();
    const redis = connect({ port: server.port });
    expect(await checkRedisPolicy(redis)).toEqual({ policy: 'noeviction', ok: true });
    await redis.send(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
    expect(await checkRedisPolicy(redis)).toEqual({ policy: 'allkeys-lru', ok: false });
    await redis.send(['ACL', 'SETUSER', 'default', '-config']);
    expect(await checkRedisPolicy(redis)).toEqual({ policy: 'allkeys-lru', ok: false });
    await redis.send(['ACL', 'SETUSER', 'default', '-info']);
    expect(await checkRedisPolicy(redis)).toEqual({
      policy: null,
      ok: null,
      reason: expect.stringContaining('NOPERM') as string,
    });
  });

  test('is no question to a server that does not answer', async () => {
    await expect(checkRedisPolicy(connect({ port: await keptPort() }))).rejects.toThrow('ECONNREFUSED');
  });
});

test('application data live for a day unless told otherwise, under their prefix', async () => {
  const server = await startEmbeddedRedis();
  const redis = connect({ port: server.port });
  const app: AppRedis = appRedis(redis, 'app:');
  await app.set('a', '1');
  await app.set('b', '2', { ttlSeconds: 60 });
  expect(await app.get('a')).toBe('1');
  expect(await app.get('none')).toBeNull();
  expect(Number(await redis.send(['TTL', 'app:a']))).toSatisfy((left: number) => left > 86_390 && left <= 86_400);
  expect(Number(await redis.send(['TTL', 'app:b']))).toBeLessThanOrEqual(60);
  expect(await app.command('EXISTS', 'app:a', 'a')).toBe(1);
  expect(await app.delete('a', 'b', 'none')).toBe(2);
  expect(await app.delete()).toBe(0);
  await expect(app.set('a', '1', { ttlSeconds: 0 })).rejects.toThrow(
    'ttlSeconds of redis.set("a") is a whole number of seconds, at least 1; got 0',
  );
});

function connect(options: RedisOptions): RedisConnection {
  const redis = connectRedis(options);
  onTestFinished(() => redis.close());
  return redis;
}

async function connectStores(options: RedisStoresOptions) {
  const stores = await connectRedisStores(options);
  onTestFinished(() => stores.close());
  return stores;
}

async function startWithOneDatabase(): Promise<number> {
  const port = await keptPort();
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--databases', '1', '--save', '', '--dir', temporaryFolder()],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void server.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('Ready to accept connections')) resolve();
    });
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
  });
  return port;
}
