/** Backups of the whole database as compressed lines of JSON: one table after the other, readable without any tool of ours. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { writeWhole } from 'daychain/kit';
import { sql } from 'kysely';
import { type Database, TABLES } from './database.js';
import { namesIn } from './files.js';

const NAME = /^backup-.+\.jsonl\.gz$/;

/** Writes a backup whole or not at all. All tables are read in one transaction, so that they fit together. */
export async function writeBackup(db: Database, folder: string, runKey: string): Promise<{ path: string; rows: number }> {
  let rows = 0;
  const path = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => {
      async function* lines() {
        for (const table of Object.keys(TABLES)) {
          const found = await sql<object>`select * from ${sql.table(table)}`.execute(transaction);
          rows += found.rows.length;
          for (const row of found.rows) yield `${JSON.stringify({ table, row })}\n`;
        }
      }
      return await writeWhole(folder, `backup-${runKey}.jsonl.gz`, Readable.from(lines()).pipe(createGzip()));
    });
  return { path, rows };
}

/** Deletes all but the newest, by their names, which begin with the date. Returns what it deleted. */
export async function pruneBackups(folder: string, kept: number): Promise<string[]> {
  const backups = (await namesIn(folder)).filter((name) => NAME.test(name));
  const old = backups.slice(0, Math.max(0, backups.length - kept));
  for (const name of old) await rm(join(folder, name), { force: true });
  return old;
}
