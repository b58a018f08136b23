/** Starting a slot's shell as the server would have. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';
import { shellId } from '../plan/ids.js';
import { WORKFLOWS } from '../plan/names.js';
import type { ScheduledChainInput } from '../plan/types.js';
import type { Server } from './server.js';

export const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
export const SCHEDULED_BY = defineSearchAttributeKey('TemporalScheduledById', 'KEYWORD');

/**
 * Starts the shell of a slot under the ID the server gives it. `there`: the slot has had its shell, of ours or the
 * server's; a start of the server's that comes later is refused likewise, so a slot never has two.
 */
export async function startSlot(
  server: Pick<Server, 'client' | 'taskQueue'>,
  input: ScheduledChainInput & { slot: string },
): Promise<'started' | 'there'> {
  try {
    await server.client.workflow.start(WORKFLOWS.scheduledChain, {
      workflowId: shellId(input.chain, input.slot),
      taskQueue: server.taskQueue,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      typedSearchAttributes: new TypedSearchAttributes([
        { key: SCHEDULED_START, value: new Date(input.slot) },
        { key: SCHEDULED_BY, value: input.chain },
      ]),
    });
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'there';
    throw error;
  }
}
