import { describe, expect, onTestFinished, test } from 'vitest';
import { connectRedisStores } from '../../../src/connections/redis-stores.js';
import { clientRedis } from '../../../src/connections/client-redis.js';
import { redisState } from '../../../src/kit/llm/state.js';
import { createLlm, LlmBudgetSpent } from '../../../src/kit/index.js';
import { within } from '../../support/engine.js';
import { redisPort } from '../../support/servers.js';
import { startModel, status } from './model-servers.js';

const NOW = Date.parse('2026-02-03T12:00:00Z');

async function redis(prefix: string) {
  const options = { port: redisPort() };
  const stores = await connectRedisStores(options);
  onTestFinished(() => stores.close());
  return clientRedis(stores, options, prefix);
}

describe('what workers know of each other', () => {
  test('two clients of one Redis share a budget, to the call', async () => {
    const server = await startModel('openai', [{ text: 'yes' }]);
    const prefix = `${crypto.randomUUID()}:`;
    const options = { providers: [server.provider], budget: { calls: 7 } };
    const clients = await Promise.all(
      [1, 2].map(async () => createLlm(options, { redis: await redis(prefix), clock: () => NOW })),
    );
    onTestFinished(() => clients.forEach((client) => client.close()));
    const ctx = { signal: new AbortController().signal, log: { debug() {}, info() {}, warn() {}, error() {} } };
    const asked = [...Array(20).keys()].map((at) => clients[at % 2]!.text(ctx, { prompt: 'x' }));
    const ends = await within(30_000, 'twenty ends', Promise.allSettled(asked));
    expect(server.asked).toHaveLength(7);
    const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
    expect(failed).toHaveLength(13);
    for (const error of failed) expect(error).toBeInstanceOf(LlmBudgetSpent);
    expect(await clients[0]!.spent()).toEqual({ calls: 7, tokens: 7 * 42, cost: 0 });
  });

  test('a provider that asked one worker for patience is left alone by the others', async () => {
    const server = await startModel('openai', [status(429, { 'retry-after': '60' })]);
    const prefix = `${crypto.randomUUID()}:`;
    const ctx = { signal: new AbortController().signal, log: { debug() {}, info() {}, warn() {}, error() {} } };
    for (const expected of ['answered 429', 'is left alone for']) {
      const llm = createLlm({ providers: [server.provider], wait: 0, retries: 0 }, { redis: await redis(prefix) });
      await expect(llm.text(ctx, { prompt: 'x' })).rejects.toThrow(expected);
      llm.close();
    }
    expect(server.asked).toHaveLength(1);
  });

  test('costs add up without loss, days stand apart, and names keep clients apart', async () => {
    const place = await redis(`${crypto.randomUUID()}:`);
    const [one, other] = [redisState(place, 'one'), redisState(place, 'other')];
    for (let count = 0; count < 10; count++) await one.spend(3, 0.1, NOW);
    expect(await one.spent(NOW)).toEqual({ calls: 0, tokens: 30, cost: 1 });
    expect(await one.begin('x', { cost: 1 }, NOW)).toEqual({ is: 'spent', of: 'cost', used: 1 });
    expect(await one.begin('x', { cost: 1.000001 }, NOW)).toEqual({ is: 'given' });
    expect(await one.begin('x', { tokens: 30 }, NOW + 12 * 3_600_000)).toEqual({ is: 'given' });
    expect(await other.begin('x', { tokens: 30 }, NOW)).toEqual({ is: 'given' });
    expect(await place.send(['TTL', `${place.prefix}llm:one:spent:20260203`])).toBeGreaterThan(200_000);
  });
});
