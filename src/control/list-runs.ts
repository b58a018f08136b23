/** Runs as visibility lists them: about one second behind the truth. */
import { WORKFLOWS } from '../plan/names.js';
import { type RunSummary, summaryOf } from './run-summary.js';
import type { Server } from './server.js';

export interface RunFilter {
  kind: 'task' | 'chain';
  id: string;
  /** First date, `YYYYMMDD`, inclusive. */
  since?: string;
  /** Last date, inclusive. */
  until?: string;
  /** At most this many executions are read. Default 200. */
  limit?: number;
}

/**
 * The newest execution of each run key of a task or chain, newest run key first.
 * Shells, and executions a rerun has replaced, are left out.
 */
export async function listRuns(server: Server, filter: RunFilter): Promise<RunSummary[]> {
  const type = filter.kind === 'chain' ? WORKFLOWS.runChain : WORKFLOWS.runTask;
  const name = filter.kind === 'chain' ? 'ChainName' : 'TaskName';
  const query = [
    `TaskQueue = ${quoted(server.taskQueue)}`,
    `WorkflowType = ${quoted(type)}`,
    `${name} = ${quoted(filter.id)}`,
    ...(filter.since === undefined ? [] : [`TaskDate >= ${quoted(filter.since)}`]),
    ...(filter.until === undefined ? [] : [`TaskDate <= ${quoted(filter.until)}`]),
  ].join(' AND ');
  const newest = new Map<string, RunSummary>();
  let left = filter.limit ?? 200;
  for await (const info of server.client.workflow.list({ query, pageSize: Math.min(left, 200) })) {
    const run = summaryOf(info);
    if (run.kind === filter.kind && run.id === filter.id && run.runKey !== null) {
      const known = newest.get(run.runKey);
      if (known === undefined || known.started < run.started) newest.set(run.runKey, run);
    }
    if (--left <= 0) break;
  }
  return [...newest.values()].sort((a, b) => (a.runKey! < b.runKey! ? 1 : -1));
}

/** A text as visibility queries write it. */
export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
