import type { Client } from '@temporalio/client';
import { eventually } from './engine.js';

/** Resolves once the server lists the schedules, which it does about a second after it has made them. */
export async function schedulesListed(client: Client, ids: readonly string[]): Promise<void> {
  await eventually(`${ids.join(', ')} in the list of schedules`, async () => {
    const listed = new Set<string>();
    for await (const { scheduleId } of client.schedule.list()) listed.add(scheduleId);
    return ids.every((id) => listed.has(id));
  });
}
