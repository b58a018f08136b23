/** What a worker holds for a body's own process, when that process is gone. */
import { expect, test } from 'vitest';
import { answersOf } from '../../src/activities/isolated/answers.js';
import type { Acquired } from '../../src/lock/protocol.js';
import type { LockStore } from '../../src/lock/redis-store.js';

test('a shared lock that is acquired after the process is gone is let go at once', async () => {
  let acquired!: (answer: Acquired) => void;
  const released: unknown[] = [];
  const store = {
    ttlMs: 60_000,
    acquire: () => new Promise<Acquired>((resolve) => (acquired = resolve)),
    release: (lock: unknown) => Promise.resolve(released.push(lock) > 0),
  } as unknown as LockStore;
  const host = { shared: { locks: () => store } } as unknown as Parameters<typeof answersOf>[0];
  const answers = answersOf(host);
  const lock = { task: 'printer', scope: 'all', value: 'aaaa1111:1' };
  const asked = answers.answer({ to: 'locks', method: 'acquire', args: [60, lock] });
  await answers.end();
  acquired({ outcome: 'acquired', fence: 7, tookOver: false });
  await expect(asked).rejects.toThrow('the process that asked for the lock "printer" is gone');
  expect(released).toEqual([{ ...lock, fence: 7 }]);
});
