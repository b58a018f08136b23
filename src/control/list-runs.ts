/** Runs as visibility lists them: about one second behind the truth. */
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
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
  const runs = await newestOf(server, query, filter.limit ?? 200, ({ kind, id }) => kind === filter.kind && id === filter.id);
  return runs.sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
}

/**
 * The same for a schedule's id, whether it is a chain's or a task's, between two dates (`YYYYMMDD`, both included), in no
 * order. Of one-shots too, whose date lies there.
 */
export async function listScheduledRuns(server: Server, id: string, since: string, until: string): Promise<RunSummary[]> {
  const chain = `WorkflowType = ${quoted(WORKFLOWS.runChain)} AND ChainName = ${quoted(id)}`;
  const task = `WorkflowType = ${quoted(WORKFLOWS.runTask)} AND TaskName = ${quoted(id)}`;
  const query = [
    `TaskQueue = ${quoted(server.taskQueue)}`,
    `((${chain}) OR (${task}))`,
    `TaskDate >= ${quoted(since)}`,
    `TaskDate <= ${quoted(until)}`,
  ].join(' AND ');
  return await newestOf(server, query, Infinity, (run) => (run.kind === 'chain' || run.kind === 'task') && run.id === id);
}

async function newestOf(server: Server, query: string, limit: number, fits: (run: RunSummary) => boolean): Promise<RunSummary[]> {
  const newest = new Map<string, RunSummary>();
  let left = limit;
  for await (const info of server.client.workflow.list({ query, pageSize: Math.min(left, 1_000) })) {
    const run = summaryOf(info);
    if (fits(run) && run.runKey !== null) {
      const known = newest.get(run.runKey);
      if (known === undefined || known.started < run.started) newest.set(run.runKey, run);
    }
    if (--left <= 0) break;
  }
  return [...newest.values()];
}

/** One-shots have run keys without a date in them: they stand among the runs of their date. */
function placeOf({ date, runKey }: RunSummary): string {
  return `${date ?? ''} ${runKey}`;
}
