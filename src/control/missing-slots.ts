/** Slots that fell due and have no run. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { canonicalId, shellId } from '../plan/ids.js';
import { slotsUnder, type Rules } from '../registry/rules.js';
import type { Slot } from '../time/slots.js';
import { eachOf } from './each-of.js';
import type { Server } from './server.js';

/** Placeholder until the visibility-based look is merged. */
export async function missingSlots(
  server: Server,
  schedule: { id: string; rules: Rules; keyedBy: 'date' | 'slot' },
  from: number,
  to: number,
): Promise<Slot[]> {
  const slots = slotsUnder(schedule.rules, from, to).slice(-1_000);
  const found = await eachOf(slots, async ({ runKey, scheduledFor }) => {
    const ids = [shellId(schedule.id, scheduledFor), canonicalId(schedule.id, runKey)];
    return (await Promise.all(ids.map((id) => exists(server, id)))).includes(true);
  });
  return slots.filter((_, at) => !found[at]);
}

async function exists({ client }: Server, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
