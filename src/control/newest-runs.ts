/** Executions of the same runs, one of each. */
import type { RunSummary } from './run-summary.js';

/** The newest execution of each workflow ID: a rerun takes the place of what it repeats. */
export function newestRuns(runs: readonly RunSummary[]): RunSummary[] {
  const newest = new Map<string, RunSummary>();
  for (const run of runs) {
    const known = newest.get(run.workflowId);
    if (known === undefined || known.started < run.started) newest.set(run.workflowId, run);
  }
  return [...newest.values()];
}
