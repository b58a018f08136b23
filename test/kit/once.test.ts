import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Generated, type Kysely } from 'kysely';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSql } from '../../src/kit/sql/client.js';
import { once, StaleFence } from '../../src/kit/sql/once.js';
import { postgresPrograms, startPostgres } from '../support/postgres.js';
import { TEST_HOME_PREFIX } from '../support/test-homes.js';
import { afterwards } from '../support/servers.js';

interface Tables {
  invoices: { id: Generated<number>; name: string };
}

const KINDS = [
  { kind: 'Postgres', present: postgresPrograms() !== null },
  { kind: 'PGlite', present: true },
];

describe.each(KINDS)('an effect in $kind', ({ kind, present }) => {
  describe.skipIf(!present)('when it is there', () => {
    let db: Kysely<Tables>;
    let runKey: string;
    let runs = 0;

    beforeAll(async () => {
      const dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
      db = await openSql<Tables>({ url: kind === 'Postgres' ? await startPostgres() : null }, dir);
      await sql`create table invoices (id serial primary key, name text not null)`.execute(db);
      afterwards(async () => {
        await db.destroy();
        rmSync(dir, { recursive: true, force: true });
      });
    }, 240_000);
    beforeEach(() => {
      runKey = `run-${++runs}`;
    });

    const ctx = (fence: number, attempt = 1) => ({ task: 'task_invoices', runKey, fence, taskId: 'aaaa1111', attempt });
    const write = (fence: number, effect = 'invoice') =>
      once(ctx(fence), db, effect, async (transaction) => {
        const { id } = await transaction
          .insertInto('invoices')
          .values({ name: `${runKey} ${effect}` })
          .returning('id')
          .executeTakeFirstOrThrow();
        return { id };
      });
    const written = async () => {
      const rows = await db.selectFrom('invoices').select('name').where('name', 'like', `${runKey} %`).execute();
      return rows.map(({ name }) => name.replace(`${runKey} `, '')).sort();
    };

    test('is done once, and its value given again to whoever asks after', async () => {
      const first = await write(1);
      expect(first.repeated).toBe(false);
      expect(await write(1)).toEqual({ value: first.value, repeated: true });
      expect(await write(2)).toEqual({ value: first.value, repeated: true });
      expect(await written()).toEqual(['invoice']);
    });

    test('is kept together with its row or not at all', async () => {
      const failing = once(ctx(1), db, 'invoice', async (transaction) => {
        await transaction
          .insertInto('invoices')
          .values({ name: `${runKey} invoice` })
          .execute();
        throw new Error('in the middle');
      });
      await expect(failing).rejects.toThrow('in the middle');
      expect(await written()).toEqual([]);
      expect((await write(1)).repeated).toBe(false);
      expect(await written()).toEqual(['invoice']);
    });

    test('of an attempt that was replaced is refused, and nothing of it is kept', async () => {
      await write(5, 'a');
      await expect(write(4, 'b')).rejects.toThrow(StaleFence);
      expect(await written()).toEqual(['a']);
      await write(5, 'b');
      await write(6, 'c');
      expect(await written()).toEqual(['a', 'b', 'c']);
    });

    test('asked for ten times at once is done once', async () => {
      const all = await Promise.all(Array.from({ length: 10 }, () => write(1)));
      expect(all.filter(({ repeated }) => !repeated)).toHaveLength(1);
      expect(new Set(all.map(({ value }) => value.id)).size).toBe(1);
      expect(await written()).toEqual(['invoice']);
    });

    test('may return nothing', async () => {
      await once(ctx(1), db, 'nothing', () => Promise.resolve());
      expect(await once(ctx(1), db, 'nothing', () => Promise.resolve())).toEqual({ value: null, repeated: true });
    });
  });
});
