/** Rows nobody works on any more, and rows that were given up (defect 15). */
import type { Kysely, RawBuilder } from 'kysely';
import type { TaskContext } from '../../define/types.js';
import { requireColumns } from './columns.js';
import { marksOf, type Reclaimed } from './marks.js';
import { settleQueue, type BatchQueue, type SettledQueue } from './queue.js';

/**
 * Takes up rows whose workers are gone: queued again, or given up after their last attempt. Every `claimBatch` does this for its
 * queue before it claims; a sweep of its own is for queues whose task is paused or disabled.
 */
export async function sweepStuck<Tables>(
  ctx: Pick<TaskContext, 'warn'>,
  db: Kysely<Tables>,
  queue: BatchQueue<keyof Tables & string>,
): Promise<Reclaimed> {
  const settled = settleQueue(queue);
  await requireColumns(db as Kysely<unknown>, settled, queue);
  const marks = await marksOf(db as Kysely<unknown>, settled);
  return tellReclaimed(ctx, settled, await marks.reclaim());
}

/** Says of rows that were given up without anybody's seeing them fail. */
export function tellReclaimed(
  ctx: Pick<TaskContext, 'warn'>,
  { table, attempts }: SettledQueue,
  reclaimed: Reclaimed,
): Reclaimed {
  if (reclaimed.dead > 0) {
    ctx.warn(`${reclaimed.dead} rows of "${table}" were given up: their workers were lost in each of ${attempts} attempts`);
  }
  return reclaimed;
}

/**
 * Queues rows anew, with all their attempts: those named, whatever they ended as, or all that were given up. Rows that are being
 * worked on are left alone. Takes a transaction too, so that rows can be queued together with what they are queued for.
 * @returns how many were queued
 */
export async function requeue<Tables>(
  db: Kysely<Tables>,
  queue: BatchQueue<keyof Tables & string>,
  which: 'dead' | { keys: readonly unknown[] },
): Promise<number> {
  const { table, key, columns, states } = settleQueue(queue);
  if (which !== 'dead' && which.keys.length === 0) return 0;
  const { sql } = await import('kysely');
  const status = sql.id(columns.status);
  const chosen: RawBuilder<unknown> =
    which === 'dead'
      ? sql`${status} = ${states.dead}`
      : sql`${sql.id(key)} in (${sql.join(which.keys)}) and ${status} <> ${states.working}`;
  const { rows } = await sql`
    update ${sql.table(table)}
    set ${status} = ${states.waiting}, ${sql.id(columns.attempts)} = 0, ${sql.id(columns.nextAttemptAt)} = null,
      ${sql.id(columns.lastError)} = null, ${sql.id(columns.changedAt)} = now()
    where ${chosen} returning ${sql.id(key)}`.execute(db);
  return rows.length;
}
