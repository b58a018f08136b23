/** What chains and tasks usually take: from the newest runs that succeeded, whichever chain they are of. */
import { WORKFLOWS } from '../../plan/names.js';
import { quoted } from '../../plan/query.js';
import { summaryOf } from '../run-summary.js';
import type { Server } from '../server.js';
import { percentile } from '../stats-figures.js';

/** Runs that are looked at: one page. */
const LOOKED_AT = 500;
const MOST_OF_ONE = 20;

/** Milliseconds by id; of those that are not among the newest runs nothing is known. One request. */
export async function readUsual(server: Server): Promise<Map<string, number>> {
  const types = [WORKFLOWS.runChain, WORKFLOWS.runTask].map(quoted).join(', ');
  // A chain's tasks are its own affair: what a slot starts has no chain's run above it.
  const own = `(WorkflowType = ${quoted(WORKFLOWS.runChain)} OR ChainName IS NULL)`;
  const query = `TaskQueue = ${quoted(server.taskQueue)} AND WorkflowType IN (${types}) AND ExecutionStatus = "Completed" AND ${own}`;
  const durations = new Map<string, number[]>();
  let left = LOOKED_AT;
  for await (const info of server.client.workflow.list({ query, pageSize: LOOKED_AT })) {
    if (left-- <= 0) break;
    const { id, status, started, closed, kind } = summaryOf(info);
    const of = durations.get(id) ?? [];
    if (closed === null || status !== 'success' || (kind !== 'chain' && kind !== 'task') || of.length >= MOST_OF_ONE) continue;
    durations.set(id, [...of, Date.parse(closed) - Date.parse(started)]);
  }
  return new Map([...durations].map(([id, of]) => [id, percentile(of, 50)!]));
}
