import { beforeAll, describe, expect, test } from 'vitest';
import type { ChainResult } from '../../src/plan/types.js';
import { loadProject } from '../../src/registry/index.js';
import { type Engine, resultOf, startEngine } from '../support/engine.js';
import { writeProject } from '../support/project.js';

const WIDE = 300;
const DEEP = 200;
const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(4, '0')}`);
const NO_OP = `{ retry: { retries: 0 }, run(ctx) { witness(ctx, 'body'); } }`;
const wide = numbered('wi_', WIDE);
const deep = numbered('de_', DEEP);

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'limits',
    tasks: Object.fromEntries([...wide, ...deep, 'ev_a', 'ev_b', 'ev_c'].map((id) => [id, NO_OP])),
    chains: {
      'wide-chain': { concurrency: 300, tasks: Object.fromEntries(wide.map((id) => [id, []])) },
      'deep-chain': { tasks: Object.fromEntries(deep.map((id, at) => [id, at === 0 ? [] : [deep[at - 1]]])) },
      'event-chain': { tasks: { ev_a: [], ev_b: ['ev_a'], ev_c: ['ev_b'] } },
    },
  });
});

describe('sizes', () => {
  test(`a chain ${WIDE} wide runs to its end`, async () => {
    const chain = await resultOf<ChainResult>(await engine.startChain({ chain: 'wide-chain', date: '20260501' }), 240_000);
    expect(chain.counts.success).toBe(WIDE);
    expect(engine.witness().filter(({ task }) => task.startsWith('wi_'))).toHaveLength(WIDE);
  }, 300_000);

  test(`a chain ${DEEP} deep runs to its end, in order`, async () => {
    const chain = await resultOf<ChainResult>(await engine.startChain({ chain: 'deep-chain', date: '20260501' }), 240_000);
    expect(chain.counts.success).toBe(DEEP);
    expect(
      engine
        .witness()
        .map(({ task }) => task)
        .filter((task) => task.startsWith('de_')),
    ).toEqual(deep);
  }, 300_000);

  test('a chain of n tasks writes at most 24 + 24 n events over its run and those of its tasks', async () => {
    await resultOf(await engine.startChain({ chain: 'event-chain', date: '20260501' }));
    let events = 0;
    for (const id of ['event-chain', 'ev_a', 'ev_b', 'ev_c']) {
      const { historyLength } = await engine.client.workflow.getHandle(`${id}:20260501`).describe();
      events += historyLength;
    }
    expect(events).toBeLessThanOrEqual(24 + 24 * 3);
  });

  test('more than 2,000 tasks are refused with the limit named', async () => {
    const many = numbered('m', 2_001);
    const tasks = Object.fromEntries(many.map((id) => [id, { command: ['/bin/true'] }]));
    const project = writeProject({ name: 'too-many', chains: { 'much-too-long': { tasks } } });
    try {
      const { problems } = await loadProject(project.dir);
      expect(problems).toHaveLength(1);
      expect(problems[0]!.message).toMatch(/2,?001.*2,?000/);
    } finally {
      project.remove();
    }
  });
});
