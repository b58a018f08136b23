/** Which runs of a range a backfill makes, and how long they take. Pure. */
import type { BackfillOrder, BackfillRun, Only } from '../plan/backfill.js';
import type { ChainResult, TaskResult } from '../plan/types.js';
import type { RunSummary } from './run-summary.js';
import { percentile } from './stats-figures.js';

/** How a run key stands: `running` also while it waits its turn in another backfill. */
export type RunState = 'missing' | 'failed' | 'running' | 'done';
export type RunStates = ReadonlyMap<string, RunState>;

export type StateCounts = Record<RunState, number>;

export function stateOf(run: Pick<RunSummary, 'end'> | null | undefined): RunState {
  if (!run) return 'missing';
  if (run.end === null) return 'running';
  return run.end === 'completed' ? 'done' : 'failed';
}

/** The state of several runs as one: done only if all are. */
export function stateOfAll(states: readonly RunState[]): RunState {
  for (const state of ['running', 'failed', 'missing'] as const) if (states.includes(state)) return state;
  return 'done';
}

export function countStates(due: readonly BackfillRun[], states: RunStates): StateCounts {
  const counts: StateCounts = { done: 0, failed: 0, running: 0, missing: 0 };
  for (const { runKey } of due) counts[states.get(runKey) ?? 'missing']++;
  return counts;
}

/** The runs to be made, in the order of their turns. What is running is left to whoever started it. */
export function chooseRuns(
  due: readonly BackfillRun[],
  states: RunStates,
  only: Only | null,
  order: BackfillOrder,
): BackfillRun[] {
  const chosen = due.filter(({ runKey }) => {
    const state = states.get(runKey) ?? 'missing';
    if (state === 'running') return false;
    if (only === 'all') return true;
    return only === null ? state !== 'done' : state === only;
  });
  return order === 'asc' ? chosen : chosen.reverse();
}

/** How long runs take: the median of those past, in milliseconds; null if none can tell. */
export function usualDuration(runs: readonly RunSummary[], tasks: readonly string[] | null): number | null {
  return percentile(
    runs.flatMap((run) => durationOf(run, tasks) ?? []),
    50,
  );
}

/** Milliseconds; null where it cannot tell. From the first task's begin to the last one's end: a run of a backfill has waited for its turn before that. */
export function durationOf(run: RunSummary, tasks: readonly string[] | null = null): number | null {
  if (run.end !== 'completed') return null;
  if (isChainResult(run.left)) {
    const worked = Object.entries(run.left.tasks).filter(
      ([id, { satisfied, started, finished }]) =>
        !satisfied && started !== null && finished !== null && (tasks === null || tasks.includes(id)),
    );
    if (worked.length === 0) return null;
    const begin = Math.min(...worked.map(([, { started }]) => Date.parse(started!)));
    return Math.max(...worked.map(([, { finished }]) => Date.parse(finished!))) - begin;
  }
  if (tasks !== null || run.backfill !== undefined || run.closed === null) return null;
  return Date.parse(run.closed) - Date.parse(run.started);
}

function isChainResult(result: TaskResult | ChainResult | null): result is ChainResult {
  return result !== null && 'tasks' in result;
}
