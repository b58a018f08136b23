import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchColumns } from '../../src/kit/batch/columns.js';
import { openSql } from '../../src/kit/sql/client.js';
import type { TaskResult } from '../../src/plan/types.js';
import { resultOf } from '../support/engine.js';
import { postgresPrograms, startPostgres } from '../support/postgres.js';
import { afterwards } from '../support/servers.js';
import { DIE_HERE, keepOneRunning, projectOfWorkers, type Workers } from './workers.js';

const QUEUE = `{ table: 'orders', lease: '2 seconds', backoff: ['1 second'], size: 2, batches: 100 }`;

describe.skipIf(postgresPrograms() === null)(
  'a batch whose worker is killed before, in and after a row’s end (with a Postgres of this machine)',
  () => {
    let workers: Workers;
    let db: Kysely<unknown>;
    let result: TaskResult;
    const died = (point: string) => existsSync(join(workers.dir, `gates/died-${point}`));

    beforeAll(async () => {
      const url = await startPostgres();
      db = await openSql<unknown>({ url }, '/');
      afterwards(() => db.destroy());
      await sql`create table orders (id integer primary key)`.execute(db);
      await sql`create table bills (id integer not null, fence integer not null)`.execute(db);
      for (const statement of batchColumns({ table: 'orders' }).split(';\n')) await sql.raw(statement).execute(db);
      await sql`insert into orders select n from generate_series(1, 7) as n`.execute(db);
      workers = await projectOfWorkers({
        name: 'batches',
        config: `clients: { sql: { open: async (tools) => (await import('daychain/kit')).sqlClient({ url: '${url}' }).open(tools), close: (db) => db.destroy() } }`,
        tasks: {
          ba_bill: `{
            timeout: '1 minute', heartbeat: '3 seconds', retry: { retries: 20, delay: '1 second' },
            async run(ctx) {
              const { appendFileSync } = await import('node:fs');
              const { claimBatch, queueDepth } = await import('daychain/kit');
${DIE_HERE}
              const db = await ctx.clients.sql();
              const done = await claimBatch(ctx, db, ${QUEUE}, async ({ id }, { fence }) => {
                appendFileSync(ctx.secrets.get('GATES') + '/begun', id + '\\n');
                if (id === 1) dieHere('work');
                if (id === 5) dieHere('between');
                return {
                  write: async (transaction) => {
                    await transaction.insertInto('bills').values({ id, fence }).execute();
                    if (id === 3) dieHere('end');
                  },
                };
              });
              const { due, later, working } = await queueDepth(db, ${QUEUE});
              if (due + later + working > 0) throw new TaskError(JSON.stringify({ due, later, working }) + ' are left');
              return done;
            },
          }`,
        },
      });
      const running = keepOneRunning(workers);
      const handle = await workers.client.workflow.start('runTask', {
        taskQueue: workers.taskQueue,
        workflowId: 'ba_bill:20260203',
        args: [{ task: 'ba_bill', date: '20260203', mark: Date.now() }],
      });
      result = await resultOf<TaskResult>(handle, 240_000);
      await running.end();
    }, 400_000);

    test('died at each point, and ended with nothing left', () => {
      for (const point of ['work', 'end', 'between']) expect(died(point), point).toBe(true);
      expect(result.status).toBe('success');
      expect(result.attempts).toBeGreaterThan(3);
    });

    test('every row has its end, and has used an attempt up each time it was begun: those that were in work once more', async () => {
      const { rows } = await sql<{ id: number; status: string; attempts: number }>`
        select id, status, attempts from orders order by id`.execute(db);
      const begun = readFileSync(join(workers.dir, 'gates/begun'), 'utf8').trim().split('\n').map(Number);
      expect(rows).toEqual(
        [1, 2, 3, 4, 5, 6, 7].map((id) => ({ id, status: 'completed', attempts: begun.filter((one) => one === id).length })),
      );
      // The others once, unless the machine stood still for longer than a lease.
      for (const { id, attempts } of rows) expect(attempts).toBeGreaterThanOrEqual([1, 3, 5].includes(id) ? 2 : 1);
    });

    test('every bill was written once, by the claim that ended the row', async () => {
      const { rows } = await sql`
        select bills.id from bills join orders on orders.id = bills.id and orders.fence = bills.fence order by id`.execute(db);
      expect(rows).toEqual([1, 2, 3, 4, 5, 6, 7].map((id) => ({ id })));
    });
  },
);
