import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sql, type Generated, type Kysely } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BatchOptions } from '../../src/kit/batch/claim.js';
import { addBatchColumns } from '../../src/kit/batch/columns.js';
import { openSql } from '../../src/kit/sql/client.js';
import { within } from '../support/engine.js';
import { postgresPrograms, startPostgres } from '../support/postgres.js';
import { afterwards } from '../support/servers.js';
import { TEST_HOME_PREFIX } from '../support/test-homes.js';

export interface ContendedTables {
  orders: {
    id: number;
    amount: number;
    behaviour: 'good' | 'throws' | 'kills';
    status: Generated<string>;
    attempts: Generated<number>;
  };
  /** One line per beginning of work, kept whatever became of it. */
  begun: { row_id: number; fence: number; pid: number };
  /** Written together with the end of a row. */
  effects: { row_id: number; fence: number; amount: number };
}
export interface Contention {
  url: string;
  queue: BatchOptions<'orders'>;
}

/** What a consumer tells after each of its batches. */
export interface Consumed {
  /** Rows whose lease had run out before they were done: then others have them. */
  lost: number;
}

const ROWS = 10_000;
const CONSUMERS = 8;
const SIZE = 50;
const AT_A_TIME = 3;
const ATTEMPTS = 6;
const DEADLINE_MS = 400_000;
/** Then they are left alone: how far they come between two kills is the machine's affair. */
const KILLS = 40;

interface Moment {
  rows: number;
  waiting: number;
  working: number;
  done: number;
  dead: number;
  effects: number;
  amount: number;
  amountDone: number;
}

describe.skipIf(postgresPrograms() === null)(
  'eight consumers on 10,000 rows, two of them killed every second (with a Postgres of this machine)',
  () => {
    let db: Kysely<ContendedTables>;
    const moments: Moment[] = [];
    let killed = 0;
    /** Consumers that took themselves down with the row that kills. */
    let died = 0;
    /** Rows that consumers lost though they were not killed: a machine that stands still for longer than a lease. */
    let lost = 0;
    let doneWhenPoisonDied = 0;

    beforeAll(async () => {
      const url = await startPostgres();
      db = await openSql<ContendedTables>({ url }, '/');
      afterwards(() => db.destroy());
      await sql`create table orders (id integer primary key, amount integer not null, behaviour text not null)`.execute(db);
      await sql`create table begun (row_id integer not null, fence integer not null, pid integer not null)`.execute(db);
      await sql`create table effects (row_id integer not null, fence integer not null, amount integer not null)`.execute(db);
      const queue = {
        table: 'orders',
        order: 'id',
        attempts: ATTEMPTS,
        backoff: ['2 seconds'],
        size: SIZE,
        concurrency: AT_A_TIME,
        lease: '3 seconds',
      } satisfies BatchOptions<'orders'>;
      await addBatchColumns(db, queue);
      // The first two in order are poison: one fails each time, one takes its worker down.
      await sql`insert into orders (id, amount, behaviour)
        select n, n % 97, case n when 1 then 'throws' when 2 then 'kills' else 'good' end
        from generate_series(1, ${sql.lit(ROWS)}) as n`.execute(db);
      await contend({ url, queue });
    }, DEADLINE_MS + 60_000);

    test('every row has one end, the poison ones theirs with the cause', async () => {
      const { rows } = await sql<{ id: number; status: string; attempts: number; last_error: string | null }>`
        select id, status, attempts, last_error from orders where status <> 'completed' order by id`.execute(db);
      expect(rows).toEqual([
        {
          id: 1,
          status: 'error',
          attempts: ATTEMPTS,
          last_error: expect.stringMatching(/this row is poison|worker was lost/) as string,
        },
        { id: 2, status: 'error', attempts: ATTEMPTS, last_error: expect.stringContaining('worker was lost') as string },
      ]);
      const good = await sql<{ rows: number; distinct: number; amount: number }>`
        select cast(count(*) as integer) as rows, cast(count(distinct row_id) as integer) as distinct,
          cast(sum(amount) as integer) as amount from effects`.execute(db);
      const amount = Array.from({ length: ROWS }, (_, at) => (at + 1) % 97).reduce((sum, one) => sum + one, 0) - 1 - 2;
      expect(good.rows[0]).toEqual({ rows: ROWS - 2, distinct: ROWS - 2, amount });
    });

    test('the sums were right at every moment', () => {
      expect(moments.length).toBeGreaterThan(10);
      expect(moments.some(({ done, waiting }) => done > 0 && waiting > 0)).toBe(true);
      for (const { rows, waiting, working, done, dead, effects, amount, amountDone } of moments) {
        expect(rows).toBe(ROWS);
        expect(waiting + working + done + dead).toBe(ROWS);
        expect(effects).toBe(done);
        expect(amount).toBe(amountDone);
      }
    });

    test('no claim of a row was worked on twice, and no row again but by a consumer that was killed or had lost it', async () => {
      expect(killed).toBeGreaterThan(3);
      const { rows } = await sql<{ begun: number; claims: number; rows: number }>`
        select cast(count(*) as integer) as begun, cast(count(distinct (row_id, fence)) as integer) as claims,
          cast(count(distinct row_id) as integer) as rows from begun where row_id > 2`.execute(db);
      expect(rows[0]!.begun).toBe(rows[0]!.claims);
      expect(rows[0]!.rows).toBe(ROWS - 2);
      // A killed consumer leaves no more behind that was begun than it worked on at a time.
      expect(rows[0]!.begun - rows[0]!.rows).toBeLessThanOrEqual((killed + died) * AT_A_TIME + lost);
      const late = await sql`
        select effects.row_id from effects join orders on orders.id = effects.row_id
        where effects.fence <> orders.fence`.execute(db);
      expect(late.rows).toEqual([]);
    });

    test('the poison rows starved nobody: batch after batch was done before the first of them was given up', () => {
      expect(doneWhenPoisonDied).toBeGreaterThan(3 * SIZE);
    });

    async function contend(contention: Contention): Promise<void> {
      const program = await bundledConsumer();
      const consumers = new Set<ChildProcess>();
      const working: ChildProcess[] = [];
      let over = false;
      const start = () => {
        const consumer = fork(program, [JSON.stringify(contention)]);
        consumers.add(consumer);
        consumer.once('message', () => working.push(consumer));
        consumer.on('message', (told: Consumed) => (lost += told.lost));
        consumer.once('exit', () => {
          consumers.delete(consumer);
          const at = working.indexOf(consumer);
          if (at >= 0) working.splice(at, 1);
          if (!over && !killedOnes.has(consumer)) died++;
          if (!over) start();
        });
      };
      const killedOnes = new Set<ChildProcess>();
      const killTwo = () => {
        if (killed >= KILLS) return;
        for (const consumer of working.splice(0, 2)) {
          killedOnes.add(consumer);
          killed++;
          consumer.kill('SIGKILL');
        }
      };
      for (let n = 0; n < CONSUMERS; n++) start();
      const killing = setInterval(killTwo, 1_000);
      try {
        await within(DEADLINE_MS, 'the end of all rows', untilAllEnded());
      } finally {
        over = true;
        clearInterval(killing);
        await Promise.all([...consumers].map((one) => new Promise((gone) => void (one.once('exit', gone), one.kill('SIGKILL')))));
      }
    }

    /** Looks over and over, each time at one moment. */
    async function untilAllEnded(): Promise<void> {
      for (;;) {
        const { rows } = await sql<Moment>`
          select cast(count(*) as integer) as rows,
            cast(count(*) filter (where status = 'queued') as integer) as waiting,
            cast(count(*) filter (where status = 'processing') as integer) as working,
            cast(count(*) filter (where status = 'completed') as integer) as done,
            cast(count(*) filter (where status = 'error') as integer) as dead,
            cast((select count(*) from effects) as integer) as effects,
            cast((select coalesce(sum(amount), 0) from effects) as integer) as amount,
            cast(coalesce(sum(amount) filter (where status = 'completed'), 0) as integer) as "amountDone"
          from orders`.execute(db);
        const moment = rows[0]!;
        moments.push(moment);
        if (doneWhenPoisonDied === 0 && moment.dead > 0) doneWhenPoisonDied = moment.done;
        if (moment.done + moment.dead === ROWS) return;
        await sql`select pg_sleep(0.2)`.execute(db);
      }
    }
  },
);

/** One file, so that a new consumer begins in a moment: two are needed every second. */
async function bundledConsumer(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
  afterwards(() => rmSync(dir, { recursive: true, force: true }));
  const outfile = join(dir, 'consumer.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./batch-consumer.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@electric-sql/pglite', 'pg-native'],
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    logLevel: 'silent',
  });
  return outfile;
}
