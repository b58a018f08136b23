/** What a consumer writes into its rows. Every statement names the claim's fence: who lost a row changes nothing in it. */
import type { Kysely, Transaction } from 'kysely';
import { untilNoneIsLocked } from './locked-rows.js';
import type { SettledQueue } from './queue.js';

/** A row as it was claimed: all its columns, and what names the claim. */
export interface ClaimedRow {
  key: unknown;
  fence: number;
  /** Its last worker was lost in the middle: this row may be what took it down. */
  suspect: boolean;
  row: Record<string, unknown>;
}

/** What becomes of rows whose batch no longer renews them. */
export interface Reclaimed {
  /** Queued again. */
  waiting: number;
  /** Given up: their workers were lost as often as a row is tried. */
  dead: number;
}

export interface Marks {
  /** Takes up rows whose lease ran out. Those that were worked on have used an attempt up; those that waited in a batch have not. */
  reclaim(): Promise<Reclaimed>;
  claim(size: number, batchId: string, leaseMs: number): Promise<ClaimedRow[]>;
  /** Counts the attempt. Null where the row is no longer this claim's. */
  begin(claimed: ClaimedRow, leaseMs: number): Promise<{ attempt: number } | null>;
  /** False, and nothing was written, where the row is no longer this claim's. */
  finish(claimed: ClaimedRow, state: string, write?: (transaction: Transaction<never>) => unknown): Promise<boolean>;
  /** The row's new state; null where it is no longer this claim's. `delayMs`: null for a row that is given up. */
  fail(claimed: ClaimedRow, error: string, delayMs: number | null): Promise<'waiting' | 'dead' | null>;
  /** Hands rows of a batch back that nothing was done with. Their attempts are not used up. */
  handBack(batchId: string): Promise<void>;
  /** Keeps the batch's rows. Answers the fences of those it still has, by key. */
  renew(batchId: string, leaseMs: number): Promise<Map<string, number>>;
}

const WORKER_LOST = 'its worker was lost in the middle: the lease ran out';

export async function marksOf(db: Kysely<unknown>, queue: SettledQueue): Promise<Marks> {
  const { sql } = await import('kysely');
  const { states, backoffMs, attempts } = queue;
  const table = sql.table(queue.table);
  const key = sql.ref(`queued.${queue.key}`);
  const column = Object.fromEntries(Object.entries({ ...queue.columns }).map(([role, name]) => [role, sql.id(name)])) as Record<
    keyof typeof queue.columns,
    ReturnType<typeof sql.id>
  >;
  const after = (ms: number) => sql`now() + cast(${ms} as double precision) * interval '1 millisecond'`;
  const free = sql`${column.leasedUntil} = null, ${column.startedAt} = null, ${column.changedAt} = now()`;
  const mine = ({ key: value, fence }: ClaimedRow) =>
    sql`${key} = ${value} and ${column.fence} = ${fence} and ${column.status} = ${states.working}`;
  const isStale = sql`${column.status} = ${states.working} and (${column.leasedUntil} is null or ${column.leasedUntil} < now())`;
  const isDue = sql`${column.status} = ${states.waiting} and (${column.nextAttemptAt} is null or ${column.nextAttemptAt} <= now())`;
  // The pause before the next attempt, by how many there were.
  const pauses = sql.join(backoffMs.map((ms) => sql`cast(${ms} as double precision)`));
  const pause = sql`(array[${pauses}])[least(greatest(${column.attempts}, 1), ${sql.lit(backoffMs.length)})] * interval '1 millisecond'`;
  const count = async (statement: ReturnType<typeof sql>): Promise<number> => (await statement.execute(db)).rows.length;
  const isAny = async (which: ReturnType<typeof sql>) =>
    (await count(sql`select from ${table} as queued where ${which} limit 1`)) > 0;

  return {
    async reclaim() {
      // One statement per new state: a status column may be an enum, whose words cannot be chosen between. A lease may run out
      // between two of them, so that each says in full which rows are its own; what falls between is taken up the next time.
      const update = (which: ReturnType<typeof sql>, set: ReturnType<typeof sql>) => sql`
        with stale as materialized (
          select ${key} as key from ${table} as queued where ${isStale} and ${which} for update skip locked)
        update ${table} as queued set ${set}, ${free} from stale where ${key} = stale.key returning ${key}`;
      const begun = sql`${column.startedAt} is not null`;
      const lost = sql`${column.lastError} = ${WORKER_LOST}`;
      const tooMany = sql`${column.attempts} >= ${attempts}`;
      const reclaimed: Reclaimed = { waiting: 0, dead: 0 };
      await untilNoneIsLocked(async () => {
        reclaimed.dead += await count(update(sql`${begun} and ${tooMany}`, sql`${column.status} = ${states.dead}, ${lost}`));
        reclaimed.waiting += await count(
          update(
            sql`${begun} and not ${tooMany}`,
            sql`${column.status} = ${states.waiting}, ${lost}, ${column.nextAttemptAt} = now() + ${pause}`,
          ),
        );
        reclaimed.waiting += await count(update(sql`not ${begun}`, sql`${column.status} = ${states.waiting}`));
        return await isAny(isStale);
      });
      return reclaimed;
    },

    async claim(size, batchId, leaseMs) {
      const order = sql.id(queue.order);
      const claim = (most: number) => sql<Record<string, unknown>>`
        with due as materialized (
          select ${key} as key from ${table} as queued where ${isDue}
          order by queued.${order}, ${key} limit ${most} for update skip locked),
        claimed as (
          update ${table} as queued
          set ${column.status} = ${states.working}, ${column.batchId} = ${batchId}, ${column.fence} = queued.${column.fence} + 1,
            ${column.leasedUntil} = ${after(leaseMs)}, ${column.startedAt} = null, ${column.changedAt} = now()
          from due where ${key} = due.key returning queued.*)
        select * from claimed order by ${order}, ${sql.id(queue.key)}`;
      const rows: Record<string, unknown>[] = [];
      // Rows that are claimed wait meanwhile, and their lease runs.
      await untilNoneIsLocked(async () => {
        try {
          rows.push(...(await claim(size - rows.length).execute(db)).rows);
          return rows.length < size && (await isAny(isDue));
        } catch (error) {
          // What was claimed before is not forgotten: its work meets the database itself.
          if (rows.length === 0) throw error;
          return false;
        }
      }, leaseMs / 4);
      return rows.map((row) => ({
        key: row[queue.key],
        fence: row[queue.columns.fence] as number,
        suspect: row[queue.columns.lastError] === WORKER_LOST,
        row,
      }));
    },

    async begin(claimed, leaseMs) {
      const { rows } = await sql<{ attempt: number }>`
        update ${table} as queued
        set ${column.attempts} = queued.${column.attempts} + 1, ${column.startedAt} = now(), ${column.leasedUntil} = ${after(leaseMs)}
        where ${mine(claimed)} returning queued.${column.attempts} as attempt`.execute(db);
      return rows[0] ?? null;
    },

    async finish(claimed, state, write) {
      const end = sql`
        update ${table} as queued
        set ${column.status} = ${state}, ${column.nextAttemptAt} = null, ${column.lastError} = null, ${free}
        where ${mine(claimed)} returning ${key}`;
      if (write === undefined) return (await count(end)) > 0;
      return await db.transaction().execute(async (transaction) => {
        const { rows } = await end.execute(transaction);
        if (rows.length === 0) return false;
        await write(transaction as unknown as Transaction<never>);
        return true;
      });
    },

    async fail(claimed, error, delayMs) {
      const dead = delayMs === null;
      const marked = await count(sql`
        update ${table} as queued
        set ${column.status} = ${dead ? states.dead : states.waiting}, ${column.lastError} = ${error},
          ${column.nextAttemptAt} = ${dead ? sql`null` : after(delayMs)}, ${free}
        where ${mine(claimed)} returning ${key}`);
      return marked === 0 ? null : dead ? 'dead' : 'waiting';
    },

    async handBack(batchId) {
      await sql`
        update ${table} as queued
        set ${column.status} = ${states.waiting}, ${free},
          ${column.attempts} = queued.${column.attempts} - case when queued.${column.startedAt} is null then 0 else 1 end
        where ${column.batchId} = ${batchId} and ${column.status} = ${states.working}`.execute(db);
    },

    async renew(batchId, leaseMs) {
      const { rows } = await sql<{ key: unknown; fence: number }>`
        update ${table} as queued set ${column.leasedUntil} = ${after(leaseMs)}
        where ${column.batchId} = ${batchId} and ${column.status} = ${states.working}
        returning ${key} as key, queued.${column.fence} as fence`.execute(db);
      return new Map(rows.map((row) => [String(row.key), row.fence]));
    },
  };
}
