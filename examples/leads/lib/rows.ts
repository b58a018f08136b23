/** Rows a queue brings forth. What is there already is seen again, and not doubled. */
import { sql, type Transaction } from 'kysely';
import type { Tables } from './database.js';

/** Several statements for long lists: Postgres takes 65,535 parameters in one. */
const AT_A_TIME = 5_000;

type Found = {
  sitemap_files: { domain_id: number; url: string };
  pages: { domain_id: number; url: string };
  contacts: { page_id: number; email: string };
};
const UNIQUE = { sitemap_files: 'url', pages: 'url', contacts: 'email' } as const;

export async function keepFound<Name extends keyof Found>(
  tx: Transaction<Tables>,
  name: Name,
  rows: readonly Found[Name][],
): Promise<void> {
  for (let at = 0; at < rows.length; at += AT_A_TIME) {
    await tx
      .insertInto(name)
      .values(rows.slice(at, at + AT_A_TIME) as never)
      .onConflict((conflict) => conflict.column(UNIQUE[name] as never).doUpdateSet({ seen_at: sql`now()` } as never))
      .execute();
  }
}
