/** The project's tables. Whoever opens the database first creates them, and puts the sample in where that is the source. */
import { readFileSync } from 'node:fs';
import { sql, type Generated, type Kysely } from 'kysely';
import type { ClientTools } from 'daychain';
import { addBatchColumns, sqlClient } from 'daychain/kit';
import { inProject } from './files.js';
import { queues } from './queues.js';

/** Without the columns of the queues: those are the kit's. `seen_at`: when a queue brought the row forth last. */
export interface Tables {
  places: { id: Generated<number>; place_id: string; town: string };
  businesses: {
    id: Generated<number>;
    place_id: string;
    name: string;
    address: string | null;
    phone: string | null;
    website: string | null;
    rating: number | null;
    seen_at: Generated<Date>;
  };
  domains: {
    id: Generated<number>;
    domain: string;
    title: string | null;
    description: string | null;
    language: string | null;
    phone: string | null;
    seen_at: Generated<Date>;
  };
  sitemap_files: { id: Generated<number>; domain_id: number; url: string; urls: number | null; seen_at: Generated<Date> };
  pages: { id: Generated<number>; domain_id: number; url: string; title: string | null; seen_at: Generated<Date> };
  contacts: { id: Generated<number>; page_id: number; email: string; email_verdict: string | null; seen_at: Generated<Date> };
  queue_depths: { queue: string; at: Generated<Date>; due: number; later: number; working: number; done: number; dead: number };
}

export function leadsDatabase() {
  const client = sqlClient<Tables>(({ settings }) => ({ url: settings.DATABASE_URL }));
  return {
    ...client,
    async open(tools: ClientTools): Promise<Kysely<Tables>> {
      const db = await client.open(tools);
      try {
        await setUp(db, tools.settings.LEADS_SOURCE === 'sample');
        return db;
      } catch (error) {
        await db.destroy();
        throw error;
      }
    },
  };
}

/** A number nobody else uses: two workers that start at once set up one after the other. */
const SETTING_UP = 7_310_240;

export async function setUp(db: Kysely<Tables>, withSample: boolean): Promise<void> {
  const ready = await sql<{ ready: boolean }>`select to_regclass('leads_ready') is not null as ready`.execute(db);
  if (ready.rows[0]!.ready) return;
  const inOrder = async (work: (transaction: Kysely<Tables>) => Promise<void>) => {
    await db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(SETTING_UP)})`.execute(transaction);
      await work(transaction);
    });
  };
  await inOrder(async (transaction) => {
    for (const statement of readFileSync(inProject('data', 'tables.sql'), 'utf8').split(/;\s*\n/)) {
      if (statement.trim() !== '') await sql.raw(statement).execute(transaction);
    }
  });
  for (const queue of Object.values(queues)) await addBatchColumns(db, queue);
  await inOrder(async (transaction) => {
    const { rows } = await sql`select from places limit 1`.execute(transaction);
    if (withSample && rows.length === 0)
      await sql.raw(readFileSync(inProject('data', 'sample.sql'), 'utf8')).execute(transaction);
    await sql`create table if not exists leads_ready (at timestamptz not null default now())`.execute(transaction);
  });
}
