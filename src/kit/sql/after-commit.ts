/** What is to happen only once a transaction has been committed: calls of retryables, mails, requests. */
import type { Kysely, Transaction } from 'kysely';

/**
 * Runs a transaction, and what was handed to `then` after it has committed, one after the other in that order. Nothing of it
 * runs where the transaction is rolled back. A call that throws does not keep the later ones from running.
 * @returns what the work returned
 * @throws what the work or the database throws, and then nothing was kept; after the commit an AggregateError of what was thrown
 */
export async function afterCommit<Tables, T>(
  db: Kysely<Tables>,
  work: (transaction: Transaction<Tables>, then: (call: () => unknown) => void) => Promise<T>,
): Promise<T> {
  const calls: (() => unknown)[] = [];
  const value = await db.transaction().execute((transaction) => work(transaction, (call) => calls.push(call)));
  const thrown: unknown[] = [];
  for (const call of calls) {
    try {
      await call();
    } catch (error) {
      thrown.push(error);
    }
  }
  if (thrown.length === 0) return value;
  throw new AggregateError(thrown, `the transaction was committed; of ${calls.length} calls after it ${thrown.length} failed`);
}
