/** The register's database: its tables, created where they are missing, and sample rows where nobody named a database. */
import { openSql } from 'daychain/kit';
import type { Generated, Kysely } from 'kysely';
import { inProject, readJson } from './files.js';

export interface Tables {
  operators: { id: number; name: string; email: string };
  /** `emissions` and `allowance` in tonnes of a year. */
  reports: { id: number; operator_id: number; year: number; emissions: number; allowance: number; received_on: string };
  /** What a report owes: money in cents, dates as YYYYMMDD. */
  obligations: {
    report_id: number;
    tonnes: number;
    fee: number;
    paid: Generated<number>;
    due_on: string;
    status: Generated<'open' | 'met' | 'overdue'>;
    /** All who are to hear of it have been called. Until then a task that died in between goes on with it. */
    told: Generated<boolean>;
  };
  invoices: { number: string; report_id: number; amount: number; issued_on: string; due_on: string; told: Generated<boolean> };
  interest_rates: { starts_on: string; rate: number };
  payments: { id: string; report_id: number; amount: number; paid_on: string; told: Generated<boolean> };
  /** Interest in cents, up to and with the day `accrued_on`. */
  penalties: { report_id: number; accrued_on: string; amount: number };
  /** What stands in for the billing service where none is configured. */
  billing_entries: { key: string; kind: string; body: string };
  journal: { id: Generated<number>; date: string; line: string };
}

export type Database = Kysely<Tables>;

/** Opens it, and makes what is missing. Sample rows are written into the bundled database only, and only while it is empty. */
export async function openDatabase(url: string | null, dir: string): Promise<Database> {
  const db = await openSql<Tables>({ url }, dir);
  const { sql } = await import('kysely');
  for (const statement of SCHEMA) await sql.raw(statement).execute(db);
  if (url === null) await addSample(db);
  return db;
}

async function addSample(db: Database): Promise<void> {
  const there = await db.selectFrom('operators').select('id').limit(1).executeTakeFirst();
  if (there !== undefined) return;
  const file = inProject('data', 'sample.json');
  const { operators, reports } = await readJson<{ operators: Tables['operators'][]; reports: Tables['reports'][] }>(file);
  await db.transaction().execute(async (transaction) => {
    await transaction.insertInto('operators').values(operators).execute();
    await transaction.insertInto('reports').values(reports).execute();
  });
}

const SCHEMA = [
  `create table if not exists operators (id integer primary key, name text not null, email text not null)`,
  `create table if not exists reports (id integer primary key, operator_id integer not null references operators, year integer not null,
     emissions integer not null, allowance integer not null, received_on text not null)`,
  `create table if not exists obligations (report_id integer primary key references reports, tonnes integer not null,
     fee integer not null, paid integer not null default 0, due_on text not null, status text not null default 'open',
     told boolean not null default false)`,
  `create table if not exists invoices (number text primary key, report_id integer not null unique references reports,
     amount integer not null, issued_on text not null, due_on text not null,
     told boolean not null default false)`,
  `create table if not exists interest_rates (starts_on text primary key, rate double precision not null)`,
  `create table if not exists payments (id text primary key, report_id integer not null, amount integer not null, paid_on text not null,
     told boolean not null default false)`,
  `create table if not exists penalties (report_id integer not null, accrued_on text not null, amount integer not null,
     primary key (report_id, accrued_on))`,
  `create table if not exists billing_entries (key text primary key, kind text not null, body text not null)`,
  `create table if not exists journal (id serial primary key, date text not null, line text not null)`,
];
