import { beforeAll, describe, expect, test } from 'vitest';
import type { ChainResult, Rerun } from '../../src/plan/types.js';
import { type Engine, failureOf, resultOf, startEngine } from '../support/engine.js';

let engine: Engine;

beforeAll(async () => {
  const plain = `{ run(ctx) { witness(ctx, 'body'); } }`;
  engine = await startEngine({
    name: 'reruns',
    config: `defaults: { retry: { retries: 0 } }`,
    tasks: {
      re_a: plain,
      re_b: `{ run(ctx) { witness(ctx, 'body'); if (!existsSync(ctx.secrets.get('GATES') + '/mended' + ctx.date)) throw new TaskError('broken'); } }`,
      re_c: plain,
      re_d: `{ run(ctx) { witness(ctx, 'body'); return ctx.noWork('none'); } }`,
    },
    chains: { 're-chain': { tasks: { re_a: [], re_b: ['re_a'], re_c: ['re_b'], re_d: [] } } },
  });
});

const bodies = (date: string) =>
  engine
    .witness()
    .filter((line) => line.date === date)
    .map(({ task }) => task)
    .sort();

/** Runs the chain once, so that re_b fails, mends it, and reruns. */
async function rerunAfterFailure(date: string, rerun: Pick<Rerun, 'mode' | 'task'>): Promise<ChainResult> {
  await failureOf(await engine.startChain({ chain: 're-chain', date }));
  expect(bodies(date)).toEqual(['re_a', 're_b', 're_d']);
  engine.open(`mended${date}`);
  return await again(date, rerun);
}

async function again(date: string, rerun: Pick<Rerun, 'mode' | 'task'>): Promise<ChainResult> {
  const handle = await engine.client.workflow.start('runChain', {
    taskQueue: engine.taskQueue,
    workflowId: `re-chain:${date}`,
    args: [{ chain: 're-chain', date, mark: Date.now(), rerun: { ...rerun, by: 'marie', reason: 'mended' } }],
  });
  return await resultOf<ChainResult>(handle);
}

describe('rerun', () => {
  test('by default runs only what did not succeed, and completes the chain', async () => {
    const chain = await rerunAfterFailure('20260401', { mode: 'unsuccessful' });
    expect(chain.status).toBe('success');
    expect(chain.tasks.re_a).toMatchObject({ status: 'success', satisfied: true });
    expect(bodies('20260401')).toEqual(['re_a', 're_b', 're_b', 're_c', 're_d']);
  });

  test('from a task repeats it and its descendants', async () => {
    await rerunAfterFailure('20260402', { mode: 'unsuccessful' });
    const chain = await again('20260402', { mode: 'from', task: 're_b' });
    expect(chain.status).toBe('success');
    expect(bodies('20260402')).toEqual(['re_a', 're_b', 're_b', 're_b', 're_c', 're_c', 're_d']);
  });

  test('only a task repeats that one and keeps the rest as it is', async () => {
    await rerunAfterFailure('20260403', { mode: 'unsuccessful' });
    expect((await again('20260403', { mode: 'only', task: 're_a' })).status).toBe('success');
    expect(bodies('20260403')).toEqual(['re_a', 're_a', 're_b', 're_b', 're_c', 're_d']);
  });

  test('all repeats everything, skipped what was skipped', async () => {
    await rerunAfterFailure('20260404', { mode: 'unsuccessful' });
    await again('20260404', { mode: 'skipped' });
    expect(bodies('20260404')).toEqual(['re_a', 're_b', 're_b', 're_c', 're_d', 're_d']);
    await again('20260404', { mode: 'all' });
    expect(bodies('20260404')).toEqual(['re_a', 're_a', 're_b', 're_b', 're_b', 're_c', 're_c', 're_d', 're_d', 're_d']);
  });

  test('an unknown task is refused by name', async () => {
    const handle = await engine.startChain({
      chain: 're-chain',
      date: '20260405',
      rerun: { mode: 'from', task: 're_z', by: 'marie', reason: null },
    });
    expect((await failureOf(handle)).message).toBe('re-chain has no task "re_z"; it has re_a, re_d, re_b, re_c');
  });
});
