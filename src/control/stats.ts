/** How tasks and chains have done over a window of dates: from lists and what runs left in their memos; no history is opened. */
import { canonicalId } from '../plan/ids.js';
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import type { ChainResult } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { durationOf } from './backfill-choice.js';
import { chosenOf, type Chosen } from './choose.js';
import { BadInput } from './errors.js';
import { newestRuns } from './newest-runs.js';
import { type RunSummary, summaryOf } from './run-summary.js';
import type { Server } from './server.js';
import { figuresOf, type Figures, type StatRun } from './stats-figures.js';

export interface StatsEntry extends Figures {
  id: string;
  kind: 'chain' | 'task';
  /** The chains a task stands in, by today's files. */
  chains: string[];
  /** It has left the files; only its runs are known. */
  gone: boolean;
}

export interface StatsView {
  project: string;
  timezone: string;
  /** Dates, `YYYYMMDD`, both included. */
  since: string;
  until: string;
  /** Each chain with its tasks after it, then tasks in no chain, then what has left the files. */
  entries: StatsEntry[];
}

export interface StatsWish {
  /** Ids of tasks and chains, or patterns with `*`. Empty: all. */
  names: readonly string[];
  since: string;
  until: string;
}

/** @throws BadInput for a name that nothing has, and where `since` lies after `until` */
export async function readStats(server: Server, registry: Registry, { names, since, until }: StatsWish): Promise<StatsView> {
  if (since > until) throw new BadInput(`--since ${since} lies after --until ${until}.`);
  const known = knownOf(registry);
  const chosen = chosenOf({ names, tags: [] }, known, 'task or chain');
  const runs = await listAll(server, since, until, names.length === 0 ? null : scopeOf(registry, chosen));
  const attempts = attemptsOf(runs);
  const byId = new Map<string, StatRun[]>();
  const kinds = new Map<string, StatsEntry['kind']>();
  for (const run of newestRuns(runs)) {
    kinds.set(run.id, run.kind as StatsEntry['kind']);
    byId.set(run.id, [...(byId.get(run.id) ?? []), statOf(run, attempts)]);
  }
  const gone = names.length > 0 ? [] : [...kinds.keys()].filter((id) => !known.some((one) => one.id === id)).sort();
  const entry = (id: string, kind: StatsEntry['kind'], left: boolean): StatsEntry => ({
    id,
    kind,
    chains: kind === 'task' ? registry.chainsOf(id) : [],
    gone: left,
    ...figuresOf(byId.get(id) ?? []),
  });
  return {
    project: registry.project.name,
    timezone: registry.project.timezone,
    since,
    until,
    entries: [
      ...chosen.map(({ id }) => entry(id, registry.chain(id) === undefined ? 'task' : 'chain', false)),
      ...gone.map((id) => entry(id, kinds.get(id)!, true)),
    ],
  };
}

/** In the order of the answer. A task of several chains stands with the first. */
function knownOf(registry: Registry): Chosen[] {
  const ids = new Set<string>();
  for (const chain of registry.chainIds()) {
    ids.add(chain);
    for (const task of registry.chain(chain)!.placements.keys()) ids.add(task);
  }
  for (const task of registry.taskIds()) ids.add(task);
  return [...ids].map((id) => ({ id, tags: [] }));
}

/** The chosen ones, and the chains whose tables tell the attempts of chosen tasks. */
function scopeOf(registry: Registry, chosen: readonly Chosen[]): { tasks: string[]; chains: string[] } {
  const ids = chosen.map(({ id }) => id);
  const tasks = ids.filter((id) => registry.chain(id) === undefined);
  const chains = ids.filter((id) => registry.chain(id) !== undefined);
  return { tasks, chains: [...new Set([...chains, ...tasks.flatMap((task) => registry.chainsOf(task))])] };
}

/** The server gives at most a thousand at once; chains' tables make the answers long. */
const PAGE = 500;
/** More names than this are sorted out here: queries have a longest length. */
const MOST_NAMED = 40;

async function listAll(
  server: Server,
  since: string,
  until: string,
  scope: { tasks: string[]; chains: string[] } | null,
): Promise<RunSummary[]> {
  const query = [
    `TaskQueue = ${quoted(server.taskQueue)}`,
    `TaskDate >= ${quoted(since)}`,
    `TaskDate <= ${quoted(until)}`,
    `(${typesOf(scope)})`,
  ].join(' AND ');
  const runs: RunSummary[] = [];
  for await (const info of server.client.workflow.list({ query, pageSize: PAGE })) {
    const run = summaryOf(info);
    if ((run.kind === 'task' || run.kind === 'chain') && run.runKey !== null) runs.push(run);
  }
  return runs;
}

function typesOf(scope: { tasks: string[]; chains: string[] } | null): string {
  const chains = `WorkflowType = ${quoted(WORKFLOWS.runChain)}`;
  const tasks = `WorkflowType = ${quoted(WORKFLOWS.runTask)}`;
  if (scope === null || scope.chains.length + scope.tasks.length > MOST_NAMED) return `${chains} OR ${tasks}`;
  const of = (type: string, name: string, ids: readonly string[]) =>
    ids.length === 0 ? [] : [`(${type} AND (${ids.map((id) => `${name} = ${quoted(id)}`).join(' OR ')}))`];
  return [...of(chains, 'ChainName', scope.chains), ...of(tasks, 'TaskName', scope.tasks)].join(' OR ');
}

interface TaskAttempts {
  attempts: number;
  /** ISO instant. */
  finished: string;
}

/** Attempts of tasks' runs by workflow ID, as the newest table of a chain has them. */
function attemptsOf(runs: readonly RunSummary[]): Map<string, TaskAttempts> {
  const found = new Map<string, TaskAttempts>();
  for (const { left } of runs) {
    if (!isChainResult(left)) continue;
    for (const [task, { run, attempts, finished }] of Object.entries(left.tasks)) {
      const id = run ?? canonicalId(task, left.run_key);
      const known = found.get(id);
      if (finished !== null && (known === undefined || known.finished < finished)) found.set(id, { attempts, finished });
    }
  }
  return found;
}

function statOf(run: RunSummary, attempts: ReadonlyMap<string, TaskAttempts>): StatRun {
  const told = attempts.get(run.workflowId);
  const own = run.kind === 'task' && run.left !== null && !isChainResult(run.left) ? run.left.attempts : null;
  return {
    runKey: run.runKey!,
    date: run.date ?? run.runKey!.slice(0, 8),
    status: run.status,
    closed: run.closed,
    durationMs: isPartial(run) ? null : durationOf(run),
    // A table that is older than the run speaks of an earlier one.
    attempts: told !== undefined && told.finished >= run.started ? told.attempts : own,
  };
}

/** A rerun that kept what was done takes less than a run. */
function isPartial({ left }: RunSummary): boolean {
  return isChainResult(left) && Object.values(left.tasks).some(({ satisfied }) => satisfied);
}

function isChainResult(left: RunSummary['left']): left is ChainResult {
  return left !== null && 'tasks' in left;
}
