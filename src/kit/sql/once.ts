/** An effect in the database that happens once per run, however many attempts it takes, and never from an attempt that was replaced. */
import type { Kysely, Transaction } from 'kysely';
import { TaskError } from '../../define/errors.js';
import type { Json, TaskContext } from '../../define/types.js';

/** A newer attempt of the same run has written already: this one has lost its lock and is to stop. Nothing of it was kept. */
export class StaleFence extends TaskError {
  override name = 'StaleFence';

  constructor(ctx: Pick<TaskContext, 'task' | 'runKey' | 'fence'>) {
    super(`${ctx.task} ${ctx.runKey} with fence ${ctx.fence} comes too late: a newer attempt has written to the database`);
  }
}

export interface Once<T> {
  /** What the work returned, now or when it was done. */
  value: T;
  /** Whether an earlier attempt had done it. */
  repeated: boolean;
}

/**
 * Does the work in a transaction, together with the row that says it is done: both are kept, or neither. Where the row is there
 * already, the work is not done again and its value is returned. Uses the tables `daychain_fences` and `daychain_effects`, which
 * it creates where they are missing.
 * @param effect names it among the effects of the task: `'invoice-42'`. A forced repeat of the run finds it done; put
 *   `ctx.taskId` into the name where a repeat is to count anew.
 * @param work all of its writing goes through the transaction it is handed; returns JSON or nothing
 * @throws StaleFence if a newer attempt of the same run has written; what the work or the database throws
 */
export async function once<Tables, T extends Json | void>(
  ctx: Pick<TaskContext, 'task' | 'runKey' | 'fence' | 'taskId' | 'attempt'>,
  db: Kysely<Tables>,
  effect: string,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<Once<T>> {
  const { sql } = await import('kysely');
  await prepared(db);
  const { task, runKey, fence, taskId, attempt } = ctx;
  return await db.transaction().execute(async (transaction) => {
    // Locks the run's row too: two attempts of one run are one after the other here.
    const passed = await sql`
      insert into daychain_fences (task, run_key, fence) values (${task}, ${runKey}, ${fence})
      on conflict (task, run_key) do update set fence = excluded.fence where daychain_fences.fence <= excluded.fence
      returning fence`.execute(transaction);
    if (passed.rows.length === 0) throw new StaleFence(ctx);

    const done = await sql<{ value: T }>`
      select value from daychain_effects where task = ${task} and run_key = ${runKey} and effect = ${effect}
    `.execute(transaction);
    if (done.rows.length > 0) return { value: done.rows[0]!.value, repeated: true };

    const value = await work(transaction);
    await sql`
      insert into daychain_effects (task, run_key, effect, fence, task_id, attempt, value)
      values (${task}, ${runKey}, ${effect}, ${fence}, ${taskId}, ${attempt}, ${JSON.stringify(value ?? null)}::jsonb)
    `.execute(transaction);
    return { value, repeated: false };
  });
}

/** Databases whose tables are there, as far as this process knows. */
const known = new WeakMap<object, Promise<void>>();

function prepared(db: Kysely<never> | Kysely<unknown> | object): Promise<void> {
  let preparing = known.get(db);
  if (preparing === undefined) {
    preparing = prepare(db as Kysely<unknown>);
    known.set(db, preparing);
    // What failed is tried again by the next effect.
    preparing.catch(() => known.delete(db));
  }
  return preparing;
}

/** A number nobody else uses, so that two processes do not create the tables at once. */
const PREPARING = 7_310_230;

async function prepare(db: Kysely<unknown>): Promise<void> {
  const { sql } = await import('kysely');
  const found = await sql<{ there: boolean }>`
    select to_regclass('daychain_fences') is not null and to_regclass('daychain_effects') is not null as there`.execute(db);
  // A role that may not create tables works where somebody else has.
  if (found.rows[0]!.there) return;
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(PREPARING)})`.execute(transaction);
    await sql`
      create table if not exists daychain_fences (
        task text not null, run_key text not null, fence bigint not null,
        primary key (task, run_key))`.execute(transaction);
    await sql`
      create table if not exists daychain_effects (
        task text not null, run_key text not null, effect text not null, fence bigint not null,
        task_id text not null, attempt integer not null, value jsonb not null, done_at timestamptz not null default now(),
        primary key (task, run_key, effect))`.execute(transaction);
  });
}
