import { ErrorReply } from '@redis/client';
import { connectRedis, type RedisConnection, type RedisOptions } from './redis.js';

export interface RedisStoresOptions extends Omit<RedisOptions, 'database'> {
  /** Database of the locks. Default 6. */
  lockDatabase?: number;
  /** Database of the application's data. Default 5. */
  appDatabase?: number;
}

/** Where locks and application data are kept: two databases, or one with a prefix where the server has no more. */
export interface RedisStores {
  locks: RedisConnection;
  app: RedisConnection;
  /** Stands before every key of the application: `app:` where both share one database, else nothing. */
  appPrefix: '' | 'app:';
  /** The database the application's data is in after all. */
  appDatabase: number;
  close(): void;
}

/**
 * Connects to both stores. A server that refuses other databases than 0 is used with that one. A server that does not answer
 * is taken to have them: the connections go on trying, and the call returns all the same.
 */
export async function connectRedisStores(options: RedisStoresOptions = {}): Promise<RedisStores> {
  const { lockDatabase = 6, appDatabase = 5, ...rest } = options;
  const open = (database: number, name: string) =>
    connectRedis({ ...rest, database, name: rest.name === undefined ? name : `${rest.name}-${name}` });

  let locks = open(lockDatabase, 'locks');
  let app = open(appDatabase, 'app');
  const troubles = await Promise.all([locks.firstTrouble(), app.firstTrouble()]);
  const refused = troubles.some(isRefusedDatabase);
  if (refused) {
    locks.close();
    app.close();
    locks = open(0, 'locks');
    app = open(0, 'app');
  }
  return {
    locks,
    app,
    appPrefix: refused || lockDatabase === appDatabase ? 'app:' : '',
    appDatabase: refused ? 0 : appDatabase,
    close() {
      locks.close();
      app.close();
    },
  };
}

/** What servers answer to SELECT when they have one database: Redis with `databases 1`, a cluster, managed services. */
function isRefusedDatabase(trouble: Error | null): boolean {
  return trouble instanceof ErrorReply && /DB index|\bSELECT\b|\bdatabase\b/i.test(trouble.message);
}
