import { expect, onTestFinished, test, vi } from 'vitest';
import { keepLease, type LeaseLost } from '../../src/kit/batch/lease.js';
import type { ClaimedRow } from '../../src/kit/batch/marks.js';

const row = { key: 7, fence: 1 } as unknown as ClaimedRow;

/** A lease of 3 seconds, renewed every second, as `renew` has it. */
function keep(renew: () => Promise<Map<string, number>>, claimedAgoMs = 0) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const asked = vi.fn(renew);
  const lost: LeaseLost[] = [];
  const lease = keepLease(3_000, performance.now() - claimedAgoMs, asked);
  lease.watch(row, (reason) => lost.push(reason));
  return { lease, asked, lost };
}

test('a renewal that hangs loses the rows when the lease is over, and no earlier', async () => {
  const { lost } = keep(() => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(2_900);
  expect(lost).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(lost.map(({ message }) => message)).toEqual([expect.stringContaining('the lease could not be renewed')]);
});

test('a lease lasts from when its rows were asked for, however long the claim took', async () => {
  const { lost } = keep(() => new Promise(() => {}), 700);
  await vi.advanceTimersByTimeAsync(2_200);
  expect(lost).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(lost).toHaveLength(1);
});

test('a renewal that hangs is not the last: rows that are begun later are renewed', async () => {
  let hangs = true;
  const { lease, asked, lost } = keep(() => (hangs ? new Promise(() => {}) : Promise.resolve(new Map([['8', 1]]))));
  await vi.advanceTimersByTimeAsync(3_500);
  hangs = false;
  const later = { key: 8, fence: 1 } as unknown as ClaimedRow;
  lease.watch(later, (reason) => lost.push(reason));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.mock.calls.length).toBeGreaterThan(5);
  expect(lost).toHaveLength(1);
});

test('a lease whose renewals fail lasts as long as it was given for, and says why it ended', async () => {
  const { asked, lost } = keep(() => Promise.reject(new Error('no route')));
  await vi.advanceTimersByTimeAsync(2_900);
  expect(asked).toHaveBeenCalledTimes(2);
  expect(lost).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(lost.map(({ message }) => message)).toEqual([expect.stringContaining('no route')]);
});

test('a renewal that succeeds begins the lease anew, and one that has lost a row says so', async () => {
  let fence = 1;
  const { lost } = keep(() => Promise.resolve(new Map([['7', fence]])));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lost).toEqual([]);
  fence = 2;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(lost.map(({ message }) => message)).toEqual([expect.stringContaining('it was claimed anew')]);
});

test('an end waits for no renewal that hangs, and is the last that is heard', async () => {
  const { lease, asked, lost } = keep(() => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(1_500);
  lease.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveBeenCalledTimes(1);
  expect(lost).toEqual([]);
});
