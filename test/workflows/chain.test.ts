import { beforeAll, describe, expect, test } from 'vitest';
import type { ChainResult, TaskResult } from '../../src/plan/types.js';
import { type Engine, failureOf, resultOf, startEngine } from '../support/engine.js';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'chain-test',
    config: `defaults: { retry: { retries: 0 } }`,
    tasks: {
      ct_first: `{ run(ctx) { witness(ctx, 'body'); return { pages: 3 }; } }`,
      ct_second: `{ params: z.object({ limit: z.number().default(5) }), run(ctx) {
        const up = ctx.upstream('ct_first');
        return { from: up.status, pages: up.output.pages ?? null, limit: ctx.params.limit, before: ctx.day(-1) };
      } }`,
      ct_third: `{ run(ctx) { return ctx.noWork('nothing to report'); } }`,
      ct_last: `{ run(ctx) { return { third: ctx.upstream('ct_third').status }; } }`,
      ct_broken: `{ run() { throw new TaskError('the disk is full'); } }`,
      ct_after: `{ run(ctx) { witness(ctx, 'body'); } }`,
      ct_other: `{ run(ctx) { witness(ctx, 'body'); } }`,
      ct_always: `{ run(ctx) { return { saw: ctx.upstream('ct_broken').kind }; } }`,
    },
    chains: {
      'ct-good': {
        schedule: { daily: '06:00' },
        tasks: {
          ct_first: [],
          ct_second: { dependsOn: ['ct_first'], params: { limit: 9 } },
          ct_third: ['ct_first'],
          ct_last: ['ct_second', 'ct_third'],
        },
      },
      'ct-bad': {
        tasks: {
          ct_broken: [],
          ct_after: ['ct_broken'],
          ct_other: [],
          ct_always: { dependsOn: ['ct_broken'], runWhen: 'all_done' },
        },
      },
    },
  });
});

describe('a chain on a real server', () => {
  test('runs its tasks in dependency order and hands outputs down', async () => {
    const chain = await resultOf<ChainResult>(await engine.startChain({ chain: 'ct-good', date: '20260203' }));
    expect(chain).toMatchObject({ chain: 'ct-good', status: 'success', date: '20260203', scheduled_for: '2026-02-03T05:00:00Z' });
    expect(chain.counts).toMatchObject({ success: 3, skipped: 1 });
    expect(chain.tasks.ct_third).toMatchObject({ status: 'skipped', kind: 'no_work', settled: true });
    const second = await resultOf<TaskResult>(engine.client.workflow.getHandle('ct_second:20260203'));
    expect(second).toMatchObject({ status: 'success', from: 'success', pages: 3, limit: 9, before: '20260202', attempts: 1 });
    expect(second.task_id).toMatch(/^[0-9a-f]{8}$/);
  });

  test('fails with a readable table, finishes independent branches and runs what wants all done', async () => {
    const { message, result } = await failureOf(await engine.startChain({ chain: 'ct-bad', date: '20260203' }));
    expect(message).toContain('ct-bad 20260203 failed: 2 success, 1 skipped, 1 failed.');
    expect(message).toContain('the disk is full');
    expect(message).toContain('daychain rerun ct-bad:20260203');
    expect(result.tasks.ct_after).toMatchObject({ status: 'skipped', kind: 'upstream_failed', run: null });
    expect(result.tasks.ct_other).toMatchObject({ status: 'success' });
    const always = await resultOf<TaskResult>(engine.client.workflow.getHandle('ct_always:20260203'));
    expect(always).toMatchObject({ saw: 'error' });
    expect(engine.witness().some(({ task }) => task === 'ct_after')).toBe(false);
  });
});
