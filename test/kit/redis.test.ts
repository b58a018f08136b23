import { describe, expect, onTestFinished, test } from 'vitest';
import { createClientPool } from '../../src/activities/clients.js';
import { appRedis } from '../../src/connections/app-redis.js';
import { clientRedis } from '../../src/connections/client-redis.js';
import { connectRedisStores } from '../../src/connections/redis-stores.js';
import type { ClientTools } from '../../src/define/types.js';
import { redisClient, type Redis, type RedisClientOptions } from '../../src/kit/index.js';
import { eventually, within } from '../support/engine.js';
import { startEmbeddedRedis } from '../support/servers.js';

/** A project's pool with this one client, on a Redis of its own. */
async function project(port: number, options: RedisClientOptions = {}) {
  const place = { port };
  const stores = await connectRedisStores(place);
  const tools: ClientTools = {
    settings: {},
    dir: '/',
    redis: () => Promise.resolve(clientRedis(stores, place, 'civic:')),
  };
  const pool = createClientPool({ redis: redisClient(options) }, tools);
  onTestFinished(async () => {
    await pool.close();
    stores.close();
  });
  const { redis } = pool.clients as unknown as { redis: () => Promise<Redis> };
  return { redis, pool, stores };
}

describe('the client for Redis', () => {
  test('has the database, the prefix and so the keys of ctx.redis', async () => {
    const server = await startEmbeddedRedis();
    const { redis, stores } = await project(server.port);
    await appRedis(stores.app, 'civic:').set('greeting', 'bonjour');
    const client = await redis();
    expect(await client.get('greeting')).toBe('bonjour');
    await client.hSet('contribution:7', { verdict: 'valid' });
    expect(await stores.app.send(['HGET', 'civic:contribution:7', 'verdict'])).toBe('valid');
    expect(await redis()).toBe(client);
    expect(await redisClient().check(client)).toMatch(/answers$/);
  });

  test('goes where it is told', async () => {
    const server = await startEmbeddedRedis();
    const { redis, stores } = await project(server.port, { url: `redis://127.0.0.1:${server.port}`, database: 2, prefix: 'x:' });
    await (await redis()).set('a', '1');
    await stores.app.send(['SELECT', '2']);
    expect(await stores.app.send(['GET', 'x:a'])).toBe('1');
  });

  test('says at once that Redis is away, is opened anew once it is there, and outlives its restart', async () => {
    const first = await startEmbeddedRedis();
    const { port } = first;
    await first.stop();
    const { redis, pool } = await project(port);
    await expect(within(20_000, 'a refusal', redis())).rejects.toThrow('ECONNREFUSED');
    const second = await startEmbeddedRedis({ port });
    const client = await redis();
    await client.set('a', '1');
    await second.stop();
    await expect(within(20_000, 'a refusal', client.get('a'))).rejects.toThrow();
    await startEmbeddedRedis({ port });
    await eventually('the same client works again', async () => (await client.ping().catch(() => '')) === 'PONG');
    await pool.close();
    await expect(client.get('a')).rejects.toThrow();
  });
});
