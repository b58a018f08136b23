/** Shared locks and rate limits: who holds them, who waits, and taking a lock away. */
import type { ListedRate, ListedSharedLock, SharedLook } from '../lock/shared-look.js';
import { BadInput } from './errors.js';
import { describeRun } from './describe-run.js';
import type { HolderState } from './locks.js';
import type { Server } from './server.js';

export interface SharedLockView extends ListedSharedLock {
  /** As of a task's lock. `closed`: no attempt of that run is there any more, and the lock runs out by itself. */
  state: Exclude<HolderState, 'abandoned'>;
}

export interface SharedView {
  shared: SharedLockView[];
  limits: ListedRate[];
}

/** All of them, or those a task holds or waits for. Without a server nobody says which runs are open: their state is `unknown`. */
export async function listShared(server: Server | null, look: SharedLook, task?: string): Promise<SharedView> {
  const [locks, limits] = await Promise.all([look.locks(), look.rates()]);
  const isIts = (run: string | null) => task === undefined || run?.startsWith(`${task}:`) === true;
  const held = locks.filter(({ run, waiting }) => isIts(run) || waiting.some(isIts));
  return {
    shared: await Promise.all(held.map((lock) => viewOf(server, lock))),
    limits: task === undefined ? limits : limits.filter(({ waiting }) => waiting.some(isIts)),
  };
}

/** The shared lock of that name; null if nobody holds it. */
export async function findSharedLock(server: Server | null, look: SharedLook, name: string): Promise<SharedLockView | null> {
  const found = (await look.locks()).find((lock) => lock.name === name);
  return found === undefined ? null : await viewOf(server, found);
}

/**
 * Takes the lock away from the holder that was looked at, and from no other; its attempt fails with who did it and why.
 * @throws BadInput if that one does not hold it any more
 */
export async function unlockShared(
  look: SharedLook,
  { name, holder }: Pick<SharedLockView, 'name' | 'holder'>,
  { by, reason }: { by: string; reason: string },
): Promise<void> {
  if (await look.take(name, { holder, by, reason })) return;
  throw new BadInput(`The lock "${name}" has changed hands meanwhile. Look again: daychain locks`);
}

async function viewOf(server: Server | null, lock: ListedSharedLock): Promise<SharedLockView> {
  if (lock.run === null) return { ...lock, state: /^[0-9a-f]{8}:\d+$/.test(lock.holder) ? 'unknown' : 'stranger' };
  const run = server === null ? null : await describeRun(server, lock.run, { ask: false });
  return { ...lock, state: run === null ? 'unknown' : run.end === null ? 'running' : 'closed' };
}
