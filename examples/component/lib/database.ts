/** The component's database: its tables, and sample rows where nobody named a database. */
import { readFile } from 'node:fs/promises';
import { openSql } from 'daychain/kit';
import { type Generated, type Kysely, sql } from 'kysely';
import { inProject } from './files.js';

interface Tables {
  subscribers: { email: string; name: string };
  logs: { id: Generated<number>; at: Date; level: string; source: string; message: string };
  tickets: { id: string; opened: Date; subject: string; state: 'open' | 'escalated' | 'closed'; agent: string | null };
  payments: { upload: string; line: number; customer: string; cents: number };
  records: { id: string; name: string; revision: number; synced_for: string };
  hourly: { hour: Date; level: string; lines: number };
  mails: { kind: string; recipient: string; date: string; message_id: string };
  health: { run_key: string; at: Date; database_ms: number; disk_free_percent: number };
  maintenance: { date: string; table_name: string; rows: number };
}
export type Database = Kysely<Tables>;
export type TableName = keyof Tables;

/** All tables, in the order in which a backup has them. */
export const TABLES = {
  subscribers: 'email text primary key, name text not null',
  logs: 'id serial primary key, at timestamptz not null, level text not null, source text not null, message text not null',
  tickets: 'id text primary key, opened timestamptz not null, subject text not null, state text not null, agent text',
  payments:
    'upload text not null, line integer not null, customer text not null, cents integer not null, primary key (upload, line)',
  records: 'id text primary key, name text not null, revision integer not null, synced_for text not null',
  hourly: 'hour timestamptz not null, level text not null, lines integer not null, primary key (hour, level)',
  mails:
    'kind text not null, recipient text not null, date text not null, message_id text not null, primary key (kind, recipient, date)',
  health: 'run_key text primary key, at timestamptz not null, database_ms integer not null, disk_free_percent integer not null',
  maintenance: 'date text not null, table_name text not null, rows integer not null, primary key (date, table_name)',
} as const satisfies Record<TableName, string>;

/** Opens it, and makes what is missing. Sample rows are written into PGlite only, and only once. */
export async function openDatabase({
  url,
  dir,
  folder = '.data/pglite',
}: {
  url: string | null;
  dir: string;
  folder?: string;
}): Promise<Database> {
  const db = await openSql<Tables>({ url, folder }, dir);
  for (const [table, columns] of Object.entries(TABLES)) {
    await sql`create table if not exists ${sql.table(table)} (${sql.raw(columns)})`.execute(db);
  }
  if (url === null) await addSamples(db);
  return db;
}

interface Samples {
  subscribers: { email: string; name: string }[];
  logs: { at: string; level: string; source: string; message: string }[];
  tickets: { id: string; opened: string; subject: string; agent: string | null }[];
}

async function addSamples(db: Database): Promise<void> {
  const there = await db.selectFrom('subscribers').select('email').limit(1).executeTakeFirst();
  if (there !== undefined) return;
  const { subscribers, logs, tickets } = JSON.parse(await readFile(inProject('data', 'samples.json'), 'utf8')) as Samples;
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('logs')
      .values(logs.map((log) => ({ ...log, at: new Date(log.at) })))
      .execute();
    const open = tickets.map((ticket) => ({ ...ticket, opened: new Date(ticket.opened), state: 'open' as const }));
    await transaction.insertInto('tickets').values(open).execute();
    await transaction.insertInto('subscribers').values(subscribers).execute();
  });
}
