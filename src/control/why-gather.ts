/** Finds out everything an answer to "why" is decided from. Asks the server and Redis, never files of our own. */
import type { LockStore } from '../lock/redis-store.js';
import { canonicalId, oneShotKey } from '../plan/ids.js';
import type { RunTaskInput } from '../plan/types.js';
import { nearest, type Registry } from '../registry/index.js';
import { describeRun, isChainResult, type RunView } from './describe-run.js';
import { eachOf } from './each-of.js';
import { findLock } from './locks.js';
import { readOneShot } from './one-shot-view.js';
import { readInput } from './run-input.js';
import type { Server } from './server.js';
import { blockersOf } from './why-chain-run.js';
import type { ChainRunFacts, LockFacts, Subject, TaskLine, TaskRunFacts, WhyFacts, WhyPlan } from './why-facts.js';
import { chooseKey, gatherSlot, hasSlot } from './why-gather-slot.js';
import type { WhyWish } from './why-view.js';
import { listWorkers } from './workers.js';

export interface WhySources {
  server: Server;
  registry: Registry;
  /** Null where nobody knows where Redis is. */
  locks: LockStore | null;
}

/** `candidates`: the chains that may stand for the task, none for a chain or for a task by itself. */
export async function gatherWhy(
  sources: WhySources,
  wish: WhyWish,
  candidates: readonly string[],
  now: number,
): Promise<WhyFacts> {
  const { server, registry } = sources;
  const id = wish.task;
  const kind = registry.chain(id) !== undefined ? 'chain' : registry.task(id) !== undefined ? 'task' : null;
  const workers = listWorkers(server, now);
  const options = await eachOf(candidates.length > 0 ? candidates : [id], async (schedule) => {
    const key = await chooseKey(sources, schedule, wish, now);
    return { schedule, ...key, run: schedule === id ? null : await ownRun(server, canonicalId(schedule, key.runKey)) };
  });
  const chosen = options.some(({ run }) => run !== null) ? options.sort(byRun)[0]! : await bySchedule(sources, options);
  const { schedule, runKey, date, timezone, run: parent } = chosen;
  const subject: Subject = {
    id,
    date,
    runKey,
    timezone,
    now,
    chain: schedule === id ? null : schedule,
    taskQueue: server.taskQueue,
    workers: await workers,
  };
  const own = await ownRun(server, canonicalId(id, runKey));
  const chainView = own?.kind === 'chain' ? own : parent;
  const run = own === null || own.kind === 'chain' ? null : await taskFacts(sources, own);
  const chainRun = chainView === null ? null : await chainFacts(sources, chainView);
  const none = run === null && chainRun === null;
  const oneShot =
    none && runKey.startsWith(oneShotKey('')) ? await readOneShot(server, runKey.slice(oneShotKey('').length), now) : null;
  return {
    ...subject,
    kind,
    near: kind === null ? nearest(id, [...registry.chainIds(), ...registry.taskIds()]) : null,
    run,
    chainRun,
    openTasks: chainRun === null ? new Map() : await openTasks(sources, subject, chainRun),
    slot: none && kind !== null && !runKey.startsWith(oneShotKey('')) ? await gatherSlot(sources, schedule, subject) : null,
    oneShot: oneShot !== null && oneShot.taskQueue === server.taskQueue && oneShot.target === id ? oneShot : null,
  };
}

/** One that is open stands first, then the newest; a chain without a run comes last. */
function byRun(a: { run: RunView | null }, b: { run: RunView | null }): number {
  const rank = ({ run }: typeof a) => (run === null ? '' : `${run.end === null ? '2' : '1'} ${run.started}`);
  return rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : 0;
}

/** Of chains without a run: the first that would start it for this date. */
async function bySchedule<T extends { schedule: string; runKey: string; date: string; timezone: string }>(
  sources: WhySources,
  options: readonly T[],
): Promise<T> {
  if (options.length === 1) return options[0]!;
  const starts = await eachOf(options, (option) => hasSlot(sources, option.schedule, option));
  return options[Math.max(0, starts.indexOf(true))]!;
}

async function ownRun(server: Server, workflowId: string): Promise<RunView | null> {
  const run = await describeRun(server, workflowId);
  return run !== null && run.taskQueue === server.taskQueue ? run : null;
}

async function taskFacts(sources: WhySources, run: RunView): Promise<TaskRunFacts> {
  if (run.end !== null) return { run, attempts: null, lock: { is: 'none' } };
  const input = await readInput(sources.server, run);
  const spec = input?.spec ?? sources.registry.task(run.id)?.spec;
  const attempts = spec?.maximumAttempts ?? null;
  return { run, attempts, ...(spec?.waits && { waits: spec.waits }), lock: await lookAtLock(sources, run, spec?.lock) };
}

async function lookAtLock(
  { server, locks }: WhySources,
  run: RunView,
  spec: NonNullable<RunTaskInput['spec']>['lock'] | undefined,
): Promise<LockFacts> {
  if (spec === false) return { is: 'none' };
  if (locks === null) return { is: 'unreadable', problem: 'where Redis is, is not known here' };
  try {
    const scope = spec?.by === 'run' ? run.runKey! : (run.date ?? run.runKey!);
    return { is: 'read', lock: await findLock(server, locks, run.id, scope, run) };
  } catch (error) {
    return { is: 'unreadable', problem: (error as Error).message.split('\n')[0]! };
  }
}

async function chainFacts({ server, registry }: WhySources, run: RunView): Promise<ChainRunFacts> {
  return { run, plan: await planOf(server, registry, run), tasks: linesOf(run) };
}

async function planOf(server: Server, registry: Registry, run: RunView): Promise<WhyPlan | null> {
  const plan = (await readInput(server, run))?.plan;
  if (plan !== undefined) return plan;
  const entry = registry.chain(run.id);
  return entry === undefined || entry.brokenBecause !== undefined ? null : registry.plan(run.id);
}

function linesOf({ result, progress }: RunView): ReadonlyMap<string, TaskLine> | null {
  if (isChainResult(result)) return new Map(Object.entries(result.tasks).map(([id, line]) => [id, { ...line, phase: null }]));
  return progress?.kind === 'chain' ? new Map(Object.entries(progress.tasks)) : null;
}

/** More open tasks than this are not looked at one by one. */
const MOST_LOOKED_AT = 16;

/** Those that may be what the chain, or the task in it, waits for. */
async function openTasks(sources: WhySources, of: Subject, chain: ChainRunFacts): Promise<Map<string, TaskRunFacts>> {
  if (chain.run.end !== null) return new Map();
  const ids = wantedTasks(of, chain).slice(0, MOST_LOOKED_AT);
  const looked = await eachOf(ids, async (workflowId) => {
    const run = await ownRun(sources.server, workflowId);
    return run === null || run.end !== null ? null : await taskFacts(sources, run);
  });
  return new Map(looked.flatMap((facts) => (facts === null ? [] : [[facts.run.id, facts] as const])));
}

/** Workflow IDs. Without a worker's word the open children are all that is known. */
function wantedTasks(of: Subject, { run, plan, tasks }: ChainRunFacts): string[] {
  if (tasks === null) return run.children;
  const running = [...tasks].filter(([, { phase }]) => phase === 'running').map(([id]) => id);
  const blockers = of.id === run.id || plan === null ? [] : blockersOf(plan, tasks, of.id);
  const wanted = blockers.length > 0 ? running.filter((id) => blockers.includes(id)) : running;
  return wanted.filter((id) => id !== of.id).map((id) => canonicalId(id, of.runKey));
}
