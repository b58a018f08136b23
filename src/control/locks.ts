/** Locks and who holds them. */
import { parseLockValue, type ListedLock } from '../lock/protocol.js';
import type { LockStore } from '../lock/redis-store.js';
import { canonicalId } from '../plan/ids.js';
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import { isDate } from '../time/dates.js';
import { BadInput } from './errors.js';
import { describeRun, isChainResult, type RunView } from './describe-run.js';
import { eachOf } from './each-of.js';
import { readOwner } from './run-owner.js';
import { summaryOf, type RunSummary } from './run-summary.js';
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
  /** Workflow ID of the run that holds it, or should; null for strangers, and where no run says so. */
  run: string | null;
}

/** All locks, or those of one task. Without a server nobody says which runs are open: their state is `unknown`. */
export async function listLocks(server: Server | null, store: LockStore, task?: string): Promise<LockView[]> {
  const locks = await store.list(task === undefined ? {} : { task });
  return await viewsOf(server, locks);
}

/**
 * The lock of a task for a date or run key; null if nobody holds it.
 * @param asked the run that is looked at, if one is: of the runs of one date it is the likeliest holder
 */
export async function findLock(
  server: Server | null,
  store: LockStore,
  task: string,
  scope: string,
  asked: RunView | null = null,
): Promise<LockView | null> {
  const { holder, ttlMs } = await store.peek({ task, scope });
  if (holder === null) return null;
  const [lock] = await store.list({ task }).then((all) => all.filter((one) => one.scope === scope && one.holder === holder));
  const [view] = lock ? await viewsOf(server, [lock], asked) : [];
  return view ?? { task, scope, holder, ttlMs, state: 'unknown', run: null };
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

/** Where a run of ours has a lock, and the run whose ID the lock's name makes: there is none for a slot's or a one-shot's. */
interface Found {
  holder: RunSummary | null;
  canonical: RunView | null;
}

async function viewsOf(server: Server | null, locks: readonly ListedLock[], asked: RunView | null = null): Promise<LockView[]> {
  if (server === null) return locks.map((lock) => viewOf(lock, null));
  const found = await eachOf(locks, (lock) => lookByName(server, lock, asked));
  const unmet = locks.filter(({ kind, scope }, at) => kind !== 'foreign' && found[at]!.holder === null && isDate(scope));
  const others = unmet.length === 0 ? [] : await listRunsFor(server, unmet);
  return await eachOf(locks, async (lock) => {
    const { holder, canonical } = found[locks.indexOf(lock)]!;
    const candidates = unmet.includes(lock) ? likeliest(others, lock) : [];
    return viewOf(lock, { holder: holder ?? (await holderAmong(server, lock, candidates)), canonical });
  });
}

async function lookByName(server: Server, lock: ListedLock, asked: RunView | null): Promise<Found> {
  if (lock.kind === 'foreign') return { holder: null, canonical: null };
  const id = canonicalId(lock.task, lock.scope);
  const own = await holderAmong(server, lock, asked === null ? [] : [asked]);
  if (own !== null) return { holder: own, canonical: null };
  const canonical = asked?.workflowId === id ? asked : await describeRun(server, id, { ask: false });
  return { holder: await holderAmong(server, lock, canonical === null || canonical === asked ? [] : [canonical]), canonical };
}

async function holderAmong(
  server: Server,
  lock: ListedLock,
  runs: readonly (RunSummary & { result?: RunView['result'] })[],
): Promise<RunSummary | null> {
  const owner = parseLockValue(lock.holder.replace(/:abandoned$/, ''))?.taskId;
  for (const run of runs) {
    const result = run.result ?? run.left ?? (await readResult(server, run));
    const ended = result === null || isChainResult(result) ? null : result.task_id;
    if (owner !== undefined && (run.end === null ? await readOwner(server, run) : ended) === owner) return run;
  }
  return null;
}

/** Of an ended run that a list told: lists know no results of a chain's tasks. */
async function readResult(server: Server, { workflowId, runId, end }: RunSummary): Promise<RunView['result']> {
  if (end === null) return null;
  return (await describeRun(server, workflowId, { runId, ask: false }))?.result ?? null;
}

/** Of the tasks and dates of these locks, newest first. Lists are about a second behind. */
const MOST_LISTED = 1_000;

async function listRunsFor({ client, taskQueue }: Server, locks: readonly ListedLock[]): Promise<RunSummary[]> {
  const among = (words: readonly string[]) => [...new Set(words)].map(quoted).join(', ');
  const query = [
    `TaskQueue = ${quoted(taskQueue)}`,
    `WorkflowType = ${quoted(WORKFLOWS.runTask)}`,
    `TaskName IN (${among(locks.map(({ task }) => task))})`,
    `TaskDate IN (${among(locks.map(({ scope }) => scope))})`,
  ].join(' AND ');
  const found: RunSummary[] = [];
  for await (const info of client.workflow.list({ query, pageSize: MOST_LISTED })) {
    if (found.push(summaryOf(info)) === MOST_LISTED) break;
  }
  return found;
}

/** More runs than this are not looked at one by one. */
const MOST_LOOKED_AT = 50;

/** Those that are open first, then the newest. */
function likeliest(runs: readonly RunSummary[], { task, scope }: ListedLock): RunSummary[] {
  const fitting = runs.filter(({ id, date }) => id === task && date === scope);
  const open = fitting.filter(({ end }) => end === null);
  return [...open, ...fitting.filter(({ end }) => end !== null)].slice(0, MOST_LOOKED_AT);
}

/** Without `found` nobody could be asked. */
function viewOf(lock: ListedLock, found: Found | null): LockView {
  const { task, scope, holder, ttlMs, kind } = lock;
  const bare = { task, scope, holder, ttlMs };
  if (kind === 'foreign') return { ...bare, state: 'stranger', run: null };
  if (found === null) return { ...bare, state: 'unknown', run: canonicalId(task, scope) };
  const run = found.holder ?? found.canonical;
  return { ...bare, state: kind === 'abandoned' && run !== null ? kind : stateOf(found), run: run?.workflowId ?? null };
}

/** A run that is open under the very name of the lock counts as its holder, also where its history does not say so yet. */
function stateOf({ holder, canonical }: Found): HolderState {
  if (holder !== null) return holder.end === null ? 'running' : 'closed';
  return canonical?.end === null ? 'running' : 'unknown';
}
