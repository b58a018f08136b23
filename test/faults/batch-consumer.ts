/** A consumer of a queue in a process of its own, to be killed: claims batches until it is. */
import { sql } from 'kysely';
import type { TaskContext } from '../../src/define/types.js';
import { claimBatch, type BatchDone } from '../../src/kit/batch/claim.js';
import { forEachItem, type ForEachHost } from '../../src/kit/for-each.js';
import { KeptTexts } from '../../src/plan/kept-texts.js';
import { openSql } from '../../src/kit/sql/client.js';
import type { Consumed, ContendedTables, Contention } from './batch-contention.test.js';

const { url, queue } = JSON.parse(process.argv[2]!) as Contention;
const db = await openSql<ContendedTables>({ url, connections: 4 }, '/');

/** As much of a context as a batch needs: the whole of `daychain/testing` would take a consumer seconds to load. */
const { signal } = new AbortController();
const nothing = () => {};
const host: ForEachHost = {
  signal,
  lookedAtSignal: () => false,
  open: () => null,
  keep: nothing,
  errors: new KeptTexts(),
  record: () => Promise.resolve(),
  progress: nothing,
  warn: nothing,
  now: () => performance.now(),
};
const ctx = {
  task: 'task_consume',
  runKey: String(process.pid),
  signal,
  warn: nothing,
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  forEach: ((items, options, run) => forEachItem(host, items, options, run)) as TaskContext['forEach'],
};

async function consume(): Promise<BatchDone> {
  return await claimBatch(ctx, db, queue, async (row, { fence }) => {
    // Outside of any transaction: what was begun can be counted, whatever becomes of it.
    await db.insertInto('begun').values({ row_id: row.id, fence, pid: process.pid }).execute();
    if (row.behaviour === 'throws') throw new Error('this row is poison');
    if (row.behaviour === 'kills') process.kill(process.pid, 'SIGKILL');
    return {
      write: (transaction) => transaction.insertInto('effects').values({ row_id: row.id, fence, amount: row.amount }).execute(),
    };
  });
}

for (;;) {
  // A batch of nothing but the poison row fails as a whole.
  const done = await consume().catch((error: Error) => {
    if (error.name !== 'TaskError') throw error;
  });
  process.send!({ lost: done?.lost ?? 0 } satisfies Consumed);
  // Nothing due: others have the rest, or it waits for its next attempt.
  await sql`select pg_sleep(0.05)`.execute(db);
}
