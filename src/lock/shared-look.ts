/** Shared locks and rate limits as they stand, for people who look, and taking such a lock away. */
import { ask, type LockConnection } from './evaluate.js';
import { rateState, type RateState } from './rate-limit.js';
import { createLockStore } from './redis-store.js';
import { noteTaken, readNotes, SHARED_PREFIX, type Taken } from './shared-notes.js';

export interface ListedSharedLock {
  name: string;
  holder: string;
  /** Workflow ID of the holder's run; null where it left no note. */
  run: string | null;
  /** Null for one that never ends by itself. */
  ttlMs: number | null;
  /** Workflow IDs of the runs that wait for it. */
  waiting: string[];
}

export interface ListedRate extends RateState {
  name: string;
  waiting: string[];
}

export interface SharedLook {
  locks(): Promise<ListedSharedLock[]>;
  /** Those of which a turn was taken within their stretch of time. */
  rates(): Promise<ListedRate[]>;
  /** Takes the lock away from this very holder, and leaves word of it. False if it held it no more. */
  take(name: string, taken: Taken): Promise<boolean>;
}

export function createSharedLook(connection: LockConnection, prefix = ''): SharedLook {
  const store = createLockStore(connection, { prefix: prefix + SHARED_PREFIX });
  return {
    async locks() {
      const listed = await store.list();
      return await Promise.all(
        listed.map(async ({ task: name, holder, ttlMs }) => {
          const { who, waiting } = await readNotes(connection, prefix, 'lock', name);
          return { name, holder, run: who?.value === holder ? who.run : null, ttlMs, waiting };
        }),
      );
    },

    async rates() {
      const found = await Promise.all(
        (await namesOf(connection, `${prefix}rate:`)).map(async (name) => {
          const state = await rateState(connection, prefix, name);
          if (state === null) return [];
          const { waiting } = await readNotes(connection, prefix, 'rate', name);
          return [{ name, ...state, waiting }];
        }),
      );
      return found.flat();
    },

    async take(name, taken) {
      // The word comes first: whoever loses the lock looks for it.
      await noteTaken(connection, prefix, name, taken);
      return await store.forceRelease({ task: name, scope: 'all' }, taken.holder);
    },
  };
}

/** What follows this beginning in the keys that have it, sorted. */
async function namesOf(connection: LockConnection, start: string): Promise<string[]> {
  const found = new Set<string>();
  const pattern = `${start.replace(/[\\*?[\]^]/g, '\\$&')}*`;
  let cursor = '0';
  do {
    const words = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000'];
    const [next, keys] = (await ask(connection, 'list rate limits', () => connection.send(words))) as [string, string[]];
    cursor = String(next);
    for (const key of keys) found.add(String(key).slice(start.length));
  } while (cursor !== '0');
  return [...found].sort();
}
