import { appendFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeRun } from '../../src/control/describe-run.js';
import type { ItemsProgress, TaskResult } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'items',
    tasks: {
      it_many: `{
        async run(ctx) {
          const keys = Array.from({ length: 10_000 }, (_, at) => 'https://example.org/pages/' + at);
          const done = await ctx.forEach(keys, { key: (item) => item, concurrency: 50 }, async (item) => {
            if (item.endsWith('/6000')) { witness(ctx, '6000'); await until(ctx, ctx.secrets.get('GATES') + '/go-on'); }
            if (item.endsWith('7')) throw new Error('the page has no title ' + 'x'.repeat(2_000));
            return { bytes: 3 };
          });
          return { processed: done.processed, failed: done.failed, bytes: done.sum('bytes') };
        },
      }`,
      it_again: `{
        retry: { retries: 2, delay: '1 millisecond' },
        async run(ctx) {
          const done = await ctx.forEach(['a', 'b', 'c', 'd'], { key: (item) => item }, (item) => {
            witness(ctx, item);
            if (item === 'b') throw new Error('spoilt');
            if (item === 'c' && ctx.attempt === 1) { ctx.warn('half'); return Promise.reject(new Error('x')); }
          });
          if (ctx.attempt === 1) throw new TaskError('after the items');
          return { processed: done.processed, resumed: done.resumed, failed: done.failed };
        },
      }`,
      it_cancelled: `{
        async run(ctx) {
          await ctx.forEach(['a', 'b', 'c'], { key: (item) => item }, async (item, { signal }) => {
            witness(ctx, item);
            await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
          });
        },
      }`,
    },
  });
});

const phases = (task: string) =>
  engine
    .witness()
    .filter((line) => line.task === task)
    .map(({ phase }) => phase);

describe('ten thousand items', () => {
  test('are counted on the way, with small heartbeats and a short history', async () => {
    const handle = await engine.startTask({ task: 'it_many', date: '20260203' });
    await eventually('item 6000', () => phases('it_many').includes('6000'), 120_000);
    // All others but those in the way of nobody are done when the one that waits is the last.
    const view = await eventually(
      'the others done',
      async () => {
        const run = await describeRun(engine.server, handle.workflowId);
        const progress = run?.pending?.progress as ItemsProgress | undefined;
        return progress?.processed === 9_999 ? { run: run!, progress } : null;
      },
      180_000,
    );
    expect(view.progress).toMatchObject({ of: 10_000, failed: 1_000, current: 'https://example.org/pages/6000' });
    expect(view.progress.perMinute).toBeGreaterThan(100);

    const { raw } = await handle.describe();
    const bytes = raw.pendingActivities![0]!.heartbeatDetails!.payloads!.reduce((sum, { data }) => sum + data!.length, 0);
    expect(bytes).toBeLessThan(10_000);
    engine.open('go-on');
    const result = await resultOf<TaskResult>(handle);
    expect(result.output).toEqual({ processed: 10_000, failed: 1_000, bytes: 27_000 });
    expect(result.errors.at(-1)).toMatch(/^… and 9\d\d more item errors$/);

    const closed = await handle.describe();
    const figures = { heartbeat: bytes, events: closed.historyLength, history: closed.historySize };
    if (process.env.ITEM_FIGURES)
      appendFileSync(
        process.env.ITEM_FIGURES,
        `${JSON.stringify({ ...figures, started: result.started, finished: result.finished })}\n`,
      );
    expect(figures.events).toBeLessThan(20);
    expect(figures.history).toBeLessThan(60_000);
  }, 300_000);
});

describe('an attempt after another', () => {
  test('does not do again what is finished, failed items included, and tells their errors', async () => {
    const handle = await engine.startTask({ task: 'it_again', date: '20260203' });
    const result = await resultOf<TaskResult>(handle);
    expect(phases('it_again')).toEqual(['a', 'b', 'c', 'd']);
    expect(result).toMatchObject({ attempts: 2, output: { processed: 4, resumed: 4, failed: 2 }, errors: ['b: spoilt', 'c: x'] });
    expect(result.warnings).toEqual(['half']);
  });
});

describe('a cancelled run', () => {
  test('ends within its item and begins no other', async () => {
    const handle = await engine.startTask({ task: 'it_cancelled', date: '20260203' });
    await eventually('the first item', () => phases('it_cancelled').length > 0);
    await handle.cancel();
    await expect(failureOf(handle)).resolves.toMatchObject({ type: 'CancelledFailure' });
    expect(phases('it_cancelled')).toEqual(['a']);
  });
});
