/** What a run was started with: the first event of its history. */
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { RunChainInput, RunTaskInput } from '../plan/types.js';
import type { Server } from './server.js';

/** The input of a run, or null where the history does not hold one. */
export async function readInput(
  server: Server,
  run: { workflowId: string; runId: string },
): Promise<(RunTaskInput & RunChainInput) | null> {
  const { history } = await server.client.workflowService.getWorkflowExecutionHistory({
    namespace: server.namespace,
    execution: run,
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [input] = await decodeArrayFromPayloads(server.client.options.loadedDataConverter, payloads);
  return typeof input === 'object' && input !== null ? (input as RunTaskInput & RunChainInput) : null;
}
