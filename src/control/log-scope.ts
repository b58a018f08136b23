/** Whose lines the log of a run is made of, and where they were written. */
import { canonicalId, parseCanonicalId } from '../plan/ids.js';
import type { Registry } from '../registry/index.js';
import { describeRun, isChainResult, type RunView } from './describe-run.js';
import { readInput } from './run-input.js';
import type { Server } from './server.js';

export interface LogScope {
  workflowId: string;
  /** Null where the server knows none, or was not asked. */
  run: RunView | null;
  /** Workflow IDs of the tasks' runs; of a task's run its own. */
  runs: Set<string>;
  /** Ids of those tasks, in the plan's order. */
  tasks: string[];
}

/**
 * A chain's run has the lines of its tasks, as its own plan has them.
 * @param server null: by the files alone
 */
export async function readLogScope(server: Server | null, registry: Registry, workflowId: string): Promise<LogScope> {
  const run = server === null ? null : await describeRun(server, workflowId, { ask: false });
  const named = parseCanonicalId(workflowId);
  const isChain = run === null ? named !== null && registry.chain(named.id) !== undefined : run.kind === 'chain';
  if (!isChain || named === null)
    return { workflowId, run, runs: new Set([workflowId]), tasks: named === null ? [] : [named.id] };
  const tasks = await tasksOf(server, registry, run, named.id);
  return { workflowId, run, runs: new Set(tasks.map((task) => canonicalId(task, named.runKey))), tasks };
}

async function tasksOf(server: Server | null, registry: Registry, run: RunView | null, chain: string): Promise<string[]> {
  const plan = server === null || run === null ? undefined : (await readInput(server, run))?.plan;
  const today = [...(registry.chain(chain)?.placements.keys() ?? [])];
  const told = run !== null && isChainResult(run.result) ? Object.keys(run.result.tasks) : [];
  return [...new Set([...(plan?.tasks.map(({ id }) => id) ?? today), ...told])];
}

/** Events of a history that are read: a run with more of them is not told where all its attempts ran. */
const MOST_EVENTS = 200;

/** The workers that attempts of a task's run were taken by, as they call themselves: `pid@host`. The oldest first. */
export async function attemptWorkers(server: Server, run: RunView): Promise<string[]> {
  const { history } = await server.client.workflowService.getWorkflowExecutionHistory({
    namespace: server.namespace,
    execution: { workflowId: run.workflowId, runId: run.runId },
    maximumPageSize: MOST_EVENTS,
  });
  const started = history?.events?.flatMap(({ activityTaskStartedEventAttributes: event }) => event?.identity ?? []) ?? [];
  return [...new Set([...started, ...(run.pending?.worker ? [run.pending.worker] : [])])];
}
