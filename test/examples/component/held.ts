/** Writes to a Postgres that wait where a test says so, and a note of each that was kept. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Database, TableName } from '../../../examples/component/lib/database.js';

const SAMPLES = join(import.meta.dirname, '../../../examples/component/data/samples.json');

interface Samples {
  subscribers: { email: string; name: string }[];
  logs: { at: string; level: string; source: string; message: string }[];
  tickets: { id: string; opened: string; subject: string; agent: string | null }[];
}

/** The example's sample rows, which it writes into PGlite only; a log line of 20260204; and the table of the notes. */
export async function addSampleRows(db: Database): Promise<void> {
  const { subscribers, logs, tickets } = JSON.parse(readFileSync(SAMPLES, 'utf8')) as Samples;
  await db.insertInto('subscribers').values(subscribers).execute();
  await db
    .insertInto('logs')
    .values(logs.map((log) => ({ ...log, at: new Date(log.at) })))
    .execute();
  const today = { id: 1000, at: new Date('2026-02-04T10:00:00Z'), level: 'info', source: 'web', message: 'of the day' };
  await db.insertInto('logs').values(today).execute();
  await db
    .insertInto('tickets')
    .values(tickets.map((ticket) => ({ ...ticket, opened: new Date(ticket.opened), state: 'open' as const })))
    .execute();
  await sql`create table writes (of text not null, what text not null)`.execute(db);
  for (const [table, what] of [
    ['records', 'new.id'],
    ['payments', 'new.customer'],
    ['tickets', "new.id || ' ' || new.state || ' ' || coalesce(new.agent, '')"],
  ] as const) {
    await sql`create function note_${sql.raw(table)}() returns trigger language plpgsql as ${sql.raw(`$$
      begin insert into writes values ('${table}', ${what}); return null; end $$`)}`.execute(db);
    await sql`create trigger noted after insert or update on ${sql.table(table)}
      for each row execute function note_${sql.raw(table)}()`.execute(db);
  }
}

let holds = 0;

/** Writes of rows for which the condition of SQL holds wait while another transaction has the advisory lock 1. */
export async function holdWrites(db: Database, table: TableName, condition: string): Promise<void> {
  const name = sql.raw(`hold_${++holds}`);
  const on = condition.includes('old.') ? (condition.includes('new.') ? 'update' : 'delete') : 'insert';
  const row = on === 'delete' ? 'old' : 'new';
  await sql`create function ${name}() returns trigger language plpgsql as ${sql.raw(`$$
    begin perform pg_advisory_xact_lock_shared(1); return ${row}; end $$`)}`.execute(db);
  await sql`create trigger ${name} before ${sql.raw(on)} on ${sql.table(table)}
    for each row when (${sql.raw(condition)}) execute function ${name}()`.execute(db);
}

/**
 * How many different statements wait: an attempt that was given up leaves its own waiting, and the next one comes to the same.
 * Not within a transaction: that would see what its first look saw.
 */
export async function waitingForLocks(db: Database): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select cast(count(distinct query) as integer) as waiting from pg_stat_activity where wait_event_type = 'Lock'`.execute(db);
  return rows[0]!.waiting;
}

/** How often each row was written and kept. */
export async function writesNoted(db: Database, table: TableName): Promise<Record<string, number>> {
  const { rows } = await sql<{ what: string; times: number }>`
    select what, cast(count(*) as integer) as times from writes where of = ${table} group by what`.execute(db);
  return Object.fromEntries(rows.map(({ what, times }) => [what, times]));
}
