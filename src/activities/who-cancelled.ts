/** Who asked for a cancellation. The SDK drops it; the history keeps it. */
import type { Client } from '@temporalio/client';
import type { Asked } from '../plan/types.js';

/** Reads the newest cancel request of a run. `by` is the identity of the client, or the workflow that asked. */
export async function readWhoCancelled(client: Client, namespace: string, workflowId: string, runId: string): Promise<Asked> {
  const unknown: Asked = { by: 'unknown', reason: null };
  let found = unknown;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1_000,
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    for (const event of page.history?.events ?? []) {
      const asked = event.workflowExecutionCancelRequestedEventAttributes;
      if (!asked) continue;
      const parent = asked.externalWorkflowExecution?.workflowId;
      found = { by: parent ? `workflow ${parent}` : asked.identity || 'unknown', reason: asked.cause || null };
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return found;
}
