/** What doctor says of what it has found. Pure. */
import type { WorkerView } from '../../control/workers.js';
import { durationText } from '../../plan/duration.js';
import { check, type Check } from './check.js';

/** A lock's TTL and a schedule's slots are judged by different clocks: more than this is told. */
const SKEW_ODD_MS = 1_000;
const SKEW_FAILS_MS = 10_000;
const OLDEST_NODE = [20, 19] as const;
const MEBIBYTE = 1024 * 1024;
const DISK_ODD_BYTES = 1024 * MEBIBYTE;
const DISK_FAILS_BYTES = 100 * MEBIBYTE;

/** `version`: like `22.21.1`. */
export function judgeNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (ok) return check('node', 'ok', version);
  return check('node', 'fails', `${version} is too old`, `install Node ${OLDEST_NODE.join('.')} or newer`);
}

/** `skewMs`: how far the other clock is ahead of ours; null if it does not tell. */
export function judgeClock(name: string, whose: string, skewMs: number | null): Check {
  if (skewMs === null) return check(name, 'skipped', `${whose} does not tell its time`);
  const away = Math.abs(skewMs);
  if (away < SKEW_ODD_MS) return check(name, 'ok', `agrees with ${whose}`);
  const text = `this machine is ${durationText(away)} ${skewMs > 0 ? 'behind' : 'ahead of'} ${whose}`;
  return check(name, away < SKEW_FAILS_MS ? 'odd' : 'fails', text, 'let NTP set the clocks of both: timedatectl set-ntp true');
}

/** `version`: of this package. Workers of several versions are a deploy under way, or one that was forgotten. */
export function judgeWorkers(taskQueue: string, version: string, workers: readonly WorkerView[]): Check {
  if (workers.length === 0)
    return check('workers', 'fails', `none polls "${taskQueue}": nothing runs`, 'daychain up, or daychain worker');
  const named = workers.map(({ identity, version: theirs }) => (theirs === undefined ? identity : `${identity} (${theirs})`));
  const text = `${workers.length} on "${taskQueue}": ${named.join(', ')}`;
  const others = workers.filter(({ version: theirs }) => theirs !== undefined && theirs !== version);
  if (others.length === 0) return check('workers', 'ok', text);
  return check(
    'workers',
    'odd',
    `${text}. ${others.length} of them ${others.length === 1 ? 'is' : 'are'} not of this version, ${version}`,
    `stop ${others.map(({ identity }) => identity).join(', ')}, and start them from this version: daychain worker`,
  );
}

/** `store`: what the server keeps its data in. `configured`: somebody named the server, so it was not started by `up`. */
export function judgeDevServer(store: string, configured: boolean): Check {
  if (!/sqlite/i.test(store))
    return check('dev server', 'ok', `no: the server keeps its data in ${store || 'a database it does not name'}`);
  if (!configured) return check('dev server', 'ok', 'yes, of this machine: for development, and for what one machine can carry');
  return check(
    'dev server',
    'odd',
    'TEMPORAL_ADDRESS names a development server: one process, one SQLite file, no access control. Not for production',
    'set TEMPORAL_ADDRESS to a server on Postgres or to Temporal Cloud; one for this machine: docker compose up (docs/deploy.md)',
  );
}

/** `free`: bytes. */
export function judgeDisk(dir: string, free: number): Check {
  const text = `${free < 10 * DISK_ODD_BYTES ? `${Math.floor(free / MEBIBYTE)} MiB` : `${Math.floor(free / DISK_ODD_BYTES)} GiB`} free for ${dir}`;
  if (free >= DISK_ODD_BYTES) return check('disk', 'ok', text);
  return check(
    'disk',
    free < DISK_FAILS_BYTES ? 'fails' : 'odd',
    text,
    'daychain cleanup --older-than 30d, or set DAYCHAIN_HOME to a larger disk',
  );
}

export interface Persistence {
  /** Null: the server does not tell. */
  appendOnly: boolean | null;
  /** It saves the whole from time to time. */
  snapshots: boolean | null;
  /** The one in process, which keeps nothing. */
  embedded: boolean;
}

export function judgePersistence({ appendOnly, snapshots, embedded }: Persistence): Check {
  const name = 'redis data';
  if (embedded) {
    return check(
      name,
      'odd',
      'kept in memory only, by the Redis in process: locks and success keys are gone with it',
      'install redis-server or valkey-server, then daychain up',
    );
  }
  if (appendOnly === null) return check(name, 'odd', 'not told by the server', 'see that it appends to disk (appendonly yes)');
  if (appendOnly) return check(name, 'ok', 'appended to disk');
  const text = snapshots
    ? 'saved from time to time only: a crash forgets the newest locks'
    : 'kept in memory only: a restart forgets every lock';
  return check(name, 'odd', text, 'redis-cli CONFIG SET appendonly yes, and write it into its configuration');
}
