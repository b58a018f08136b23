/** Locks and who holds them. */
import { parseLockValue, type ListedLock } from '../lock/protocol.js';
import type { LockStore } from '../lock/redis-store.js';
import { canonicalId } from '../plan/ids.js';
import { BadInput } from './errors.js';
import { describeRun, isChainResult, type RunView } from './describe-run.js';
import type { Server } from './server.js';

/**
 * - `running`: a run of ours that is open
 * - `closed`: a run of ours that has ended: the lock is left over
 * - `abandoned`: a body of ours that did not stop when told to; it may still be working
 * - `unknown`: it looks like ours, but no run says so
 * - `stranger`: not daychain, the old scheduler included
 */
export type HolderState = 'running' | 'closed' | 'abandoned' | 'unknown' | 'stranger';

export interface LockView {
  task: string;
  /** The date; the run key for tasks locked by run. */
  scope: string;
  holder: string;
  /** Milliseconds until it runs out; null for a lock that never does. */
  ttlMs: number | null;
  state: HolderState;
  /** Workflow ID of the run that should be the holder's; null for strangers. */
  run: string | null;
}

/** All locks, or those of one task. Without a server nobody says which runs are open: their state is `unknown`. */
export async function listLocks(server: Server | null, store: LockStore, task?: string): Promise<LockView[]> {
  const locks = await store.list(task === undefined ? {} : { task });
  return await Promise.all(locks.map((lock) => viewOf(server, lock)));
}

/** The lock of a task for a date or run key; null if nobody holds it. */
export async function findLock(server: Server | null, store: LockStore, task: string, scope: string): Promise<LockView | null> {
  const { holder, ttlMs } = await store.peek({ task, scope });
  if (holder === null) return null;
  const [lock] = await store.list({ task }).then((all) => all.filter((one) => one.scope === scope && one.holder === holder));
  return lock ? await viewOf(server, lock) : { task, scope, holder, ttlMs, state: 'unknown', run: null };
}

/**
 * Takes the lock away from the holder that was looked at, and from no other.
 * @throws BadInput if that one does not hold it any more
 */
export async function unlock(store: LockStore, lock: Pick<LockView, 'task' | 'scope' | 'holder'>): Promise<void> {
  const released = await store.forceRelease({ task: lock.task, scope: lock.scope }, lock.holder);
  if (!released)
    throw new BadInput(`The lock of ${lock.task} ${lock.scope} has changed hands meanwhile. Look again: daychain locks`);
}

async function viewOf(server: Server | null, lock: ListedLock): Promise<LockView> {
  const { task, scope, holder, ttlMs } = lock;
  const bare = { task, scope, holder, ttlMs };
  if (lock.kind === 'foreign') return { ...bare, state: 'stranger', run: null };
  const id = canonicalId(task, scope);
  const run = server === null ? null : await describeRun(server, id, { ask: false });
  return { ...bare, run: id, state: run === null ? 'unknown' : stateOf(lock, run) };
}

function stateOf(lock: ListedLock, run: RunView): HolderState {
  const taskId = parseLockValue(lock.holder.replace(/:abandoned$/, ''))?.taskId;
  const ended = run.end !== null && !isChainResult(run.result) && run.result?.task_id === taskId;
  if (lock.kind === 'abandoned') return 'abandoned';
  if (run.end === null) return 'running';
  return ended ? 'closed' : 'unknown';
}
