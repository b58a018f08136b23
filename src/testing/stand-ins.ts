/** What stands for Redis where a task is run alone: everything is free, and kept in memory. */
import type { SharedStores } from '../activities/shared.js';
import type { AppRedis, RunFound } from '../define/types.js';
import type { LockStore } from '../lock/redis-store.js';

/** Application data without time: nothing expires. Only get, set and delete are known. */
export function memoryRedis(before: Readonly<Record<string, string>>): { client: AppRedis; content(): Record<string, string> } {
  const kept = new Map(Object.entries(before));
  const client: AppRedis = {
    get: (key) => Promise.resolve(kept.get(key) ?? null),
    set: (key, value) => Promise.resolve(void kept.set(key, value)),
    delete: (...keys) => Promise.resolve(keys.filter((key) => kept.delete(key)).length),
    command: (word) =>
      Promise.reject(new Error(`testTask has no Redis: ctx.redis.command('${word}', …) is for a test with a real one`)),
  };
  return { client, content: () => Object.fromEntries(kept) };
}

/** Locks nobody else wants, and limits that are never reached. */
export function freeLocks(fence: number): SharedStores {
  const store: Pick<LockStore, 'ttlMs' | 'acquire' | 'renew' | 'release'> = {
    ttlMs: 60_000,
    acquire: () => Promise.resolve({ outcome: 'acquired', fence, tookOver: false }),
    renew: () => Promise.resolve('renewed'),
    release: () => Promise.resolve(true),
  };
  return { locks: () => store as LockStore, rates: { take: () => Promise.resolve({ taken: true }) } };
}

/** Runs as a test tells them, by `task:runKey`; of what is not told, its word is that there is none. */
export function runsTold(runs: Readonly<Record<string, Partial<RunFound>>>): (id: string) => Promise<RunFound> {
  const absent: RunFound = { status: 'absent', kind: null, reason: null, output: {}, finished: null };
  return (id) => Promise.resolve(Object.hasOwn(runs, id) ? { ...absent, status: 'success', ...runs[id] } : absent);
}
