/** Telling an open run something, as an update it answers. */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { HANDLERS } from '../plan/names.js';
import type { Order } from '../plan/types.js';
import { Refused } from './errors.js';
import type { Server } from './server.js';
import { updateRun } from './update-run.js';

export type OrderName = keyof typeof HANDLERS;

/** `answer` is null where no worker has answered in time: the run carries the order out when one does. */
export interface Told {
  answer: string | null;
}

/**
 * Tells an open run. The same `requestId` twice is one order.
 * @throws Refused: `order_refused` in the run's own words, `not_running`
 */
export async function tellRun(
  server: Server,
  run: { workflowId: string; runId: string },
  name: OrderName,
  order: Order,
  requestId: string | undefined,
): Promise<Told> {
  try {
    return { answer: await updateRun(server, run, name, order, requestId) };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      throw new Refused('order_refused', `${error.cause?.message ?? error.message}.`, { workflowId: run.workflowId });
    }
    if (error instanceof WorkflowNotFoundError) throw new Refused('not_running', `${run.workflowId} has ended meanwhile.`);
    throw error;
  }
}
