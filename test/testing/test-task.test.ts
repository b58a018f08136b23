import { describe, expect, test } from 'vitest';
import { defineTask, PermanentError, RetryAfter, z } from '../../src/index.js';
import { testTask } from '../../src/testing/index.js';

const report = defineTask({
  params: z.object({ language: z.string().default('fr') }),
  async run(ctx) {
    const crawled = ctx.upstream('task_crawl');
    if (crawled.status !== 'success') return ctx.noWork(`no pages: ${crawled.reason}`);
    await ctx.redis.set(`report:${ctx.date}`, ctx.params.language);
    ctx.log.info('reported', { before: ctx.day(-1) });
    return { pages: (crawled.output as { pages: number }).pages, language: ctx.params.language };
  },
});

describe('a body run alone', () => {
  test('has its date, params with defaults, parents and Redis, and its result is what a run would have', async () => {
    const { result, log, redis, error, retry } = await testTask(report, {
      task: 'task_report',
      date: '2026-03-01',
      upstream: { task_crawl: { output: { pages: 31 } } },
    });
    expect(result).toMatchObject({
      task: 'task_report',
      date: '20260301',
      run_key: '20260301',
      status: 'success',
      output: { pages: 31, language: 'fr' },
      pages: 31,
    });
    expect(log).toEqual([{ level: 'info', message: 'reported', fields: { before: '20260228' } }]);
    expect(redis).toEqual({ 'report:20260301': 'fr' });
    expect({ error, retry }).toEqual({ error: undefined, retry: null });
  });

  test('sees a parent that failed, or that is no parent', async () => {
    const failed = await testTask(report, { upstream: { task_crawl: { status: 'failed', reason: 'site down' } } });
    expect(failed.result).toMatchObject({ status: 'skipped', kind: 'no_work', reason: 'no pages: site down' });
    expect((await testTask(report)).result.reason).toContain('task_crawl is no parent of task here');
  });

  test('fails for good where its params do not fit', async () => {
    const { result, retry } = await testTask(report, { params: { language: 5 } });
    expect(result.reason).toContain('params do not fit task: language:');
    expect(retry).toEqual({ again: false, delayMs: null });
  });

  test.each([
    ['an error', new Error('x'), { again: true, delayMs: null }],
    ['a permanent one', new PermanentError('x'), { again: false, delayMs: null }],
    ['a wish for later', new RetryAfter('10 minutes', 'x'), { again: true, delayMs: 600_000 }],
  ])('that throws %s tells what becomes of the attempt', async (_, thrown, retry) => {
    const tested = await testTask(
      defineTask({
        run() {
          throw thrown;
        },
      }),
    );
    expect(tested).toMatchObject({ error: thrown, retry, result: { status: 'failed', kind: 'error', reason: 'x' } });
  });

  test('refuses an output that a run would refuse', async () => {
    const { result } = await testTask(defineTask({ run: () => ({ text: 'x'.repeat(40_000) }) }));
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining('output_too_large') as string });
  });

  test('goes through items after the last finished one, and collects their errors', async () => {
    const items = defineTask({
      async run(ctx) {
        const seen: string[] = [];
        const done = await ctx.forEach(['a', 'b', 'c'], { key: (item) => item }, (item) => {
          seen.push(item);
          if (item === 'b') throw new Error('spoilt');
        });
        return { seen, failed: done.failed };
      },
    });
    const first = await testTask(items);
    expect(first.result).toMatchObject({ output: { seen: ['a', 'b', 'c'], failed: 1 }, errors: ['b: spoilt'] });
    const again = await testTask(items, { after: first });
    expect(again.result).toMatchObject({ output: { seen: [], failed: 1 }, attempts: 2 });
  });

  test('tells how far its work is', async () => {
    const task = defineTask({
      run(ctx) {
        ctx.progress({ processed: 3, of: null, failed: 1, current: 'row-4' });
      },
    });
    const { progress } = await testTask(task);
    expect(progress).toEqual({ processed: 3, of: null, failed: 1, current: 'row-4', perMinute: null });
  });

  test('has the clients, settings and secrets it is given, free locks and limits', async () => {
    const task = defineTask({
      async run(ctx) {
        const { mail } = ctx.clients as unknown as { mail(): Promise<{ send(): string }> };
        await ctx.rateLimit('brevo', { limit: 1, per: '1 day' });
        return await ctx.lock('printer', {}, async ({ fence }) => ({
          sent: (await mail()).send(),
          size: (ctx.settings as { SIZE?: number }).SIZE ?? 0,
          secret: ctx.secrets.get('KEY').length,
          fence,
        }));
      },
    });
    const { result } = await testTask(task, {
      clients: { mail: { send: () => 'yes' } },
      settings: { SIZE: 3 },
      secrets: { KEY: 'hunter2' },
      fence: 7,
    });
    expect(result.output).toEqual({ sent: 'yes', size: 3, secret: 7, fence: 7 });
  });

  test('is told to stop by the signal', async () => {
    const stop = new AbortController();
    const task = defineTask({
      async run({ signal }) {
        const aborted = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
        stop.abort();
        await aborted;
      },
    });
    const { result } = await testTask(task, { signal: stop.signal });
    expect(result).toMatchObject({ status: 'failed', reason: 'the worker is stopping' });
  });

  test('is not kept back by a condition where it is forced', async () => {
    const task = defineTask({ condition: (ctx) => ctx.postpone('10 minutes', 'busy'), run: () => ({ ran: 1 }) });
    expect(await testTask(task)).toMatchObject({ postponed: { reason: 'busy' }, result: { status: 'pending' } });
    expect((await testTask(task, { force: true })).result).toMatchObject({ status: 'success', output: { ran: 1 } });
  });
});
