import { ask, evaluate, type LockConnection } from './evaluate.js';
import {
  keyPattern,
  lockKeys,
  lockOf,
  parseLockValue,
  readAcquired,
  readKeys,
  readRenewed,
  readState,
  tombstone,
  type Acquired,
  type KeyKind,
  type ListedKey,
  type ListedLock,
  type LockName,
  type LockState,
  type Renewed,
} from './protocol.js';
import * as scripts from './scripts.js';

export interface LockStoreOptions {
  /** Stands before every key. Default: none, as the old scheduler has it. */
  prefix?: string;
  /** How long a lock outlives its last renewal. Whole seconds, at least 1. Default 300. */
  ttlSeconds?: number;
  /** How long a success key lives. Whole seconds, at least 1. Default 86,400. */
  successTtlSeconds?: number;
}

export interface HeldLock extends LockName {
  /** `{task_id}:{attempt}`; see lockValue. */
  value: string;
}

/**
 * Locks in Redis. Each call is one round trip and one step for Redis. All throw LockStoreUnreachable when Redis cannot
 * answer (nobody knows then whether the step was taken) and LockStoreError when it refuses.
 */
export interface LockStore {
  readonly address: string;
  readonly prefix: string;
  readonly ttlMs: number;
  /**
   * Takes the lock, or says who has it. With `checkSuccess` a success key comes first: `already_completed`.
   * An earlier attempt of the same run is taken over. Safe to repeat after a lost answer: the same value gets the same fence.
   */
  acquire(wanted: HeldLock & { checkSuccess: boolean }): Promise<Acquired>;
  /** Prolongs the lock to its full TTL. Sets it again where it is gone and nobody held it since: a Redis restarted empty loses no run. */
  renew(held: HeldLock & { fence: number }): Promise<Renewed>;
  /**
   * Deletes the lock if it is still ours, and says whether it was. `success: 'write'` sets the success key in the same step:
   * also where the lock is gone (the work was done), but not where another holds it, for that one decides now.
   */
  release(held: HeldLock & { success?: 'write' | 'none' }): Promise<boolean>;
  /** Leaves the lock to run out by its TTL, under a value nobody takes over: for a body that does not stop. False if it was not ours any more. */
  abandon(held: HeldLock): Promise<boolean>;
  peek(name: LockName): Promise<LockState>;
  /** Forgets that the old scheduler's key says "completed". False if there was none. */
  deleteSuccess(name: LockName): Promise<boolean>;
  /** All locks of a task, or of all tasks, sorted by key. One round trip per thousand keys or so. */
  list(filter?: { task?: string }): Promise<ListedLock[]>;
  /** All keys of one kind, of a task or of all tasks, sorted by key. Redis is never asked for more than a thousand or so at once. */
  listKeys(kind: KeyKind, filter?: { task?: string }): Promise<ListedKey[]>;
  /** Deletes a key that still has the value it was seen with. False if it has not. */
  deleteKey(seen: Pick<ListedKey, 'key' | 'value'>): Promise<boolean>;
  /** Takes the lock away from this very holder. A holder that is alive learns of it at its next renewal. False if it held it no more. */
  forceRelease(name: LockName, expectedHolder: string): Promise<boolean>;
}

/** Opens the lock store on a connection. Throws RangeError for a TTL that is not a whole number of seconds. */
export function createLockStore(connection: LockConnection, options: LockStoreOptions = {}): LockStore {
  const prefix = options.prefix ?? '';
  const ttl = wholeSeconds('ttlSeconds', options.ttlSeconds ?? 300);
  const successTtl = wholeSeconds('successTtlSeconds', options.successTtlSeconds ?? 86_400);
  const fenceTtl = String(scripts.FENCE_TTL_SECONDS);
  const keysOf = (name: LockName) => lockKeys(prefix, name);

  const run = (verb: string, script: scripts.Script, keys: readonly string[], args: readonly string[]) =>
    ask(connection, `${verb} ${keys[0]}`, () => evaluate(connection, script, keys, args));

  async function listKeys(kind: KeyKind, filter: { task?: string } = {}): Promise<ListedKey[]> {
    const found = new Map<string, ListedKey>();
    let cursor = '0';
    do {
      const words = ['SCAN', cursor, 'MATCH', keyPattern(prefix, kind, filter.task), 'COUNT', '1000'];
      const [next, keys] = (await ask(connection, `list ${kind} keys`, () => connection.send(words))) as [string, string[]];
      cursor = String(next);
      if (keys.length === 0) continue;
      const page = readKeys(await run('read', scripts.VALUES, keys, []), prefix, kind, keys);
      for (const one of page) found.set(one.key, one);
    } while (cursor !== '0');
    return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  return {
    address: connection.address,
    prefix,
    ttlMs: Number(ttl) * 1000,

    async acquire({ value, checkSuccess, ...name }) {
      const owner = parseLockValue(value);
      if (!owner) throw new TypeError(`a lock's value is {task_id}:{attempt}, such as 3f9a1c2e:1; got ${JSON.stringify(value)}`);
      const { lock, success, fence } = keysOf(name);
      const args = [value, owner.taskId, String(owner.attempt), ttl, fenceTtl, checkSuccess ? '1' : '0'];
      return readAcquired(await run('acquire', scripts.ACQUIRE, [lock, success, fence], args), value);
    },

    async renew({ value, fence, ...name }) {
      const keys = keysOf(name);
      return readRenewed(await run('renew', scripts.RENEW, [keys.lock, keys.fence], [value, ttl, String(fence), fenceTtl]));
    },

    async release({ value, success = 'none', ...name }) {
      const keys = keysOf(name);
      const args = [value, success === 'write' ? '1' : '0', successTtl];
      return (await run('release', scripts.RELEASE, [keys.lock, keys.success], args)) === 1;
    },

    async abandon({ value, ...name }) {
      return (await run('abandon', scripts.ABANDON, [keysOf(name).lock], [value, tombstone(value), ttl])) === 1;
    },

    async peek(name) {
      const { lock, success, fence } = keysOf(name);
      return readState(await run('look at', scripts.PEEK, [lock, success, fence], []));
    },

    async deleteSuccess(name) {
      const { success } = keysOf(name);
      return (await ask(connection, `delete ${success}`, () => connection.send(['DEL', success]))) === 1;
    },

    async list(filter = {}) {
      return (await listKeys('lock', filter)).map(lockOf);
    },

    listKeys,

    async deleteKey({ key, value }) {
      return (await run('delete', scripts.DELETE_IF, [key], [value])) === 1;
    },

    async forceRelease(name, expectedHolder) {
      const keys = keysOf(name);
      return (await run('unlock', scripts.FORCE_RELEASE, [keys.lock, keys.fence], [expectedHolder, fenceTtl])) === 1;
    },
  };
}

function wholeSeconds(name: string, seconds: number): string {
  if (Number.isSafeInteger(seconds) && seconds >= 1) return String(seconds);
  throw new RangeError(`${name} is a whole number of seconds, at least 1; got ${seconds}`);
}
