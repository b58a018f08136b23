/** PGlite in the shape of a pool of one connection: whoever has it has it alone, so that transactions do not mix. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PostgresPool, PostgresPoolClient } from 'kysely';

/** @throws Error where another process has the folder open: two would destroy it */
export async function openPglitePool(folder: string): Promise<PostgresPool> {
  await mkdir(dirname(folder), { recursive: true });
  const leave = await enter(`${folder}.pid`);
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create(folder);
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

/** Marks the folder as this process's. The mark of a process that is gone counts for nothing. */
async function enter(mark: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(mark, String(process.pid), { flag: 'wx' });
      return () => rm(mark, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = Number(await readFile(mark, 'utf8').catch(() => ''));
    if (isRunning(pid) && pid !== process.pid) {
      throw new Error(
        `PGlite's folder is in use by process ${pid} (${mark}); a second one would destroy it. Set a database's URL instead.`,
      );
    }
    await rm(mark, { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
