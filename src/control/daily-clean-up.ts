/** The daily clean-up of closed runs: one durable run per project and day, whichever worker asks for it. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { cleanUpId } from '../plan/ids.js';
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import { localDate } from '../time/zones.js';
import type { Registry } from '../registry/index.js';
import type { CleanedRuns } from '../plan/types.js';
import type { Server } from './server.js';

/**
 * Starts today's clean-up, if nobody has. Projects without a schedule keyed by slot have nothing to clean. `now` in epoch
 * milliseconds. Whether it was started.
 */
export async function startDailyCleanUp(server: Server, registry: Registry, now: number): Promise<boolean> {
  if (!registry.schedules().some(({ compiled }) => compiled.keyedBy === 'slot')) return false;
  try {
    await server.client.workflow.start(WORKFLOWS.cleanUp, {
      workflowId: cleanUpId(registry.project.name, localDate(now, registry.project.timezone)),
      taskQueue: server.taskQueue,
      args: [],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: 'Deletes closed runs of schedules keyed by slot that are older than they are kept',
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

export interface DailyCleanUp {
  workflowId: string;
  /** ISO instants. */
  started: string;
  closed: string | null;
  /** Null while it runs, or if it failed. */
  runs: CleanedRuns[] | null;
}

/** The newest daily clean-up of the project; null if there was none yet. */
export async function lastDailyCleanUp(server: Server): Promise<DailyCleanUp | null> {
  const query = `TaskQueue = ${quoted(server.taskQueue)} AND WorkflowType = ${quoted(WORKFLOWS.cleanUp)}`;
  for await (const { workflowId, runId, startTime, closeTime, status } of server.client.workflow.list({ query, pageSize: 1 })) {
    const handle = server.client.workflow.getHandle(workflowId, runId);
    const runs = status.name === 'COMPLETED' ? ((await handle.result()) as { runs: CleanedRuns[] }).runs : null;
    return { workflowId, started: startTime.toISOString(), closed: closeTime?.toISOString() ?? null, runs };
  }
  return null;
}
