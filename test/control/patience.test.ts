import type { Client } from '@temporalio/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { askWorker } from '../../src/control/patience.js';
import type { Server } from '../../src/control/server.js';

class Late extends Error {}
const isLate = (error: unknown) => error instanceof Late;
const late = () => Promise.reject(new Late());

/** How long each call was given, in milliseconds. */
let given: number[];
beforeEach(() => {
  given = [];
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
});
afterEach(() => void vi.useRealTimers());

/** A server on whose queue so many workers poll. */
function serverWith(workers: number): Server {
  const client = {
    withDeadline: async (deadline: number, call: () => Promise<unknown>) => {
      given.push(deadline - Date.now());
      return await call();
    },
    workflowService: { describeTaskQueue: () => Promise.resolve({ pollers: Array.from({ length: workers }, () => ({})) }) },
  };
  return { client: client as unknown as Client, namespace: 'default', taskQueue: 'queue', by: 'tests' };
}

/** Answers in the order given. */
function inTurn<T>(...answers: (() => Promise<T>)[]) {
  const asked = () => answers.shift()!();
  return { asked, left: () => answers.length };
}

test('a worker that polls and is late is asked once more, and waited for longer', async () => {
  const { asked } = inTurn(late, () => Promise.resolve('held'));
  expect(await askWorker(serverWith(1), 2_000, asked, isLate)).toBe('held');
  expect(given).toHaveLength(3); // the question, who polls, the question again
  expect(given[2]).toBeGreaterThan(given[0]!);
});

test('where nobody polls the question is not asked again', async () => {
  const { asked, left } = inTurn<string>(late, () => Promise.resolve('never asked'));
  await expect(askWorker(serverWith(0), 2_000, asked, isLate)).rejects.toThrow(Late);
  expect(left()).toBe(1);
});

test('an answer that is an error is one: nothing is asked again', async () => {
  const { asked, left } = inTurn<string>(
    () => Promise.reject(new Error('refused')),
    () => Promise.resolve('never asked'),
  );
  await expect(askWorker(serverWith(1), 2_000, asked, isLate)).rejects.toThrow('refused');
  expect(left()).toBe(1);
});

test('a worker that did not answer the second time, which may be dead, is not waited for longer again so soon', async () => {
  const server = serverWith(1);
  await expect(askWorker(server, 2_000, late, isLate)).rejects.toThrow(Late);
  const { asked, left } = inTurn<string>(late, () => Promise.resolve('never asked'));
  await expect(askWorker(server, 2_000, asked, isLate)).rejects.toThrow(Late);
  expect(left()).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect(await askWorker(server, 2_000, inTurn(late, () => Promise.resolve('held')).asked, isLate)).toBe('held');
  // Another client's server has nothing to do with it.
  expect(await askWorker(serverWith(1), 2_000, asked, isLate)).toBe('never asked');
});
