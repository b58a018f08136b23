import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RedisConnection } from '../../src/connections/redis.js';
import { createLockStore, type LockStore } from '../../src/lock/redis-store.js';
import { KINDS, nextMillisecond, useRedis } from './servers.js';

/** One run of a task, as far as the lock is concerned: what it believes is all it acts on. */
interface Run {
  taskId: string;
  attempt: number;
  /** The fence it was given, while it believes that it holds the lock. */
  fence: number | null;
}

const STEPS = ['acquire', 'renew', 'release', 'abandon', 'retry'] as const;
type Step = (typeof STEPS)[number] | 'empty';

const runNumber = fc.integer({ min: 0, max: 2 });
const steps = (...words: readonly Step[]) =>
  fc.array(fc.record({ run: runNumber, step: fc.constantFrom(...words) }), { minLength: 1, maxLength: 25 });

describe.each(KINDS)('two or more runs on $kind', (kind) => {
  describe.skipIf(!kind.present)('when it is there', () => {
    const server = useRedis(kind);
    let scope = 0;
    let redis: RedisConnection;
    let store: LockStore;
    beforeEach(() => {
      redis = server.connect();
      store = createLockStore(redis, { prefix: 'property:' });
    });

    const begin = () => {
      scope += 1;
      const runs: Run[] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'].map((taskId) => ({ taskId, attempt: 1, fence: null }));
      return { runs, name: { task: 'task_x', scope: String(scope) } };
    };

    test('never both hold the lock, in whatever order they act, and fences only grow', async () => {
      await fc.assert(
        fc.asyncProperty(steps(...STEPS), async (sequence) => {
          const { runs, name } = begin();
          const fences: number[] = [];
          for (const { run, step } of sequence) {
            const fence = await act(name, runs[run]!, step);
            if (fence !== null) fences.push(fence);
            expect(runs.filter((each) => each.fence !== null).length).toBeLessThanOrEqual(1);
          }
          expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b));
        }),
        { numRuns: 150 },
      );
    });

    test('never both hold the lock, though they act at the same time', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(...STEPS))), { maxLength: 10 }),
          async (rounds) => {
            const { runs, name } = begin();
            for (const round of rounds) {
              await Promise.all(round.map((step, run) => act(name, runs[run]!, step)));
              expect(runs.filter((each) => each.fence !== null).length).toBeLessThanOrEqual(1);
            }
          },
        ),
        { numRuns: 100 },
      );
    });

    test('agree on one holder at the next renewal after Redis lost everything', async () => {
      await fc.assert(
        fc.asyncProperty(steps(...STEPS, 'empty'), async (sequence) => {
          const { runs, name } = begin();
          for (const { run, step } of sequence) await act(name, runs[run]!, step);
          for (const run of runs) await act(name, run, 'renew');
          expect(runs.filter((run) => run.fence !== null).length).toBeLessThanOrEqual(1);
        }),
        { numRuns: 150 },
      );
    });

    /** One step of a run, and the fence if it got the lock by it. */
    async function act(name: { task: string; scope: string }, run: Run, step: Step): Promise<number | null> {
      const held = { ...name, value: `${run.taskId}:${run.attempt}` };
      switch (step) {
        case 'acquire':
        case 'retry': {
          if (run.fence !== null && step === 'acquire') return null;
          // A retry is the same run on another worker: it knows nothing of what the attempt before it held.
          if (step === 'retry') run.attempt += 1;
          const before = run.fence;
          run.fence = null;
          const answer = await store.acquire({ ...held, value: `${run.taskId}:${run.attempt}`, checkSuccess: false });
          if (answer.outcome !== 'acquired') return null;
          run.fence = answer.fence;
          return answer.fence === before ? null : answer.fence;
        }
        case 'renew':
          if (run.fence !== null && typeof (await store.renew({ ...held, fence: run.fence })) === 'object') run.fence = null;
          return null;
        case 'release':
          if (run.fence !== null) await store.release(held);
          run.fence = null;
          return null;
        case 'abandon':
          if (run.fence !== null) await store.abandon(held);
          run.fence = null;
          return null;
        case 'empty':
          await emptied(name);
          return null;
      }
    }

    async function emptied({ task, scope: date }: { task: string; scope: string }): Promise<void> {
      const keys = ['lock', 'fence', 'success'].map((word) => `property:${word}:${task}:${date}`);
      await redis.send(['DEL', ...keys]);
      await nextMillisecond(redis);
    }
  });
});
