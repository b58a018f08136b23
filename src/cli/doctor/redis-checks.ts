/** What doctor asks Redis. */
import { readPersistence, readRedisTime } from '../../connections/redis-facts.js';
import { checkRedisPolicy } from '../../connections/redis-policy.js';
import type { RedisConnection } from '../../connections/redis.js';
import type { RedisStores } from '../../connections/redis-stores.js';
import { readState } from '../../local/state.js';
import { skewMs } from '../../time/skew.js';
import { homeOf, openLocks, type Project } from '../session.js';
import { asked, check, type Check, firstLine, mendOf, skipped } from './check.js';
import { judgeClock, judgePersistence } from './judge.js';

const LATER = ['redis databases', 'redis policy', 'redis data', 'redis clock'];

export async function redisChecks(project: Project): Promise<Check[]> {
  const mend = 'daychain up, or set REDIS_URL or REDIS_HOST';
  try {
    const session = await openLocks(project);
    try {
      const { locks } = session.stores;
      const trouble = await locks.firstTrouble(5_000);
      if (trouble !== null) return [check('redis', 'fails', `${locks.address}: ${trouble.message}`, mend), ...skipped(LATER)];
      const embedded = project.config.redis === null && readState(homeOf(project))?.redis?.kind === 'embedded';
      return [
        check('redis', 'ok', `${locks.address} answers`),
        judgeDatabases(session.stores, project),
        await asked('redis policy', async () => policyCheck(await checkRedisPolicy(locks))),
        await asked('redis data', async () => judgePersistence({ ...(await readPersistence(locks)), embedded })),
        await asked('redis clock', async () => judgeClock('redis clock', 'Redis', await redisSkewMs(locks))),
      ];
    } finally {
      session.close();
    }
  } catch (error) {
    return [check('redis', 'fails', firstLine(error), mendOf(error, mend)), ...skipped(LATER)];
  }
}

function judgeDatabases({ locks, app, appPrefix }: RedisStores, { config, registry }: Project): Check {
  const prefix = registry.project.lockPrefix === '' ? '' : ` under ${registry.project.lockPrefix}`;
  const text = `locks in ${locks.address}${prefix}, data in ${app.address}${appPrefix === '' ? '' : ` under ${appPrefix}`}`;
  if (appPrefix === '') return check('redis databases', 'ok', text);
  const { lockDatabase, appDatabase } = config;
  if (lockDatabase === appDatabase) {
    return check(
      'redis databases',
      'odd',
      `${text}: REDIS_DB and REDIS_LOCK_DB are the same`,
      'set REDIS_LOCK_DB=6 and REDIS_DB=5',
    );
  }
  return check(
    'redis databases',
    'odd',
    `${text}: the server has no databases ${appDatabase} and ${lockDatabase}`,
    'nothing, if no old scheduler shares the locks; else give the server databases, like redis-server --databases 16',
  );
}

function policyCheck(found: Awaited<ReturnType<typeof checkRedisPolicy>>): Check {
  if (found.ok === null) {
    const text = `not told by the server (${found.reason})`;
    return check('redis policy', 'odd', text, 'see that its maxmemory-policy is noeviction');
  }
  if (found.ok) return check('redis policy', 'ok', found.policy);
  const text = `${found.policy}: it may throw locks away`;
  return check(
    'redis policy',
    'fails',
    text,
    'redis-cli CONFIG SET maxmemory-policy noeviction, and write it into its configuration',
  );
}

async function redisSkewMs(locks: RedisConnection): Promise<number | null> {
  const read = await readRedisTime(locks);
  return read === null ? null : skewMs(read.theirs, read.before, read.after);
}
