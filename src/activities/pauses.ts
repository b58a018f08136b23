/** The pause before a task's next attempt, which the server keeps: its end sooner, or without that attempt. */
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { AttemptTrace, WaitingAttempt } from '../plan/types.js';

/** What the server says of a pending activity. PAUSED: by a person, or by a `retryNow` whose worker was lost half-way. */
const SCHEDULED = 1;
const PAUSED = 4;

export function createPauseActivities({ client, namespace }: { client: Client; namespace: string }) {
  const pendingOf = async (workflowId: string) => {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    return raw.pendingActivities?.[0];
  };
  return {
    /** Ends the pause before a task's next attempt. Attempts used and checkpoint stay as they are. */
    async retryNow({ workflowId }: { workflowId: string }): Promise<string> {
      const pending = await pendingOf(workflowId);
      const waits = pending?.nextAttemptScheduleTime || pending?.state === PAUSED;
      if (!pending?.activityType?.name || !waits) return 'an attempt is running; there is no pause to end';
      const target = { namespace, execution: { workflowId }, type: pending.activityType.name, identity: 'daychain' };
      if (pending.state !== PAUSED) await client.workflowService.pauseActivity({ ...target, reason: 'retry now' });
      await client.workflowService.unpauseActivity(target);
      return 'trying again now';
    },

    /** The attempt that has not begun; null while one is running. */
    async waitingAttempt({ workflowId }: { workflowId: string }): Promise<WaitingAttempt | null> {
      const pending = await pendingOf(workflowId);
      if (pending?.state !== SCHEDULED && pending?.state !== PAUSED) return null;
      const converter = client.options.loadedDataConverter;
      const [trace] = await decodeArrayFromPayloads(converter, pending.heartbeatDetails?.payloads);
      return { attempt: pending.attempt ?? 1, trace: (trace as AttemptTrace | undefined) ?? null };
    },
  };
}
