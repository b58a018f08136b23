import { describe, expect, test } from 'vitest';
import { LockStoreUnreachable } from '../../src/lock/errors.js';
import type { Acquired } from '../../src/lock/protocol.js';
import { createLockStore } from '../../src/lock/redis-store.js';
import { hasRealRedis, startEmbeddedRedis, startOwnRedis, temporaryFolder } from '../support/servers.js';
import { startProxy } from './proxy.js';
import { connect, until } from './servers.js';

const name = { task: 'task_x', scope: '20260203' };
const value = 'aaaa1111:1';
const wanted = { ...name, value, checkSuccess: true };

describe('a lost answer', () => {
  test('to an acquire leaves the lock taken, and asking again gives it with the same fence', async () => {
    const server = await startEmbeddedRedis();
    const direct = createLockStore(connect({ port: server.port, database: 6 }));
    const proxy = await startProxy(server.port);
    const redis = connect({ port: proxy.port, database: 6, answerWithinMs: 2_000 });
    const store = createLockStore(redis);
    await direct.acquire({ ...wanted, scope: '20260202' }); // now Redis knows the script, so that one request is all it takes
    await until('it is connected', () => redis.connected);

    proxy.swallowAnswers();
    const error = await store.acquire(wanted).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LockStoreUnreachable);
    const [before, after] = (error as Error).message.split(/no reply within 2000 ms|Socket timeout .*ms/);
    expect(before).toBe(`Redis for locks at 127.0.0.1:${proxy.port}/6 does not answer: `);
    expect(after).toBe('. Nothing runs without its lock; see "daychain doctor".');
    await until('the request has arrived', async () => (await direct.peek(name)).holder === value);
    const { fence } = await direct.peek(name);

    proxy.restore();
    proxy.cut();
    let answer: Acquired | null = null;
    await until('the connection is back', async () => (answer = await store.acquire(wanted).catch(() => null)) !== null);
    expect(answer).toEqual({ outcome: 'acquired', fence, tookOver: false });
  });

  test('makes the connection give up on a server that stays silent, and come back when it speaks', async () => {
    const server = await startEmbeddedRedis();
    const proxy = await startProxy(server.port);
    const changes: boolean[] = [];
    const redis = connect({ port: proxy.port, answerWithinMs: 2_000, onChange: (connected) => changes.push(connected) });
    await until('it is connected', () => redis.connected);
    proxy.swallowAnswers();
    await until('the silence is noticed', () => !redis.connected);
    proxy.restore();
    await until('the connection is back', () => redis.connected);
    expect(changes.slice(0, 2)).toEqual([false, true]);
    expect(await redis.send(['PING'])).toBe('PONG');
  });
});

describe('a Redis that is not there', () => {
  test('fails every call within the time allowed, naming the address, and serves again after it has come', async () => {
    const home = temporaryFolder();
    const before = await startOwnRedis({ home });
    await before.stop();
    const redis = connect({ port: before.port, database: 6, password: 'hunter2', answerWithinMs: 2_000 });
    const store = createLockStore(redis);
    const calls = [
      () => store.acquire(wanted),
      () => store.renew({ ...name, value, fence: 1 }),
      () => store.release({ ...name, value }),
      () => store.abandon({ ...name, value }),
      () => store.peek(name),
      () => store.deleteSuccess(name),
      () => store.list(),
      () => store.forceRelease(name, value),
    ];
    for (const call of calls) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LockStoreUnreachable);
      expect(error).toMatchObject({ address: `127.0.0.1:${before.port}/6` });
      expect(`${error as Error} ${JSON.stringify(error)}`).toMatch(/ECONNREFUSED/);
      expect(`${error as Error} ${JSON.stringify(error)}`).not.toMatch(/hunter2/);
    }
  });

  test('is waited for by its connection as long as it takes', async () => {
    const home = temporaryFolder();
    const before = await startOwnRedis({ home });
    await before.stop();
    const redis = connect({ port: before.port, database: 6 });
    expect(await redis.firstTrouble()).toMatchObject({ code: 'ECONNREFUSED' });
    await startOwnRedis({ home, port: before.port });
    await until('the connection is back', () => redis.connected);
    expect(await createLockStore(redis).acquire(wanted)).toMatchObject({ outcome: 'acquired' });
  });
});

describe.skipIf(!hasRealRedis())('a real Redis', () => {
  test('restarted with its data still knows the holder', async () => {
    const home = temporaryFolder();
    const before = await startOwnRedis({ home });
    const redis = connect({ port: before.port, database: 6 });
    const store = createLockStore(redis);
    const answer = await store.acquire(wanted);
    await before.stop();
    await until('the connection is gone', () => !redis.connected);
    await startOwnRedis({ home, port: before.port });
    await until('the connection is back', () => redis.connected);
    expect(await store.renew({ ...name, value, fence: (answer as { fence: number }).fence })).toBe('renewed');
  });

  test('restarted without its data gives the lock back to its holder, and to nobody else afterwards', async () => {
    const before = await startOwnRedis();
    const redis = connect({ port: before.port, database: 6 });
    const store = createLockStore(redis);
    const answer = await store.acquire(wanted);
    await before.stop();
    await until('the connection is gone', () => !redis.connected);
    await startOwnRedis({ port: before.port });
    await until('the connection is back', () => redis.connected);
    expect(await store.renew({ ...name, value, fence: (answer as { fence: number }).fence })).toBe('reclaimed');
    expect(await store.acquire({ ...wanted, value: 'bbbb2222:1' })).toMatchObject({ outcome: 'held', holder: value });
  });

  test.each([
    ['is full', /OOM/, ['CONFIG', 'SET', 'maxmemory', '1']],
    ['is a replica', /READONLY/, ['REPLICAOF', '127.0.0.1', '1']],
    ['may not write to its disk', /MISCONF|NOREPLICAS/, ['CONFIG', 'SET', 'min-replicas-to-write', '1']],
  ])('that %s counts as unreachable, and nothing is changed', async (_, reason, words) => {
    const server = await startOwnRedis();
    const redis = connect({ port: server.port, database: 6 });
    const store = createLockStore(redis);
    await redis.send(words);
    const error = await store.acquire(wanted).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LockStoreUnreachable);
    expect((error as Error).message).toMatch(reason);
    expect(await redis.send(['EXISTS', 'lock:task_x:20260203'])).toBe(0);
  });

  test('that wants a password counts as unreachable, and the reason is told', async () => {
    const server = await startOwnRedis();
    await connect({ port: server.port }).send(['CONFIG', 'SET', 'requirepass', 'hunter2']);
    await expect(createLockStore(connect({ port: server.port, database: 6 })).acquire(wanted)).rejects.toThrow(
      /does not answer: NOAUTH/,
    );
    await expect(createLockStore(connect({ port: server.port, password: 'wrong' })).acquire(wanted)).rejects.toThrow(
      /does not answer: WRONGPASS/,
    );
    const url = `redis://:hunter2@127.0.0.1:${server.port}/6`;
    expect(await createLockStore(connect({ url })).acquire(wanted)).toMatchObject({ outcome: 'acquired' });
  });

  test('that pauses longer than a call may take counts as unreachable, and its late answer does no harm', async () => {
    const server = await startOwnRedis();
    const redis = connect({ port: server.port, database: 6, answerWithinMs: 2_000 });
    const store = createLockStore(redis);
    await redis.send(['CLIENT', 'PAUSE', '600000', 'WRITE']);
    await expect(store.acquire(wanted)).rejects.toThrow('no reply within 2000 ms');
    await connect({ port: server.port }).send(['CLIENT', 'UNPAUSE']);
    await until('the pause is over', async () => (await store.acquire(wanted).catch(() => null)) !== null);
    expect(await store.peek(name)).toMatchObject({ holder: value });
  });
});
