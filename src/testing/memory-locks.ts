/** Locks of one chain's test, kept in memory: real to its own tasks, and unknown to everybody else. */
import type { SharedStores } from '../activities/shared.js';
import { type LockName, parseLockValue } from '../lock/protocol.js';
import type { HeldLock, LockStore } from '../lock/redis-store.js';

type UsedOfLocks = Pick<LockStore, 'ttlMs' | 'acquire' | 'renew' | 'release' | 'abandon' | 'peek' | 'deleteSuccess'>;

/** A store of its own for tasks, and one for the locks their bodies name; limits are never reached. */
export function memoryLocks(): { tasks: LockStore; shared: SharedStores } {
  const shared = memoryStore();
  return { tasks: memoryStore(), shared: { locks: () => shared, rates: { take: () => Promise.resolve({ taken: true }) } } };
}

function memoryStore(): LockStore {
  const held = new Map<string, { value: string; fence: number }>();
  let fence = 0;
  const keyOf = ({ task, scope }: LockName) => `${task}:${scope}`;
  const letGo = async (lock: HeldLock): Promise<boolean> =>
    Promise.resolve(held.get(keyOf(lock))?.value === lock.value && held.delete(keyOf(lock)));
  const store: UsedOfLocks = {
    ttlMs: 60_000,
    acquire({ value, ...name }) {
      const before = held.get(keyOf(name));
      const ours = before !== undefined && parseLockValue(before.value)?.taskId === parseLockValue(value)?.taskId;
      if (before !== undefined && !ours)
        return Promise.resolve({ outcome: 'held', holder: before.value, ttlMs: null, ours: false });
      held.set(keyOf(name), { value, fence: ++fence });
      return Promise.resolve({ outcome: 'acquired', fence, tookOver: before !== undefined && before.value !== value });
    },
    renew: (lock) => {
      const now = held.get(keyOf(lock))?.value ?? null;
      return Promise.resolve(now === lock.value ? 'renewed' : { lost: now });
    },
    release: letGo,
    // Nobody but this test wants it, so there is nothing to keep it for.
    abandon: letGo,
    peek: (name) => {
      const now = held.get(keyOf(name));
      return Promise.resolve({ holder: now?.value ?? null, ttlMs: null, completed: false, fence: now?.fence ?? null });
    },
    deleteSuccess: () => Promise.resolve(false),
  };
  return store as LockStore;
}
