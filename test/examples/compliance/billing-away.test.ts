/** What is fetched from the billing service and handed to it, with a service that does not answer as it should. */
import { createHttp, createMailer, type Http } from 'daychain/kit';
import { testTask, type TestedTask } from 'daychain/testing';
import { realpathSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../examples/compliance/lib/database.js';
import createPenalty from '../../../examples/compliance/retryables/create_penalty.js';
import refreshRates from '../../../examples/compliance/tasks/refresh_interest_rates.js';
import sync from '../../../examples/compliance/tasks/run_scheduled_compliance_sync.js';
import { lendClients } from '../../../src/define/lent-clients.js';
import type { Duration } from '../../../src/plan/duration.js';
import { afterwards, temporaryFolder } from '../../support/servers.js';
import { startBilling, type Billing } from './billing.js';
import { EXAMPLE, payments, rates, reports } from './sample.js';

/** Corrections and what makes a report met call others, which is not what is looked at here. */
const DATE = '20261203';
const takenIn = payments.filter(({ amount, paid_on }) => amount > 0 && paid_on <= DATE);
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
  await db.deleteFrom('penalties').execute();
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

/** With the client's own bounds: an attempt and two further ones. Only its pauses are shorter, and its patience where it is wanted. */
async function run(
  what: Fetched,
  { url = billing.url, timeout = '30 seconds' }: { url?: string; timeout?: Duration } = {},
): Promise<TestedTask> {
  const http: Http = createHttp({ allow: [new URL(url).host], timeout, delay: '10 milliseconds' });
  const mail = createMailer({ from: 'Register <register@compliance.example>' });
  try {
    const settings = { BILLING_URL: url };
    return await testTask(TASKS[what], { date: DATE, clients: { sql: db, http, mail }, settings });
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
    { service: 'is slow', answer: silent, asked: 3, says: 'did not answer within 1000 ms', again: true },
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
    const { result, retry } = await run(what, answer === silent ? { timeout: '1 second' } : {});
    expect(result.status).toBe('failed');
    expect(result.reason).toContain(`${billing.url}/${what} `);
    expect(result.reason).toContain(says);
    expect(result.reason).not.toContain('\n');
    expect(retry!.again).toBe(again);
    expect(billing.asked).toEqual(Array(asked).fill(`GET /${what}`));
    await expectNothingWritten();
  });

  test('a service that is down', async () => {
    const { result, retry } = await run(what, { url: 'http://127.0.0.1:9' });
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

describe('of a penalty', () => {
  const REPORT = 113;
  /** All of it paid at once: nothing else is open. */
  const owe = async (fee: number, paid_on: string) => {
    await db.updateTable('obligations').set({ fee, paid: fee }).where('report_id', '=', REPORT).execute();
    await db.insertInto('payments').values({ id: 'late', report_id: REPORT, amount: fee, paid_on }).execute();
  };
  const penalties = async () => await db.selectFrom('penalties').selectAll().execute();

  /** One try, as a worker makes it. */
  async function charge(date: string): Promise<{ amount: number }> {
    const http: Http = createHttp({ allow: [billing.host], retries: 0 });
    const mail = createMailer({ from: 'Register <register@compliance.example>', outbox: temporaryFolder() });
    const clients = { sql: () => Promise.resolve(db), http: () => Promise.resolve(http), mail: () => Promise.resolve(mail) };
    const takeBack = lendClients(realpathSync(EXAMPLE), clients);
    try {
      const context = { clients, settings: { BILLING_URL: billing.url }, signal: AbortSignal.timeout(30_000) };
      return await createPenalty.definition.run({ report: REPORT, date }, context as never);
    } finally {
      takeBack();
      http.close();
    }
  }

  test('every day is counted after the due date, at its own rate and of what was open on it', async () => {
    await owe(3_650_000, '20261210');
    await db.insertInto('payments').values({ id: 'part', report_id: REPORT, amount: 1_650_000, paid_on: '20261203' }).execute();
    await db.updateTable('payments').set({ amount: 2_000_000 }).where('id', '=', 'late').execute();
    await db.insertInto('interest_rates').values({ starts_on: '20261209', rate: 7 }).execute();
    // 3 days on 36,500.00 and 5 on 20,000.00 at 3.5 %, then 2 at 7 %.
    const amount = Math.round(((3 * 3_650_000 + 5 * 2_000_000) * 0.035 + 2 * 2_000_000 * 0.07) / 365);
    expect(await charge('20261210')).toEqual({ amount });
    expect(billing.bodies('penalties')).toMatchObject([{ report: REPORT, amount }]);
  });

  test('what the first try has booked is what a further one hands over, whatever has changed since', async () => {
    await owe(3_650_000, '20261205');
    billing.answer = answering(503);
    await expect(charge('20261205')).rejects.toThrow('answered 503');
    await db.updateTable('interest_rates').set({ rate: 9 }).execute();
    await db.updateTable('payments').set({ paid_on: '20261120' }).execute();
    billing.answer = null;
    expect(await charge('20261205')).toEqual({ amount: 1_750 });
    expect(await penalties()).toEqual([{ report_id: REPORT, accrued_on: '20261205', amount: 1_750 }]);
    expect(billing.bodies('penalties')).toMatchObject([{ report: REPORT, amount: 1_750 }]);
    expect(billing.keys('penalties')).toEqual([`penalty-${REPORT}-20261205`]);
  });

  test('days that were charged are not charged again, and nothing is never handed over', async () => {
    await owe(3_650_000, '20261205');
    await charge('20261205');
    expect(await charge('20261220')).toEqual({ amount: 0 });
    expect(await penalties()).toHaveLength(1);
    expect(billing.bodies('penalties')).toHaveLength(1);
  });
});

/** The bundled answer with the last row spoilt. */
function badRow(what: Fetched): string {
  const rows: object[] = what === 'payments' ? takenIn : rates;
  const bad = what === 'payments' ? { amount: '12.50' } : { rate: 'high' };
  return JSON.stringify([...rows.slice(0, -1), { ...rows.at(-1), ...bad }]);
}
