/** One clean-up: everything we own and nobody needs, by kind. */
import { DAY } from '../plan/limits.js';
import type { CleanedRuns } from '../plan/types.js';
import type { LockStore } from '../lock/redis-store.js';
import type { Registry } from '../registry/index.js';
import { cleanFiles, type CleanedFiles, type OwnFolder } from './clean-files.js';
import { cleanLocks, type CleanedLocks } from './clean-locks.js';
import { cleanRuns } from './clean-runs.js';
import { goneSchedules, removeSchedules } from './clean-schedules.js';
import { lastDailyCleanUp, type DailyCleanUp } from './daily-clean-up.js';
import { Refused } from './errors.js';
import type { Server } from './server.js';

/** Where it is done. */
export interface CleanUpPlace {
  server: Server;
  registry: Registry;
  /** Of this machine. */
  folders: readonly OwnFolder[];
  /** Closed by whoever gave it. Its failure leaves Redis out, and is told. */
  openLocks(): Promise<LockStore>;
}

export interface CleanUpWish {
  /** Files last written before so many days. */
  olderThanDays: number;
  /** Only say what would be removed. */
  dryRun: boolean;
  /** Also schedules whose file is gone. */
  schedules: boolean;
}

/** What was removed, or would be, by kind. */
export interface CleanUpReport {
  dryRun: boolean;
  olderThanDays: number;
  files: CleanedFiles;
  /** Null where Redis could not be asked: `redisProblem` says why. */
  redis: CleanedLocks | null;
  redisProblem: string | null;
  runs: CleanedRuns[];
  /** Schedules whose file is gone, and those of them that were removed. `unknown`: files with problems, so nobody can say. */
  schedules: { gone: string[]; removed: string[]; unknown: boolean };
  daily: DailyCleanUp | null;
}

/**
 * Does it, or says what it would do. `now` in epoch milliseconds.
 * @throws Refused where schedules are asked for while files have problems: then nothing is removed
 */
export async function cleanUp(place: CleanUpPlace, wish: CleanUpWish, now: number): Promise<CleanUpReport> {
  const { server, registry, folders } = place;
  const { olderThanDays, dryRun } = wish;
  const unknown = registry.problems.length > 0;
  if (wish.schedules && unknown) {
    throw new Refused(
      'not_prepared',
      'Files of the project have problems, so nobody can say which schedules they define; nothing was removed.\nSee all: daychain check',
    );
  }
  const files = await cleanFiles(folders, now - olderThanDays * DAY, { dryRun });
  const runs = await cleanRuns(server, registry, now, { dryRun });
  const gone = await goneSchedules(server, registry);
  const removed = wish.schedules && !dryRun ? await removeSchedules(server, registry, gone) : [];
  return {
    dryRun,
    olderThanDays,
    files,
    ...(await cleanRedis(place, now, dryRun)),
    runs,
    schedules: { gone, removed, unknown },
    daily: await lastDailyCleanUp(server),
  };
}

async function cleanRedis(
  { server, openLocks }: CleanUpPlace,
  now: number,
  dryRun: boolean,
): Promise<Pick<CleanUpReport, 'redis' | 'redisProblem'>> {
  try {
    return { redis: await cleanLocks(server, await openLocks(), now, { dryRun }), redisProblem: null };
  } catch (error) {
    return { redis: null, redisProblem: (error as Error).message.split('\n')[0]! };
  }
}
