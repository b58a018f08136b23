/** The name by which an open run's attempts own their lock: the run chose it, and only its history tells it. */
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { AttemptInput } from '../plan/types.js';
import type { RunSummary } from './run-summary.js';
import type { Server } from './server.js';

/** An attempt, or the wait for its lock, stands among the first events. */
const PAGE = 200;

/** `3f9a1c2e`; null before the run's first attempt. Asks no worker. */
export async function readOwner(server: Server, { workflowId, runId }: RunSummary): Promise<string | null> {
  const { history } = await server.client.workflowService.getWorkflowExecutionHistory({
    namespace: server.namespace,
    execution: { workflowId, runId },
    maximumPageSize: PAGE,
  });
  for (const { activityTaskScheduledEventAttributes: activity } of history?.events ?? []) {
    const payloads = activity?.input?.payloads;
    if (!payloads) continue;
    const [input] = await decodeArrayFromPayloads(server.client.options.loadedDataConverter, payloads);
    const { taskId } = (input ?? {}) as Partial<AttemptInput>;
    if (typeof taskId === 'string') return taskId;
  }
  return null;
}
