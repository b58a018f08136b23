/** Workers that poll for the project's work. */
import { instant } from './describe-run.js';
import type { Server } from './server.js';

export interface WorkerView {
  /** As the worker calls itself: `pid@host`. */
  identity: string;
  /** ISO instant of its last poll, by the server's clock. */
  lastPoll: string | null;
  /** Of daychain; absent where the worker does not tell. */
  version?: string;
}

/** A worker polls at least once a minute; the server remembers it for five. */
const SEEN_WITHIN_MS = 75_000;

/** Workers seen polling lately. One that was killed is still listed for about a minute. */
export async function listWorkers(server: Server, now: number = Date.now()): Promise<WorkerView[]> {
  const { pollers } = await server.client.workflowService.describeTaskQueue({
    namespace: server.namespace,
    taskQueue: { name: server.taskQueue },
    taskQueueType: 1, // workflow tasks
  });
  return (pollers ?? [])
    .map((poller) => ({
      identity: poller.identity ?? 'unknown',
      lastPoll: instant(poller.lastAccessTime),
      ...(poller.deploymentOptions?.buildId ? { version: poller.deploymentOptions.buildId } : {}),
    }))
    .filter(({ lastPoll }) => lastPoll === null || now - Date.parse(lastPoll) < SEEN_WITHIN_MS);
}
