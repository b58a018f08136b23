import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Generated, type Kysely, type KyselyPlugin, type Selectable } from 'kysely';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defineTask } from '../../src/define/define.js';
import { PermanentError, RetryAfter } from '../../src/define/errors.js';
import { claimBatch, type BatchDone, type BatchOptions } from '../../src/kit/batch/claim.js';
import { addBatchColumns } from '../../src/kit/batch/columns.js';
import { queueDepth } from '../../src/kit/batch/depth.js';
import type { BatchQueue } from '../../src/kit/batch/queue.js';
import type { BatchEnd, BatchItem } from '../../src/kit/batch/row.js';
import { requeue, sweepStuck } from '../../src/kit/batch/sweep.js';
import { openSql } from '../../src/kit/sql/client.js';
import { testTask } from '../../src/testing/index.js';
import { within } from '../support/engine.js';
import { postgresPrograms, startPostgres } from '../support/postgres.js';
import { afterwards } from '../support/servers.js';
import { TEST_HOME_PREFIX } from '../support/test-homes.js';

interface Job {
  id: Generated<number>;
  name: string;
  position: number;
  note: string | null;
  status: Generated<string>;
  attempts: Generated<number>;
  fence: Generated<number>;
  batch_id: string | null;
  leased_until: Date | null;
  next_attempt_at: Date | null;
  last_error: string | null;
}
interface Tables {
  jobs: Job;
  notes: { job: string; fence: number };
}
type Work = (row: Selectable<Job>, item: BatchItem) => BatchEnd<Tables> | Promise<BatchEnd<Tables>>;

const QUEUE = { table: 'jobs', order: 'position' } as const satisfies BatchQueue;
const KINDS = [
  { kind: 'Postgres', present: postgresPrograms() !== null },
  { kind: 'PGlite', present: true },
];

function signalled(): { tell: () => void; told: Promise<void> } {
  let tell!: () => void;
  const told = new Promise<void>((resolve) => (tell = resolve));
  return { tell, told };
}

describe.each(KINDS)('a batch in $kind', ({ kind, present }) => {
  describe.skipIf(!present)('when it is there', () => {
    let db: Kysely<Tables>;

    beforeAll(async () => {
      const dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
      db = await openSql<Tables>({ url: kind === 'Postgres' ? await startPostgres() : null }, dir);
      await sql`create table jobs (id serial primary key, name text not null unique, position integer not null, note text)`.execute(
        db,
      );
      await sql`create table notes (job text not null, fence integer not null)`.execute(db);
      await addBatchColumns(db, QUEUE);
      await addBatchColumns(db, QUEUE);
      afterwards(async () => {
        await db.destroy();
        rmSync(dir, { recursive: true, force: true });
      });
    }, 240_000);
    beforeEach(async () => {
      await db.deleteFrom('jobs').execute();
      await db.deleteFrom('notes').execute();
    });

    const queue = (...names: string[]) =>
      db
        .insertInto('jobs')
        .values(names.map((name, at) => ({ name, position: at + 1 })))
        .execute();
    const run = (work: Work, options: Partial<BatchOptions<'jobs'>> = {}, signal?: AbortSignal) => {
      const task = defineTask({ run: (ctx) => claimBatch(ctx, db, { ...QUEUE, ...options }, work) });
      return testTask(task, { task: 'task_jobs', ...(signal ? { signal } : {}) });
    };
    const done = async (work: Work, options: Partial<BatchOptions<'jobs'>> = {}) => {
      const { result, error } = await run(work, options);
      expect(error).toBeUndefined();
      return result.output as unknown as BatchDone;
    };
    const rows = async () => await db.selectFrom('jobs').selectAll().orderBy('position').execute();
    const row = async (name: string) =>
      await db.selectFrom('jobs').selectAll().where('name', '=', name).executeTakeFirstOrThrow();
    const states = async () => Object.fromEntries((await rows()).map(({ name, status }) => [name, status]));
    const minutesUntil = async (name: string) => {
      const { rows: found } = await sql<{ minutes: number }>`
        select cast(extract(epoch from next_attempt_at - now()) / 60 as double precision) as minutes
        from jobs where name = ${name}`.execute(db);
      return found[0]!.minutes;
    };
    /** As time does it. */
    const dueNow = () => sql`update jobs set next_attempt_at = now() - interval '1 second'`.execute(db);
    const leaseOver = () =>
      sql`update jobs set leased_until = now() - interval '1 second' where status = 'processing'`.execute(db);

    test('is worked on in order, so many rows as asked for, and what it writes is kept with the end', async () => {
      await queue('a', 'b', 'c');
      const seen: string[] = [];
      const counts = await done(
        ({ name }, { fence }) => {
          seen.push(name);
          return {
            label: 'noted',
            write: (transaction) => transaction.insertInto('notes').values({ job: name, fence }).execute(),
          };
        },
        { size: 2 },
      );
      expect(seen).toEqual(['a', 'b']);
      expect(counts).toMatchObject({ processed: 2, succeeded: 2, failed: 0, dead: 0, lost: 0, labels: { noted: 2 } });
      expect(await states()).toEqual({ a: 'completed', b: 'completed', c: 'queued' });
      expect(await db.selectFrom('notes').select('job').orderBy('job').execute()).toEqual([{ job: 'a' }, { job: 'b' }]);
      expect((await row('a')).batch_id).toBe(counts.batch);
    });

    test('that finds nothing says so, and one after the other takes all there is', async () => {
      expect(await done(() => {})).toMatchObject({ batch: null, processed: 0 });
      await queue('a', 'b', 'c', 'd', 'e');
      expect(await done(() => {}, { size: 2, batches: 10 })).toMatchObject({ processed: 5, succeeded: 5 });
    });

    test('lets the rest go on where a row fails, and tries that one after 5, 10 and 20 minutes, then gives it up', async () => {
      await queue('poison', 'b');
      const work: Work = ({ name }) => {
        if (name === 'poison') throw new Error('a'.repeat(2_000));
      };
      const first = await run(work);
      expect(first.result).toMatchObject({ status: 'success', output: { processed: 2, succeeded: 1, failed: 1, dead: 0 } });
      expect(first.result.errors).toEqual([expect.stringMatching(/^jobs \d+, claim 1: aaa/)]);
      const failed = await row('poison');
      expect(failed).toMatchObject({ status: 'queued', attempts: 1, leased_until: null });
      expect(failed.last_error).toHaveLength(1_024);

      for (const minutes of [5, 10, 20]) {
        expect(Math.round(await minutesUntil('poison'))).toBe(minutes);
        // Not before its time.
        expect(await done(work)).toMatchObject({ processed: 0 });
        await dueNow();
        await run(work);
      }
      expect(await row('poison')).toMatchObject({ status: 'error', attempts: 4, next_attempt_at: null });
      await dueNow();
      expect(await done(work)).toMatchObject({ processed: 0 });

      expect(await requeue(db, QUEUE, 'dead')).toBe(1);
      expect(await done(() => {})).toMatchObject({ succeeded: 1 });
      expect(await row('poison')).toMatchObject({ status: 'completed', attempts: 1, last_error: null });
    });

    test('fails where all of it failed', async () => {
      await queue('a', 'b');
      const { result, retry } = await run(() => {
        throw new Error('the service is down');
      });
      expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining('all 2 items failed') as string });
      expect(retry).toMatchObject({ again: true });
      expect(await states()).toEqual({ a: 'queued', b: 'queued' });
    });

    test('hears what errors say of their fate', async () => {
      await queue('hopeless', 'busy', 'c');
      const counts = await run(({ name }) => {
        if (name === 'hopeless') throw new PermanentError('no such domain');
        if (name === 'busy') throw new RetryAfter('90 minutes');
      });
      expect(counts.result.output).toMatchObject({ failed: 2, dead: 1 });
      expect(await row('hopeless')).toMatchObject({ status: 'error', attempts: 1, last_error: 'no such domain' });
      expect(Math.round(await minutesUntil('busy'))).toBe(90);
    });

    test.each([
      ['soon', 5],
      ['1e+21 milliseconds', 5],
      ['99999999999999999999 days', 30 * 24 * 60],
    ])('counts the attempt of a row whose error asks for a delay of "%s"', async (delay, minutes) => {
      await queue('a');
      await run(() => {
        throw Object.assign(new Error('busy'), { delay });
      });
      expect(await row('a')).toMatchObject({ status: 'queued', attempts: 1, last_error: 'busy' });
      expect(Math.round(await minutesUntil('a'))).toBe(minutes);
    });

    test('keeps nothing of a row whose writing fails', async () => {
      await queue('a', 'b');
      await run(({ name }) => ({
        write: async (transaction) => {
          await transaction.insertInto('notes').values({ job: name, fence: 0 }).execute();
          if (name === 'a') throw new Error('in the middle');
        },
      }));
      expect(await states()).toEqual({ a: 'queued', b: 'completed' });
      expect(await db.selectFrom('notes').select('job').execute()).toEqual([{ job: 'b' }]);
    });

    test('ends a row in a word of its own, but in none of the queue’s', async () => {
      await queue('a', 'b');
      await run(({ name }) => ({ as: name === 'a' ? 'filtered' : 'queued', label: 'ended' }));
      expect(await states()).toEqual({ a: 'filtered', b: 'queued' });
      expect((await row('b')).last_error).toContain('cannot end as "queued"');
    });

    test('takes up the rows of a worker that is gone: those begun have used an attempt up, the others have not', async () => {
      await queue('begun', 'claimed');
      // A worker that stops dead in the first row: nothing of it is heard of again.
      let began!: () => void;
      const beginning = new Promise<void>((resolve) => (began = resolve));
      const stopped = new AbortController();
      const gone = run(
        () =>
          new Promise((_, reject) => {
            began();
            stopped.signal.addEventListener('abort', () => reject(new Error('ended')));
          }),
      );
      await within(20_000, 'the begin of the first row', beginning);
      expect(await done(() => {})).toMatchObject({ processed: 0, reclaimed: 0 });
      expect(await queueDepth(db, QUEUE)).toMatchObject({ working: 2, stuck: 0 });
      await leaseOver();
      expect(await queueDepth(db, QUEUE)).toMatchObject({ working: 2, stuck: 2 });

      const taken: string[] = [];
      const counts = await done(({ name }, { fence, attempt }) => void taken.push(`${name} ${fence} ${attempt}`));
      expect(counts).toMatchObject({ reclaimed: 2, processed: 1 });
      expect(taken).toEqual(['claimed 2 1']);
      expect((await row('begun')).last_error).toContain('lease ran out');
      expect(Math.round(await minutesUntil('begun'))).toBe(5);
      await dueNow();
      await done(({ name }, { fence, attempt }) => void taken.push(`${name} ${fence} ${attempt}`));
      expect(taken).toEqual(['claimed 2 1', 'begun 2 2']);

      stopped.abort();
      const { result } = await within(20_000, 'the end of the first consumer', gone);
      // Its rows were ended by others: nothing it wrote was kept.
      expect(result.output).toMatchObject({ processed: 2, lost: 2, succeeded: 0, failed: 0 });
      expect(result.warnings).toHaveLength(1);
      expect(await states()).toEqual({ begun: 'completed', claimed: 'completed' });
    });

    test('gives up a row that takes its worker down every time', async () => {
      await queue('deadly', 'b');
      for (const attempt of [1, 2, 3, 4]) {
        await sql`update jobs set status = 'processing', attempts = ${attempt}, fence = fence + 1, started_at = now(),
          leased_until = now() - interval '1 second' where name = 'deadly'`.execute(db);
        await done(() => {});
      }
      expect(await row('deadly')).toMatchObject({
        status: 'error',
        last_error: expect.stringContaining('worker was lost') as string,
      });
      expect((await row('b')).status).toBe('completed');
    });

    test('gives up a row after its last attempt, too, when its lease runs out while others are taken up', async () => {
      await queue('first', 'second');
      await sql`update jobs set status = 'processing', attempts = 4, started_at = now(),
        leased_until = now() + case name when 'first' then interval '-1 second' else interval '1 hour' end`.execute(db);
      // The moment it happens: with the first row's end.
      await sql`create function let_second_run_out() returns trigger language plpgsql as $$ begin
        update jobs set leased_until = now() - interval '1 second' where name = 'second'; return null; end $$`.execute(db);
      await sql`create trigger run_out after update on jobs for each row when (new.name = 'first')
        execute function let_second_run_out()`.execute(db);
      try {
        await sweepStuck({ warn: () => {} }, db, QUEUE);
      } finally {
        await sql`drop function let_second_run_out cascade`.execute(db);
      }
      expect((await row('second')).status).not.toBe('queued');
      await sweepStuck({ warn: () => {} }, db, QUEUE);
      expect(await states()).toEqual({ first: 'error', second: 'error' });
    });

    // PGlite has one connection: nobody else can hold a lock.
    const describeLocks = kind === 'Postgres' ? describe : () => {};
    describeLocks('whose rows another transaction has locked', () => {
      /** Has a row locked, as statements of another queue of the table do, until it was passed over by so many statements. */
      const lockedFor = async (name: string, statements: number, act: (db: Kysely<Tables>) => Promise<void>) => {
        const passedOver = signalled();
        const locked = signalled();
        let left = statements;
        const passing = new Set<unknown>();
        const counting: KyselyPlugin = {
          transformQuery({ node, queryId }) {
            if (node.kind === 'RawNode' && node.sqlFragments.join('').includes('skip locked')) passing.add(queryId);
            return node;
          },
          transformResult({ result, queryId }) {
            if (passing.has(queryId) && --left === 0) passedOver.tell();
            return Promise.resolve(result);
          },
        };
        const holding = db.transaction().execute(async (other) => {
          await other.selectFrom('jobs').select('id').where('name', '=', name).forNoKeyUpdate().execute();
          locked.tell();
          await within(20_000, 'the statements that pass it over', passedOver.told);
        });
        await Promise.race([locked.told, holding]);
        await act(db.withPlugin(counting));
        await holding;
      };

      test('claims them with the others, once they are free', async () => {
        await queue('a', 'b', 'c');
        // Three take up rows of lost workers, the fourth claims.
        await lockedFor('b', 4, async (counting) => {
          const task = defineTask({ run: (ctx) => claimBatch(ctx, counting, { ...QUEUE, size: 5 }, () => {}) });
          const { result } = await testTask(task, { task: 'task_jobs' });
          expect(result.output).toMatchObject({ processed: 3, succeeded: 3 });
        });
        expect(await states()).toEqual({ a: 'completed', b: 'completed', c: 'completed' });
      });

      test('takes them up from a worker that is gone, once they are free', async () => {
        await queue('a', 'b');
        await sql`update jobs set status = 'processing'`.execute(db);
        await lockedFor('b', 3, async (counting) => {
          expect(await sweepStuck({ warn: () => {} }, counting, QUEUE)).toEqual({ waiting: 2, dead: 0 });
        });
        expect(await states()).toEqual({ a: 'queued', b: 'queued' });
      });

      test('passes them over where they stay locked', async () => {
        await queue('a', 'b');
        const task = defineTask({
          run: (ctx) => claimBatch(ctx, db, { ...QUEUE, lease: '1 second' }, () => {}),
        });
        await db.transaction().execute(async (other) => {
          await other.selectFrom('jobs').select('id').where('name', '=', 'a').forNoKeyUpdate().execute();
          const { result } = await testTask(task, { task: 'task_jobs' });
          expect(result.output).toMatchObject({ processed: 1, succeeded: 1 });
        });
        expect(await states()).toEqual({ a: 'queued', b: 'completed' });
      });
    });

    test('sweeps what an older system left behind in the middle', async () => {
      await queue('a');
      await sql`update jobs set status = 'processing'`.execute(db);
      expect(await sweepStuck({ warn: () => {} }, db, QUEUE)).toEqual({ waiting: 1, dead: 0 });
      expect(await states()).toEqual({ a: 'queued' });
    });

    test('refuses the result of a consumer whose row another one has', async () => {
      await queue('slow');
      const { result } = await run(async ({ name }) => {
        await leaseOver();
        // The second takes the row over in the middle of the first one's work, and fails with it.
        await sweepStuck({ warn: () => {} }, db, QUEUE);
        await dueNow();
        await run(() => ({ write: (transaction) => transaction.insertInto('notes').values({ job: name, fence: 2 }).execute() }));
        return { write: (transaction) => transaction.insertInto('notes').values({ job: name, fence: 1 }).execute() };
      });
      expect(result.output).toMatchObject({ lost: 1, succeeded: 0 });
      expect(await db.selectFrom('notes').selectAll().execute()).toEqual([{ job: 'slow', fence: 2 }]);
    });

    test('renews its lease while work goes on, and stops the work of a row it has lost', async () => {
      await queue('a');
      const told: unknown[] = [];
      const { result } = await run(
        async ({ name }, { signal }) => {
          const before = (await row(name)).leased_until!;
          for (;;) {
            await new Promise((resolve) => setImmediate(resolve));
            if ((await row(name)).leased_until! > before) break;
          }
          await sql`update jobs set fence = fence + 1`.execute(db);
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
        },
        { lease: '4 seconds', timeout: '90 seconds' },
      ).then((tested) => (told.push(...tested.result.errors), tested));
      expect(result.output).toMatchObject({ lost: 1, failed: 0 });
      expect(told).toEqual([]);
    });

    test('leaves a row behind that takes longer than it may, whatever its work does with the signal', async () => {
      await queue('endless', 'b');
      const { result } = await run(({ name }) => (name === 'endless' ? new Promise(() => {}) : undefined), {
        timeout: '50 milliseconds',
      });
      expect(result.output).toMatchObject({ succeeded: 1, failed: 1 });
      expect((await row('endless')).last_error).toContain('longer than 50 ms');
    });

    test('hands its rows back when the worker stops, with no attempt used up', async () => {
      await queue('a', 'b');
      const stop = new AbortController();
      const { result } = await run(
        (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            stop.abort();
          }),
        {},
        stop.signal,
      );
      expect(result.status).toBe('failed');
      expect(await rows()).toMatchObject([
        { name: 'a', status: 'queued', attempts: 0, next_attempt_at: null },
        { name: 'b', status: 'queued', attempts: 0, next_attempt_at: null },
      ]);
    });

    test('works on several rows at a time, and on no more than it may', async () => {
      await queue('a', 'b', 'c', 'd', 'e');
      let now = 0;
      let most = 0;
      const allThere = signalled();
      const counts = await done(
        async () => {
          most = Math.max(most, ++now);
          // The third lets all go on: with fewer at once this would not end well.
          if (now === 3) allThere.tell();
          await allThere.told;
          now--;
        },
        { concurrency: 3, timeout: '60 seconds' },
      );
      expect({ most, succeeded: counts.succeeded }).toEqual({ most: 3, succeeded: 5 });
    });

    test('works last and alone on a row whose worker was lost', async () => {
      await queue('suspect', 'b', 'c', 'd');
      await sql`update jobs set status = 'processing', attempts = 1, started_at = now() where name = 'suspect'`.execute(db);
      await sweepStuck({ warn: () => {} }, db, QUEUE);
      await dueNow();
      const open = new Set<string>();
      let beside: string[] | undefined;
      let allThere!: () => void;
      const together = new Promise<void>((resolve) => (allThere = resolve));
      const counts = await done(
        async ({ name }) => {
          if (name === 'suspect') beside = [...open];
          open.add(name);
          if (open.size === 3) allThere();
          if (name !== 'suspect') await together;
          open.delete(name);
        },
        { concurrency: 3, timeout: '60 seconds' },
      );
      expect(counts).toMatchObject({ succeeded: 4 });
      expect(beside).toEqual([]);
    });

    test('counts the queue in one look', async () => {
      await queue('a', 'b', 'c');
      await run(({ name }) => {
        if (name === 'a') throw new PermanentError('no');
        if (name === 'b') throw new Error('later');
      });
      const depth = await queueDepth(db, QUEUE);
      expect(depth).toMatchObject({ due: 0, later: 1, working: 0, stuck: 0, done: 1, dead: 1, other: 0, waitingSince: null });
      expect(depth.now.getTime() - depth.lastDone!.getTime()).toBeGreaterThanOrEqual(0);
      await queue('d');
      expect((await queueDepth(db, QUEUE)).waitingSince).toBeInstanceOf(Date);
    });

    test('says in words which columns are missing, and how to add them', async () => {
      const prefixed = { ...QUEUE, prefix: 'site"map_' };
      const failing = await run(() => {}, prefixed);
      expect(failing.retry).toMatchObject({ again: false });
      expect(failing.result.reason).toContain('has no columns "site""map_status"');
      expect((failing.error as Error).message).toContain('add column if not exists "site""map_status" text');
      await addBatchColumns(db, prefixed);
      await queue('a');
      expect(await done(() => {}, prefixed)).toMatchObject({ succeeded: 1 });
      // Two queues in one table: the other one's books are untouched.
      expect(await states()).toEqual({ a: 'queued' });

      expect((await run(() => {}, { table: 'job' as 'jobs' })).result.reason).toContain('there is no table "job"');
      expect((await run(() => {}, { order: 'priority' })).result.reason).toContain('"priority"');
    });

    test('works where the status is an enum, with the words of an older system', async () => {
      await sql`create type place_state as enum ('Queued', 'Processing', 'Completed', 'Error')`.execute(db);
      await sql`create table places (id text primary key, scan place_state not null default 'Queued')`.execute(db);
      const places = {
        table: 'places' as 'jobs',
        columns: { status: 'scan' },
        states: { waiting: 'Queued', working: 'Processing', done: 'Completed', dead: 'Error' },
        order: 'id',
      };
      await addBatchColumns(db, places);
      await sql`insert into places (id) values ('x'), ('y'), ('z')`.execute(db);
      await run((place) => {
        if ((place as unknown as { id: string }).id === 'y') throw new PermanentError('closed');
      }, places);
      await sql`update places set scan = 'Processing' where id = 'z'`.execute(db);
      await sweepStuck({ warn: () => {} }, db, places);
      const { rows: found } = await sql`select id, scan from places order by id`.execute(db);
      expect(found).toEqual([
        { id: 'x', scan: 'Completed' },
        { id: 'y', scan: 'Error' },
        { id: 'z', scan: 'Queued' },
      ]);
      expect(await queueDepth(db, places)).toMatchObject({ due: 1, done: 1, dead: 1, other: 0 });
    });

    test.each([
      [{ size: 0 }, 'size is 0'],
      [{ concurrency: 101 }, 'concurrency is 101'],
      [{ lease: '10 milliseconds' as const }, 'lease in milliseconds is 10'],
      [{ attempts: 0 }, 'attempts is 0'],
      [{ backoff: [] }, 'backoff'],
      [{ states: { done: 'queued' } }, 'both called "queued"'],
      [{ columns: { fence: '' } }, '1 to 63 bytes'],
    ])('refuses %o', async (options, words) => {
      expect((await run(() => {}, options)).result.reason).toContain(words);
    });
  });
});
