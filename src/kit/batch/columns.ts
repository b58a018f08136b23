/** The columns a queue keeps its books in: the migration that adds them, and a word where they are missing. */
import type { Kysely } from 'kysely';
import { PermanentError } from '../../define/errors.js';
import { settleQueue, wordsOf, type BatchQueue, type SettledQueue } from './queue.js';

/**
 * The SQL of a migration that gives a table what its queue needs: columns, and the index by which waiting rows are found.
 * May be run again. Rows that are there get the status `waiting`; a status column that is there is left as it is.
 */
export function batchColumns(queue: BatchQueue): string {
  const { table, key, order, columns, states } = settleQueue(queue);
  const place = quotedTable(table);
  const added = [
    `${quoted(columns.status)} text not null default ${literal(states.waiting)}`,
    `${quoted(columns.attempts)} integer not null default 0`,
    `${quoted(columns.fence)} integer not null default 0`,
    `${quoted(columns.batchId)} text`,
    ...[columns.leasedUntil, columns.startedAt, columns.nextAttemptAt].map((column) => `${quoted(column)} timestamptz`),
    `${quoted(columns.changedAt)} timestamptz not null default now()`,
    `${quoted(columns.lastError)} text`,
  ];
  const by = [...new Set([order, key])].map(quoted).join(', ');
  const index = (name: string, on: string, state: string) =>
    `create index if not exists ${quoted(indexName(table, columns.status, name))} on ${place} (${on}) where ${quoted(columns.status)} = ${literal(state)};`;
  return [
    `alter table ${place}\n  ${added.map((column) => `add column if not exists ${column}`).join(',\n  ')};`,
    index('waiting', by, states.waiting),
    index('working', quoted(columns.leasedUntil), states.working),
  ].join('\n');
}

/** Runs that migration, at most once at a time: as in a project that sets up its own tables. */
export async function addBatchColumns<Tables>(db: Kysely<Tables>, queue: BatchQueue<keyof Tables & string>): Promise<void> {
  const { sql } = await import('kysely');
  const statements = batchColumns(queue).split(';\n');
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATING)})`.execute(transaction);
    for (const statement of statements) await sql.raw(statement).execute(transaction);
  });
}

/** A number nobody else uses. */
const MIGRATING = 7_310_231;

/** Tables that were looked at and have what their queues need, as far as this process knows. */
const known = new WeakMap<object, Set<string>>();

/** @throws PermanentError that names what is missing, and says how to add it */
export async function requireColumns(db: Kysely<unknown>, queue: SettledQueue, told: BatchQueue): Promise<void> {
  const { table, key, order, columns } = queue;
  const needed = [...new Set([key, order, ...wordsOf(columns)])];
  const mark = JSON.stringify([table, needed]);
  const seen = known.get(db) ?? new Set();
  if (seen.has(mark)) return;
  const { sql } = await import('kysely');
  const { rows } = await sql<{ name: string | null }>`
    select attname as name from (select to_regclass(${quotedTable(table)}) as place) as found
    left join pg_attribute on attrelid = place and attnum > 0 and not attisdropped
    where place is not null`.execute(db);
  if (rows.length === 0) {
    throw new PermanentError(`there is no table "${table}" in this database, or this role may not see it: create it first`);
  }
  const there = new Set(rows.map(({ name }) => name));
  const missing = needed.filter((column) => !there.has(column));
  if (missing.length > 0) {
    const own = missing.filter((column) => column === key || column === order);
    const help = own.length > 0 ? 'name the right ones as key and order' : `add them in a migration:\n${batchColumns(told)}`;
    throw new PermanentError(
      `the table "${table}" has no ${missing.length === 1 ? 'column' : 'columns'} ${missing.map(quoted).join(', ')}, which its queue needs; ${help}`,
    );
  }
  known.set(db, seen.add(mark));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quotedTable(table: string): string {
  return table.split('.').map(quoted).join('.');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Postgres would cut a name that is too long, and then find the index of another queue there already. */
function indexName(table: string, status: string, which: string): string {
  const whole = `${table.split('.').at(-1)}_${status}_${which}`;
  if (Buffer.byteLength(whole) <= 63) return whole;
  let hash = 0;
  for (const letter of whole) hash = (Math.imul(hash, 31) + letter.codePointAt(0)!) | 0;
  return `${which}_${(hash >>> 0).toString(36)}_${status.slice(0, 20)}`;
}
