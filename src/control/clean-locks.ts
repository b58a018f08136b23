/** What would stay in Redis for ever: locks without an end that their runs left over, fences without one. */
import { DAY } from '../plan/limits.js';
import type { LockStore } from '../lock/redis-store.js';
import { listLocks, type LockView } from './locks.js';
import type { Server } from './server.js';

export interface CleanedLocks {
  /** Keys that were deleted, or would be. */
  locks: string[];
  fences: string[];
  /** Locks without an end that may be held: a person decides, `daychain unlock`. */
  left: LockView[];
  /** Success keys without an end: they keep their dates from running, and so are left. `daychain keys`. */
  successKeys: number;
}

/** As long as fences live: an older one has no holder to tell apart from a newer. */
const FENCE_AGE_MS = 7 * DAY;

/**
 * Deletes them. A lock goes only if the server says that the run which held it has ended; everything with an end goes by
 * itself. `now` in epoch milliseconds.
 */
export async function cleanLocks(
  server: Server,
  store: LockStore,
  now: number,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<CleanedLocks> {
  const cleaned: CleanedLocks = { locks: [], fences: [], left: [], successKeys: 0 };
  const locks = await listLocks(server, store);
  for (const lock of locks.filter(({ ttlMs }) => ttlMs === null)) {
    const gone = lock.state === 'closed' && (dryRun || (await store.forceRelease(lock, lock.holder)));
    if (gone) cleaned.locks.push(`${store.prefix}lock:${lock.task}:${lock.scope}`);
    else cleaned.left.push(lock);
  }
  const held = new Set(cleaned.left.map(({ task, scope }) => `${task}:${scope}`));
  for (const fence of await store.listKeys('fence')) {
    const old = Number(fence.value) < now - FENCE_AGE_MS && !held.has(`${fence.task}:${fence.scope}`);
    if (fence.ttlMs !== null || !old) continue;
    if (dryRun || (await store.deleteKey(fence))) cleaned.fences.push(fence.key);
  }
  const keys = await store.listKeys('success');
  cleaned.successKeys = keys.filter(({ ttlMs }) => ttlMs === null).length;
  return cleaned;
}
