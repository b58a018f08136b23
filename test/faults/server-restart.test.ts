import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ChainResult, TaskResult } from '../../src/plan/types.js';
import { eventually, failureOf, resultOf, startEngine } from '../support/engine.js';
import { hasRealRedis, startOwnRedis, startOwnTemporal } from '../support/servers.js';

/** Its lock is renewed twice as often as its heartbeat may be late. Milliseconds. */
const RENEWED_EVERY_MS = 7_500;
const GATED = (name: string) => `{ heartbeat: '15 seconds', retry: { retries: 0 }, async run(ctx) {
  witness(ctx, 'begin');
  await until(ctx, ctx.secrets.get('GATES') + '/${name}');
  witness(ctx, 'end');
} }`;
const PLAIN = `{ retry: { retries: 0 }, run(ctx) { witness(ctx, 'body'); } }`;

describe('servers that go and come back', () => {
  test('Temporal killed in the middle of a chain and started on its file: the chain ends right, bodies ran once', async () => {
    const first = await startOwnTemporal();
    const engine = await startEngine({
      name: 'restart-temporal',
      address: first.address,
      tasks: { rt_a: PLAIN, rt_b: GATED('b').replace(`heartbeat: '15 seconds'`, `heartbeat: '30 seconds'`), rt_c: PLAIN },
      chains: { 'rt-chain': { tasks: { rt_a: [], rt_b: ['rt_a'], rt_c: ['rt_b'] } } },
    });
    await engine.startChain({ chain: 'rt-chain', date: '20261001' });
    await eventually('the second body', () => engine.witness().some(({ task }) => task === 'rt_b'));
    process.kill(first.process.pid, 'SIGKILL');
    await first.stop();
    engine.open('b');
    await eventually('the end of the second body', () =>
      engine.witness().some(({ task, phase }) => task === 'rt_b' && phase === 'end'),
    );
    await startOwnTemporal({ home: first.home, port: first.port });
    const chain = await resultOf<ChainResult>(engine.client.workflow.getHandle('rt-chain:20261001'), 60_000);
    expect(chain).toMatchObject({ status: 'success', counts: { success: 3 } });
    expect(engine.witness().map(({ task, phase }) => `${task} ${phase}`)).toEqual([
      'rt_a body',
      'rt_b begin',
      'rt_b end',
      'rt_c body',
    ]);
    engine.worker.stop({ drainMs: 0 });
    await engine.worker.ended;
  });

  test('Redis restarted: no body is aborted; Redis stopped: nothing runs unlocked, and all goes on when it is back', async (context) => {
    if (!hasRealRedis()) context.skip('no redis-server is installed here');
    const redis = await startOwnRedis();
    const engine = await startEngine({
      name: 'restart-redis',
      redis: redis.port,
      tasks: {
        rr_long: GATED('long'),
        rr_next: PLAIN,
        rr_short: `{ lock: { wait: '2 seconds' }, retry: { retries: 0 }, run(ctx) { witness(ctx, 'body'); } }`,
      },
    });
    const long = await engine.startTask({ task: 'rr_long', date: '20261001' });
    await eventually('its body', () => engine.witness().some(({ task }) => task === 'rr_long'));

    await redis.stop();
    const away = Date.now();
    const next = await engine.startTask({ task: 'rr_next', date: '20261001' });
    await eventually('the wait of the next task', async () => {
      const progress = await next.query<{ phase: string; detail: string | null }>('progress');
      return progress.phase === 'waiting_for_lock' && progress.detail?.includes('does not answer');
    });
    const short = await failureOf(await engine.startTask({ task: 'rr_short', date: '20261001' }));
    expect(short).toMatchObject({ type: 'error', result: { status: 'failed', attempts: 0 } });
    expect(short.message).toContain(`127.0.0.1:${redis.port}`);
    expect(engine.witness().map(({ task }) => task)).toEqual(['rr_long']);

    // So that a renewal has found nobody.
    await delay(away + RENEWED_EVERY_MS + 500 - Date.now());
    await startOwnRedis({ home: redis.home, port: redis.port });
    expect(await resultOf<TaskResult>(next)).toMatchObject({ status: 'success', attempts: 1 });
    engine.open('long');
    expect(await resultOf<TaskResult>(long)).toMatchObject({ status: 'success', attempts: 1, attempt_errors: [] });
    engine.worker.stop({ drainMs: 0 });
    await engine.worker.ended;
  });
});
