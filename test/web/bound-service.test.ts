/** The time a call to Temporal may take where a request of the page or of a program waits for it. */
import { Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import { boundService } from '../../src/web/bound-service.js';
import { afterwards } from '../support/servers.js';

const HOUR = 3_600_000;

/** @returns the deadline a call is made with, in epoch milliseconds, under the caller's own */
async function deadlineUnder(own: number | Date | null): Promise<number> {
  const connection = Connection.lazy({ address: '127.0.0.1:1' }); // nobody is called
  afterwards(() => connection.close());
  const deadlineNow = () => Promise.resolve(connection.callContextStorage.getStore()?.deadline);
  const client = { connection, workflowService: { getSystemInfo: deadlineNow } as never };
  const call = () => boundService(client, { withinMs: HOUR }).getSystemInfo({}) as unknown as Promise<number | Date>;
  return Number(await (own === null ? call() : connection.withDeadline(own, call)));
}

it('ends a call after the time it may take, or at its own deadline where that is sooner', async () => {
  const began = Date.now();
  expect(await deadlineUnder(began + 2_000)).toBe(began + 2_000);
  expect(await deadlineUnder(new Date(began + 2_000))).toBe(began + 2_000);
  for (const own of [null, began + 24 * HOUR]) {
    const bound = await deadlineUnder(own);
    expect(bound).toBeGreaterThanOrEqual(began + HOUR);
    expect(bound).toBeLessThanOrEqual(Date.now() + HOUR);
  }
});
