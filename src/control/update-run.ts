/** An order as the update that carries it to an open run. */
import { randomUUID } from 'node:crypto';
import { WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { Order } from '../plan/types.js';
import { askWorker } from './patience.js';
import type { Server } from './server.js';

/** A worker answers in milliseconds. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * The answer of the run; null where no worker has answered in time: the run carries the order out when one does.
 * @param runId default: the newest execution
 * @param requestId the same one twice is one order
 * @throws WorkflowUpdateFailedError where the run refuses, WorkflowNotFoundError where it has ended
 */
export async function updateRun(
  server: Server,
  { workflowId, runId }: { workflowId: string; runId?: string },
  name: string,
  order: Order,
  requestId: string = randomUUID(),
): Promise<string | null> {
  const handle = server.client.workflow.getHandle(workflowId, runId);
  const told = () => handle.executeUpdate<string, [Order]>(name, { args: [order], updateId: requestId });
  try {
    return await askWorker(server, ANSWER_WITHIN_MS, told, isLate);
  } catch (error) {
    if (isLate(error)) return null;
    throw error;
  }
}

function isLate(error: unknown): boolean {
  return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;
}
