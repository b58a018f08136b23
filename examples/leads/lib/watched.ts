/** The queues somebody works on, as they stand. */
import { sql, type Kysely } from 'kysely';
import type { ProjectSettings } from 'daychain';
import { queueDepth, type QueueDepth } from 'daychain/kit';
import type { Watched } from './alarm.js';
import type { Tables } from './database.js';
import { FLOWS, NEEDS, queues, type QueueName } from './queues.js';

/** Without those whose task is disabled for want of its key: nobody expects them to move. */
export function workedOn(settings: ProjectSettings): QueueName[] {
  return (Object.keys(queues) as QueueName[]).filter((name) => {
    const need = NEEDS[name];
    return need === undefined || settings[need] !== null;
  });
}

export async function depths(
  db: Kysely<Tables>,
  names: readonly QueueName[],
): Promise<{ queue: QueueName; depth: QueueDepth }[]> {
  const found = [];
  for (const queue of names) found.push({ queue, depth: await queueDepth(db, queues[queue]) });
  return found;
}

export async function watch(db: Kysely<Tables>, names: readonly QueueName[]): Promise<Watched[]> {
  const watched: Watched[] = [];
  for (const { queue, depth } of await depths(db, names)) {
    const flow = FLOWS.find(({ from }) => from === queue);
    if (flow === undefined) {
      watched.push({ queue, depth, brings: null });
      continue;
    }
    const { rows } = await sql<{ last: Date | null }>`select max(seen_at) as last from ${sql.table(flow.to)}`.execute(db);
    watched.push({ queue, depth, brings: { table: flow.to, lastSeen: rows[0]!.last } });
  }
  return watched;
}
