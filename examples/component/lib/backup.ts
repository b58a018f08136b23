/** Backups of the whole database as compressed lines of JSON: one table after the other, readable without any tool of ours. */
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { writeWhole } from 'daychain/kit';
import { sql } from 'kysely';
import { type Database, TABLES } from './database.js';
import { lastWritten, namesIn } from './files.js';

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

/**
 * Deletes all but the newest, by when they were written: a backup has the name of its run, and a run for an earlier date may come
 * later. The one just written, `path`, is never among them. Returns what it deleted.
 */
export async function pruneBackups(folder: string, kept: number, path: string): Promise<string[]> {
  const others: { name: string; at: number }[] = [];
  for (const name of await namesIn(folder)) {
    if (!NAME.test(name) || name === basename(path)) continue;
    // One that is gone meanwhile needs no deleting.
    const at = await lastWritten(join(folder, name));
    if (at !== null) others.push({ name, at });
  }
  const newestFirst = others.sort((one, other) => other.at - one.at || (one.name < other.name ? 1 : -1));
  const old = newestFirst.slice(kept - 1).map(({ name }) => name);
  for (const name of old) await rm(join(folder, name), { force: true });
  return old;
}
