import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { RunSummary } from '../../../src/control/run-summary.js';
import type { Server } from '../../../src/control/server.js';
import { lookAtOpen } from '../../../src/control/views/open-runs.js';

const CHAIN: RunSummary = {
  workflowId: 'chain-a:20260203',
  runId: 'run-1',
  kind: 'chain',
  id: 'chain-a',
  runKey: '20260203',
  date: '20260203',
  status: 'pending',
  end: null,
  started: '2026-02-03T06:00:00Z',
  closed: null,
  taskQueue: 'queue',
  params: null,
  left: null,
};
const LIST = { scheduled: [CHAIN], single: [], shells: [], pages: 1, cut: false };
const NOW = Date.parse('2026-02-03T07:00:00Z');
const MINUTE = 60_000;

test('an open chain that does not answer in time keeps its word, until that is old', async () => {
  const held = { kind: 'chain', held: { by: 'marie' } };
  const answers = [() => Promise.resolve(held), () => Promise.reject(new Error('late')), () => Promise.reject(new Error('late'))];
  const client = {
    withDeadline: async (_: number, call: () => Promise<unknown>) => await call(),
    workflow: {
      getHandle: () => ({ query: () => answers.shift()!() }),
      list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true }) }) }),
    },
  };
  const server: Server = { client: client as unknown as Client, namespace: 'default', taskQueue: 'queue', by: 'tests' };
  const look = async (now: number) => {
    const { progress } = await lookAtOpen(server, LIST, new Set(['chain-a']), { questions: 1, worker: true }, now);
    return progress.get(CHAIN.workflowId) ?? null;
  };
  expect(await look(NOW)).toBe(held);
  expect(await look(NOW + MINUTE)).toBe(held);
  expect(await look(NOW + 3 * MINUTE)).toBeNull();
});
