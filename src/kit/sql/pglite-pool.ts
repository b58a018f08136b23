/** PGlite in the shape of a pool of one connection: whoever has it has it alone, so that transactions do not mix. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { enterFolder } from './pglite-folder.js';

/** @throws Error where another process has the folder open and keeps it, or this one has: two would destroy it */
export async function openPglitePool(folder: string): Promise<PostgresPool> {
  await mkdir(dirname(folder), { recursive: true });
  const leave = await enterFolder(folder);
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create(folder).catch(async (error: unknown) => {
    await leave();
    throw error;
  });
  let last: Promise<void> = Promise.resolve();

  return {
    async connect() {
      const before = last;
      let release!: () => void;
      last = new Promise((done) => (release = done));
      await before;
      const client = {
        async query(text: string, parameters: readonly unknown[] = []) {
          const { rows, affectedRows } = await database.query(text, [...parameters]);
          return { command: text.trimStart().split(/\s/, 1)[0]!.toUpperCase(), rowCount: affectedRows ?? rows.length, rows };
        },
        release,
      };
      return client as PostgresPoolClient;
    },
    async end() {
      await last;
      await database.close();
      await leave();
    },
  };
}
