import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectRedis } from '../../src/connections/redis.js';
import { startRedis, type RedisServer } from '../../src/local/redis-server.js';
import type { TaskResult } from '../../src/plan/types.js';
import { eventually, resultOf } from '../support/engine.js';
import { afterwards, hasRealRedis, startOwnRedis } from '../support/servers.js';
import { keepOneRunning, projectOfWorkers, type Workers } from './workers.js';
import { listenLocally } from '../support/http.js';

const LIMIT = 3;
const PER_MS = 4_000;

const SETTINGS = `timeout: '2 minutes', heartbeat: '3 seconds', retry: { retries: 20, delay: '1 second' }`;
/** Ends the worker once, at this point of this task. */
const DIE = `const dieOnce = async (at) => {
  const mark = ctx.secrets.get('GATES') + '/died-' + ctx.task + at;
  if (existsSync(mark)) return;
  (await import('node:fs')).writeFileSync(mark, '');
  process.kill(process.pid, 'SIGKILL');
};`;
const SENDER = (dies: boolean) => `{ ${SETTINGS}, async run(ctx) {
  ${DIE}
  const kit = await import('daychain/kit');
  const http = await ctx.clients.http();
  for (const n of [1, 2, 3, 4]) {
    const asked = Date.now();
    await ctx.rateLimit('provider', { limit: ${LIMIT}, per: '${PER_MS} milliseconds', wait: '1 minute' });
    const turn = { asked, given: Date.now() };
    await http.post(ctx.secrets.get('PROVIDER_URL'), turn, { idempotencyKey: kit.effectKey(ctx, n), signal: ctx.signal });
    if (n === 2 && ${dies}) await dieOnce('sent');
  }
} }`;

describe.skipIf(!hasRealRedis())('limits while workers are killed and Redis is restarted (a Redis that keeps its data)', () => {
  let workers: Workers;
  let provider: Provider;
  let redis: RedisServer;
  let restartRedis: () => Promise<void>;
  let running: ReturnType<typeof keepOneRunning>[];

  beforeAll(async () => {
    provider = await startProvider();
    process.env.PROVIDER_URL = provider.url;
    afterwards(() => delete process.env.PROVIDER_URL);
    const own = await startOwnRedis();
    redis = own;
    restartRedis = async () => {
      await redis.stop();
      redis = await startRedis({ home: own.home, port: own.port });
    };
    afterwards(() => redis.stop());
    const host = new URL(provider.url).host;
    workers = await projectOfWorkers(
      {
        name: 'limits',
        config: `clients: {
          http: async () => (await import('daychain/kit')).createHttp({ allow: ['${host}'] }),
          llm: { open: async (tools) => (await import('daychain/kit')).llmClient({
            providers: [{ api: 'openai', model: 'm', baseUrl: '${new URL('/v1', provider.url).href}' }], budget: { calls: 5 },
          }).open(tools) },
        }`,
        tasks: {
          rl_first: SENDER(true),
          rl_second: SENDER(false),
          // Two questions before the death, and after it until it is refused: however many attempts that takes.
          llm_day: `{ ${SETTINGS}, async run(ctx) {
            ${DIE}
            const llm = await ctx.clients.llm();
            for (let n = 1; ; n++) {
              try {
                await llm.text(ctx, { prompt: 'question ' + n });
              } catch (error) {
                if (error.message.includes('budget of 5 calls is used up')) return;
                throw error;
              }
              if (n === 2) await dieOnce('asked');
            }
          } }`,
          llm_late: `{ ${SETTINGS.replace('3 seconds', '30 seconds').replace('retries: 20', 'retries: 0')}, async run(ctx) {
            const llm = await ctx.clients.llm();
            await llm.text(ctx, { prompt: 'one more' });
          } }`,
        },
      },
      { redis: redis.port },
    );
    running = [keepOneRunning(workers), keepOneRunning(workers)];
  });

  const start = (task: string) =>
    workers.client.workflow.start('runTask', {
      taskQueue: workers.taskQueue,
      workflowId: `${task}:20260203`,
      args: [{ task, date: '20260203', mark: Date.now() }],
    });

  test('no stretch of time has more calls than allowed, and every call is made', async () => {
    const handles = [await start('rl_first'), await start('rl_second')];
    await eventually('the first death', () => existsSync(join(workers.dir, 'gates/died-rl_firstsent')), 120_000);
    const before = provider.calls.length;
    await restartRedis();
    const results = await Promise.all(handles.map((handle) => resultOf<TaskResult>(handle, 150_000)));
    expect(results.map(({ status }) => status)).toEqual(['success', 'success']);
    expect(results[0]!.attempts).toBeGreaterThan(1);

    const { calls } = provider;
    expect(calls.length).toBeGreaterThan(before);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(8);
    // When a turn came is known no better than that it lies between its two instants, and when its call arrives says nothing of
    // it; a call that is repeated has no turn of its own.
    const turns = [...new Map(calls.map(({ key, turn }) => [`${key} ${turn.given}`, turn])).values()];
    expect(turns.length).toBeGreaterThan(8);
    for (const { asked } of turns) {
      const together = turns.filter((other) => other.asked >= asked && other.given < asked + PER_MS);
      expect(together.length, `turns within ${PER_MS} ms of ${asked}`).toBeLessThanOrEqual(LIMIT);
    }
  }, 300_000);

  test('a budget counts what a dead worker has asked, and the provider is never asked beyond it', async () => {
    const day = await resultOf<TaskResult>(await start('llm_day'), 150_000);
    expect(day.status).toBe('success');
    expect(day.attempts).toBeGreaterThan(1);
    expect(provider.questions.slice(0, 3)).toEqual([1, 2, 1].map((n) => `question ${n}`));
    expect(provider.questions).toHaveLength(5);
    const late = await start('llm_late');
    await expect(resultOf(late, 90_000)).rejects.toThrow();
    const store = connectRedis({ port: redis.port, database: 5 });
    afterwards(() => store.close());
    const [key] = (await store.send(['KEYS', 'llm:llm:spent:*'])) as string[];
    expect(await store.send(['HGET', key!, 'calls'])).toBe('5');
    expect(provider.questions).toHaveLength(5);
  });

  test('the workers end when told', async () => {
    for (const one of running) await one.end();
  });
});

/** When a body asked for a turn, and when it had it: epoch milliseconds. */
interface Turn {
  asked: number;
  given: number;
}

interface Provider {
  url: string;
  calls: { key: string | undefined; turn: Turn }[];
  questions: string[];
}

/** Takes calls, and questions as a language model. */
async function startProvider(): Promise<Provider> {
  const provider: Provider = { url: '', calls: [], questions: [] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const said: unknown = JSON.parse(Buffer.concat(chunks).toString());
      if (request.url === '/calls') {
        provider.calls.push({ key: request.headers['idempotency-key'] as string | undefined, turn: said as Turn });
        return void response.end('{}');
      }
      const { messages } = said as { messages: { content: string }[] };
      provider.questions.push(messages[0]!.content);
      response.end(JSON.stringify({ choices: [{ finish_reason: 'stop', message: { content: 'yes' } }] }));
    });
  });
  provider.url = `${(await listenLocally(server)).url}/calls`;
  return provider;
}
