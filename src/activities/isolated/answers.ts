/** Answers what a body's own process asks of its worker, and keeps the locks it holds renewed. */
import type { LockStore } from '../../lock/redis-store.js';
import { type HeldLock, keepRenewed } from '../held-lock.js';
import type { SharedNotes } from '../../lock/shared-notes.js';
import type { ContextParts } from '../context.js';
import { StopSwitch } from '../stop.js';
import type { Call } from './messages.js';

export interface Answers {
  /** @throws TypeError for what is not there, else as the asked part does */
  answer(call: Call): Promise<unknown>;
  /** Lets go of what the process held. Call it when the process is gone. */
  end(): Promise<void>;
}

interface Kept {
  lock: HeldLock;
  store: LockStore;
  endRenewing(): Promise<void>;
}

export function answersOf(host: Pick<ContextParts, 'redis' | 'clientRedis' | 'shared' | 'record'>): Answers {
  const held = new Map<string, Kept>();
  let gone = false;
  const keyOf = ({ task, scope, value }: Omit<HeldLock, 'fence'>) => `${task}:${scope}:${value}`;

  async function letGo(key: string): Promise<Kept | undefined> {
    const kept = held.get(key);
    held.delete(key);
    await kept?.endRenewing();
    return kept;
  }

  async function askLocks(method: string, ttlSeconds: number, given: unknown): Promise<unknown> {
    const store = host.shared.locks(ttlSeconds);
    switch (method) {
      case 'acquire': {
        const wanted = given as Parameters<LockStore['acquire']>[0];
        const acquired = await store.acquire(wanted);
        if (acquired.outcome !== 'acquired') return acquired;
        const lock = { task: wanted.task, scope: wanted.scope, value: wanted.value, fence: acquired.fence };
        if (gone) {
          // Nobody is left to let it go. What cannot be released runs out by its TTL.
          await store.release(lock).catch(() => false);
          throw new Error(`the process that asked for the lock "${lock.task}" is gone`);
        }
        // A lock that is lost is told of by the next renewal of the process itself; here is nothing to stop.
        held.set(keyOf(lock), { lock, store, endRenewing: keepRenewed(store, lock, Infinity, new StopSwitch()) });
        return acquired;
      }
      case 'renew':
        return await store.renew(given as HeldLock);
      case 'release': {
        const lock = given as HeldLock;
        await letGo(keyOf(lock));
        return await store.release(lock);
      }
      default:
        throw new TypeError(`locks have no ${method}`);
    }
  }

  async function askRedis(method: string, args: unknown[]): Promise<unknown> {
    switch (method) {
      case 'get':
        return await host.redis.get(...(args as [string]));
      case 'set':
        return await host.redis.set(...(args as [string, string]));
      case 'delete':
        return await host.redis.delete(...(args as string[]));
      case 'command':
        return await host.redis.command(...(args as [string, ...string[]]));
      default:
        throw new TypeError(`redis has no ${method}`);
    }
  }

  async function askClientRedis(method: string, [words]: [string[]]): Promise<unknown> {
    if (host.clientRedis === undefined) throw new Error('there is no Redis for clients here');
    const redis = await host.clientRedis();
    if (method === 'send') return await redis.send(words);
    const { address, prefix, connect } = redis;
    return { address, prefix, connect };
  }

  async function askNotes(method: string, args: unknown[]): Promise<unknown> {
    const { notes } = host.shared;
    switch (method) {
      case 'holds':
        return await notes?.holds(...(args as Parameters<SharedNotes['holds']>));
      case 'waits':
        return await notes?.waits(...(args as Parameters<SharedNotes['waits']>));
      case 'isDone':
        return await notes?.isDone(...(args as Parameters<SharedNotes['isDone']>));
      case 'taken':
        return (await notes?.taken(...(args as Parameters<SharedNotes['taken']>))) ?? null;
      default:
        throw new TypeError(`notes have no ${method}`);
    }
  }

  return {
    async answer({ to, method, args }) {
      switch (to) {
        case 'redis':
          return await askRedis(method, args);
        case 'locks':
          return await askLocks(method, args[0] as number, args[1]);
        case 'client_redis':
          return await askClientRedis(method, args as [string[]]);
        case 'trace':
          return await host.record();
        case 'notes':
          return await askNotes(method, args);
        case 'rates':
          return await host.shared.rates.take(...(args as [string, number, number]));
      }
    },
    async end() {
      gone = true;
      for (const key of [...held.keys()]) {
        const kept = await letGo(key);
        // What cannot be released runs out by its TTL.
        if (kept) await kept.store.release(kept.lock).catch(() => false);
      }
    },
  };
}
