/** What is called after a transaction, on databases whose other connections see only what was committed. */
import { sql, type Generated, type Kysely } from 'kysely';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { afterCommit } from '../../src/kit/sql/after-commit.js';
import { openSql } from '../../src/kit/sql/client.js';
import { postgresPrograms, startPostgres } from '../support/postgres.js';
import { afterwards } from '../support/servers.js';

interface Tables {
  payments: { id: Generated<number>; amount: number };
  /** Holds amounts to being paid once, and that only when the transaction commits. */
  receipts: { amount: number };
}

describe.skipIf(postgresPrograms() === null)('after a transaction (with a Postgres of this machine)', () => {
  let db: Kysely<Tables>;
  let told: string[];

  beforeAll(async () => {
    db = await openSql<Tables>({ url: await startPostgres() }, '/');
    afterwards(() => db.destroy());
    await sql`create table payments (id serial primary key, amount integer not null)`.execute(db);
    await sql`create table receipts (amount integer unique deferrable initially deferred)`.execute(db);
  });

  beforeEach(async () => {
    told = [];
    await db.deleteFrom('payments').execute();
    await db.deleteFrom('receipts').execute();
  });

  const amounts = async () =>
    (await db.selectFrom('payments').select('amount').orderBy('amount').execute()).map((row) => row.amount);
  /** Says what another connection sees at that moment. */
  const tell = (name: string) => async () => void told.push(`${name} sees ${(await amounts()).join()}`);

  test('calls see what was committed, come in their order, one after the other, and the value is given back', async () => {
    let slowIsOver = false;
    const value = await afterCommit(db, async (transaction, then) => {
      then(async () => {
        await tell('first')();
        await db.insertInto('payments').values({ amount: 2 }).execute();
        slowIsOver = true;
      });
      then(() => told.push(`second waited: ${slowIsOver}`));
      then(tell('third'));
      const payment = transaction.insertInto('payments').values({ amount: 1 }).returning('amount');
      const { amount } = await payment.executeTakeFirstOrThrow();
      // Handed over, not called: nobody else sees the row yet.
      expect([told, await amounts()]).toEqual([[], []]);
      return amount;
    });
    expect(value).toBe(1);
    expect(told).toEqual(['first sees 1', 'second waited: true', 'third sees 1,2']);
  });

  test('nothing is called where the work throws, and its error comes out', async () => {
    const refused = new Error('no such operator');
    const work = afterCommit(db, async (transaction, then) => {
      await transaction.insertInto('payments').values({ amount: 1 }).execute();
      then(tell('receipt'));
      throw refused;
    });
    await expect(work).rejects.toBe(refused);
    expect([told, await amounts()]).toEqual([[], []]);
  });

  test('nothing is called where the commit itself fails', async () => {
    const work = afterCommit(db, async (transaction, then) => {
      await transaction.insertInto('payments').values({ amount: 1 }).execute();
      // Checked at the commit: each statement succeeds.
      await transaction
        .insertInto('receipts')
        .values([{ amount: 1 }, { amount: 1 }])
        .execute();
      then(tell('receipt'));
    });
    await expect(work).rejects.toThrow('duplicate key');
    expect([told, await amounts()]).toEqual([[], []]);
  });

  test('a call that throws keeps no later one from running; all are told together, and what was written stays', async () => {
    const [gone, late] = [new Error('mail server gone'), new Error('too late')];
    const work = afterCommit(db, async (transaction, then) => {
      await transaction.insertInto('payments').values({ amount: 1 }).execute();
      then(() => {
        throw gone;
      });
      then(tell('second'));
      then(() => Promise.reject(late));
    });
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AggregateError);
    const { message, errors } = error as AggregateError;
    expect(message).toBe('the transaction was committed; of 3 calls after it 2 failed');
    expect(errors).toEqual([gone, late]);
    expect([told, await amounts()]).toEqual([['second sees 1'], [1]]);
  });
});
