/** What is fetched from the billing service, with a service that does not answer as it should. */
import { createHttp, createMailer, type Http } from 'daychain/kit';
import { testTask, type TestedTask } from 'daychain/testing';
import type { ServerResponse } from 'node:http';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../examples/compliance/lib/database.js';
import refreshRates from '../../../examples/compliance/tasks/refresh_interest_rates.js';
import sync from '../../../examples/compliance/tasks/run_scheduled_compliance_sync.js';
import { afterwards, temporaryFolder } from '../../support/servers.js';
import { startBilling, type Billing } from './billing.js';
import { payments, rates, reports } from './sample.js';

/** Corrections and what makes a report met call others, which is not what is looked at here. */
const takenIn = payments.filter(({ amount }) => amount > 0);
const NEVER_MET = 2_000_000_000;
const OLD_RATE = { starts_on: '20240401', rate: 3.5 };

let db: Database;
let billing: Billing;

beforeAll(async () => {
  db = await openDatabase(null, temporaryFolder());
  afterwards(() => db.destroy());
});

beforeEach(async () => {
  billing = await startBilling({ 'interest-rates': rates, payments: takenIn });
  await db.deleteFrom('payments').execute();
  await db.deleteFrom('obligations').execute();
  const owes = (report_id: number) => ({ report_id, tonnes: 1, fee: NEVER_MET, due_on: '20261130' });
  await db
    .insertInto('obligations')
    .values(reports.map(({ id }) => owes(id)))
    .execute();
  await db.deleteFrom('interest_rates').execute();
  await db.insertInto('interest_rates').values(OLD_RATE).execute();
});

const TASKS = { 'interest-rates': refreshRates, payments: sync };
type Fetched = keyof typeof TASKS;

/** With the client's own bounds: an attempt and two further ones. Only its times are shorter. */
async function run(what: Fetched, url = billing.url): Promise<TestedTask> {
  const http: Http = createHttp({ allow: [new URL(url).host], timeout: '300 milliseconds', delay: '10 milliseconds' });
  const mail = createMailer({ from: 'Register <register@compliance.example>' });
  try {
    const settings = { BILLING_URL: url };
    return await testTask(TASKS[what], { date: '20261203', clients: { sql: db, http, mail }, settings });
  } finally {
    http.close();
  }
}

async function written(what: Fetched): Promise<unknown[]> {
  return await db
    .selectFrom(what === 'payments' ? 'payments' : 'interest_rates')
    .selectAll()
    .execute();
}

/** Nothing came in by halves: the rates are as they were, and no payment is booked. */
async function expectNothingWritten(): Promise<void> {
  expect(await written('interest-rates')).toEqual([OLD_RATE]);
  expect(await written('payments')).toEqual([]);
}

const answering =
  (status: number, body = '', headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(body);
const silent = () => {};
/** The head and half a list, then the line is cut. */
const breaking = (response: ServerResponse) => {
  response.writeHead(200, { 'content-length': '1000' }).write(JSON.stringify(rates).slice(0, 100));
  setImmediate(() => response.destroy());
};

describe.each(['interest-rates', 'payments'] as const)('of %s', (what) => {
  test.each([
    { service: 'is slow', answer: silent, asked: 3, says: 'did not answer within 300 ms', again: true },
    { service: 'breaks off', answer: breaking, asked: 3, says: 'cannot be reached', again: true },
    { service: 'answers 503', answer: answering(503), asked: 3, says: 'answered 503', again: true },
    { service: 'answers 429', answer: answering(429, '', { 'retry-after': '0' }), asked: 3, says: 'answered 429', again: true },
    { service: 'answers 401', answer: answering(401), asked: 1, says: 'answered 401', again: false },
    {
      service: 'answers a page',
      answer: answering(200, '<html>busy</html>'),
      asked: 1,
      says: 'not the JSON expected',
      again: true,
    },
    {
      service: 'answers other JSON',
      answer: answering(200, '{"rates":[]}'),
      asked: 1,
      says: 'not the JSON expected',
      again: true,
    },
    {
      service: 'answers one bad row',
      answer: answering(200, badRow(what)),
      asked: 1,
      says: 'not the JSON expected',
      again: true,
    },
  ])('a service that $service: asked $asked times, told in words, nothing written', async ({ answer, asked, says, again }) => {
    billing.answer = answer;
    const { result, retry } = await run(what);
    expect(result.status).toBe('failed');
    expect(result.reason).toContain(`${billing.url}/${what} `);
    expect(result.reason).toContain(says);
    expect(result.reason).not.toContain('\n');
    expect(retry!.again).toBe(again);
    expect(billing.asked).toEqual(Array(asked).fill(`GET /${what}`));
    await expectNothingWritten();
  });

  test('a service that is down', async () => {
    const { result, retry } = await run(what, 'http://127.0.0.1:9');
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining(`9/${what} cannot be reached`) as string });
    expect(retry!.again).toBe(true);
    await expectNothingWritten();
  });

  test('a 429 that asks for ten minutes: not asked again before, and the task comes back after them', async () => {
    billing.answer = answering(429, '', { 'retry-after': '600' });
    const { retry } = await run(what);
    expect(retry).toEqual({ again: true, delayMs: 600_000 });
    expect(billing.asked).toHaveLength(1);
    await expectNothingWritten();
  });

  test('a 429 that asks for a moment is obeyed, and the task goes on', async () => {
    const { asked } = billing;
    billing.answer = (response) => {
      billing.answer = null;
      answering(429, '', { 'retry-after': '1' })(response);
    };
    const { result } = await run(what);
    expect(result.status).toBe('success');
    expect(asked).toHaveLength(2);
    const expected = what === 'payments' ? takenIn.filter(({ report_id }) => reports.some(({ id }) => id === report_id)) : rates;
    expect(await written(what)).toHaveLength(expected.length);
  });
});

test('a service without rates: the old ones are kept', async () => {
  billing.answer = answering(200, '[]');
  expect((await run('interest-rates')).result.reason).toContain('knows no interest rates');
  await expectNothingWritten();
});

/** The bundled answer with the last row spoilt. */
function badRow(what: Fetched): string {
  const rows: object[] = what === 'payments' ? takenIn : rates;
  const bad = what === 'payments' ? { amount: '12.50' } : { rate: 'high' };
  return JSON.stringify([...rows.slice(0, -1), { ...rows.at(-1), ...bad }]);
}
