/** Cancelling a run, so that its history keeps who and why. */
import { randomUUID } from 'node:crypto';
import { describeRun, type RunView } from './describe-run.js';
import { BadInput, Refused } from './errors.js';
import type { Server } from './server.js';

export interface Cancelled {
  /** `already`: it had been cancelled before. */
  outcome: 'requested' | 'already';
  workflowId: string;
  runId: string;
}

/**
 * Asks a run to stop. Its task learns of it through `ctx.signal`; the run closes when the task has.
 * @throws BadInput if there is no such run; Refused (`not_running`, `id_taken`) if it ended otherwise or is not this project's
 */
export async function cancelRun(server: Server, workflowId: string, reason: string): Promise<Cancelled> {
  const run = await describeRun(server, workflowId, { ask: false });
  if (run === null) throw new BadInput(`There is no run ${workflowId}.\nWhat ran lately: daychain status`);
  if (run.taskQueue !== server.taskQueue) {
    throw new Refused('id_taken', `${workflowId} belongs to the task queue "${run.taskQueue}", not to "${server.taskQueue}".`);
  }
  if (run.end === 'cancelled') return { outcome: 'already', workflowId, runId: run.runId };
  if (run.end !== null) throw new Refused('not_running', `${workflowId} is not running: ${ended(run)}.`, { status: run.status });
  await server.client.workflowService.requestCancelWorkflowExecution({
    namespace: server.namespace,
    workflowExecution: { workflowId, runId: run.runId },
    identity: server.by,
    requestId: randomUUID(),
    reason,
  });
  return { outcome: 'requested', workflowId, runId: run.runId };
}

function ended(run: RunView): string {
  return `it ended as ${run.status}${run.closed ? ` at ${run.closed}` : ''}`;
}
