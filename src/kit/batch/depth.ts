/** How full a queue is and whether it moves: for metrics, and for an alarm when nothing comes out any more (defect 13). */
import type { Kysely } from 'kysely';
import { requireColumns } from './columns.js';
import { settleQueue, wordsOf, type BatchQueue } from './queue.js';

export interface QueueDepth {
  /** To be taken now. */
  due: number;
  /** To be taken later: between two attempts. */
  later: number;
  working: number;
  /** Of those that are being worked on, as their status has it: with a lease that ran out. */
  stuck: number;
  done: number;
  dead: number;
  /** With a status that is none of the queue's, as rows have that ended in a word of their own. */
  other: number;
  /** Since when the one that is due longest waits; null if none is. */
  waitingSince: Date | null;
  /** When a row was last done. */
  lastDone: Date | null;
  /** The database's clock, which all of this is told by. */
  now: Date;
}

/** One statement: all numbers are of one moment, and their sum is the number of rows. */
export async function queueDepth<Tables>(db: Kysely<Tables>, queue: BatchQueue<keyof Tables & string>): Promise<QueueDepth> {
  const settled = settleQueue(queue);
  await requireColumns(db as Kysely<unknown>, settled, queue);
  const { sql } = await import('kysely');
  const { table, columns, states } = settled;
  const [status, next, lease, changed] = [columns.status, columns.nextAttemptAt, columns.leasedUntil, columns.changedAt].map(
    (name) => sql.id(name),
  );
  const is = (state: string) => sql`${status} = ${state}`;
  const isDue = sql`${is(states.waiting)} and (${next} is null or ${next} <= now())`;
  const known = wordsOf(states);
  const { rows } = await sql<QueueDepth>`
    select
      cast(count(*) filter (where ${isDue}) as integer) as due,
      cast(count(*) filter (where ${is(states.waiting)} and ${next} > now()) as integer) as later,
      cast(count(*) filter (where ${is(states.working)}) as integer) as working,
      cast(count(*) filter (where ${is(states.working)} and (${lease} is null or ${lease} < now())) as integer) as stuck,
      cast(count(*) filter (where ${is(states.done)}) as integer) as done,
      cast(count(*) filter (where ${is(states.dead)}) as integer) as dead,
      cast(count(*) filter (where ${status} is null or ${status} not in (${sql.join(known)})) as integer) as other,
      min(greatest(${changed}, ${next})) filter (where ${isDue}) as "waitingSince",
      max(${changed}) filter (where ${is(states.done)}) as "lastDone",
      now() as now
    from ${sql.table(table)}`.execute(db);
  return rows[0]!;
}
