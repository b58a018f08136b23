/**
 * A worker with eight tasks in the middle of their work, killed; another one ends them all. take_in_reports, which comes before
 * them, is killed in test/faults/compliance.test.ts.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { effectKey } from 'daychain/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../examples/compliance/lib/database.js';
import { feeOf } from '../../../examples/compliance/lib/register.js';
import type { TaskResult } from '../../../src/plan/types.js';
import { eventually, resultOf } from '../../support/engine.js';
import { heldBy, openExample, type Example } from '../../support/example.js';
import { postgresPrograms, startPostgres } from '../../support/postgres.js';
import { afterwards, temporalAddress } from '../../support/servers.js';
import { startBilling, type Billing } from './billing.js';
import { addSampleRows, rates, reports, type Payment } from './sample.js';

const DATE = '20261203';
/** The report at which each task that goes through reports is held up: the fifth of the nine that owe something for 2025. */
const MIDDLE = 116;
/** Of the reports of 2024, which are paid some days after it. */
const DUE_2024 = '20261118';
const TASKS = [
  'archive_leap_year',
  'clear_old_records',
  'generate_invoices_for_current_period',
  'month_end_statement',
  'refresh_interest_rates',
  'run_scheduled_compliance_sync',
  'send_notice_for_penalty_accrual_for_current_period',
  'send_reminders_for_current_period',
] as const;
/** Newer than all that the service knows, so that penalties do not depend on how far the rates have been taken over; older than DUE_2024. */
const OWN_RATE = { starts_on: '20261115', rate: 6.5 };
/** All for 2024, whose reports no other of the tasks looks at. */
const PAYMENTS: Payment[] = [
  { id: 'K-1', report_id: 103, amount: 280_000, paid_on: '20261120' },
  { id: 'K-2', report_id: 104, amount: 4_000_000, paid_on: '20261120' },
  { id: 'K-3', report_id: 105, amount: 10_000_000, paid_on: '20261121' },
  { id: 'K-4', report_id: 104, amount: 6_000_000, paid_on: '20261122' },
  { id: 'K-5', report_id: 106, amount: 280_000, paid_on: '20261123' },
  { id: 'K-6', report_id: 106, amount: -80_000, paid_on: '20261124' },
  { id: 'K-7', report_id: 106, amount: -80_000, paid_on: '20261125' },
  { id: 'K-8', report_id: 999, amount: 5, paid_on: '20261125' },
];
const owing = reports.filter((report) => report.year === 2025 && feeOf(report).fee > 0);
const mailOf = (kind: string, report: number, date = DATE) =>
  effectKey({ task: kind, runKey: date }, String(report)).replaceAll(':', '.');

describe.skipIf(postgresPrograms() === null)(
  'a worker that is killed in the middle of every task (with a Postgres of this machine)',
  () => {
    let compliance: Example;
    let db: Database;
    let billing: Billing;
    const results: Record<string, TaskResult> = {};
    let foundEmpty: unknown[];

    beforeAll(async () => {
      const url = await startPostgres();
      db = await openDatabase(url, '/');
      afterwards(() => db.destroy());
      foundEmpty = [
        ...(await db.selectFrom('operators').selectAll().execute()),
        ...(await db.selectFrom('reports').selectAll().execute()),
      ];
      await addSampleRows(db);
      await fill(db);
      billing = await startBilling({ 'interest-rates': rates, payments: PAYMENTS });
      const pace = { heartbeatMs: 10_000, retryDelayMs: 1_000, maximumAttempts: 20 };
      compliance = await openExample('compliance', { DATABASE_URL: url, BILLING_URL: billing.url }, pace);
      // Calls of retryables read the project's own environment, not the one that is handed to the test's workers.
      const settings = [`DATABASE_URL=${url}`, `BILLING_URL=${billing.url}`, `TEMPORAL_ADDRESS=${temporalAddress()}`];
      writeFileSync(join(compliance.dir, '.env'), `${settings.join('\n')}\n`);

      const files = [mailOf('mail_obligation_due_reminder', MIDDLE), `statements/${DATE}.csv`, 'archive/2024.jsonl'];
      const first = await compliance.start({ holdAtFiles: files.map((path) => ({ path, count: 1 })) });
      const heldAtFiles = heldBy(first);
      const held = await holdRows(db);
      const runs = await Promise.all(TASKS.map(async (task) => [task, await compliance.begin(task, DATE)] as const));
      await eventually(
        'eight tasks in the middle',
        async () => (await held.waiting()) >= 5 && files.every((path) => heldAtFiles.has(path)),
        50_000,
      );
      first.process.kill('SIGKILL');
      await first.ended;
      // What the dead worker had asked of Postgres is done there still: as when a worker dies before it hears the answer.
      await held.release();
      await compliance.start();
      for (const [task, run] of runs) results[task] = await resultOf<TaskResult>(run, 120_000);
    }, 300_000);

    const out = (...parts: string[]) => join(compliance.dir, 'out', ...parts);
    const mails = (kind: string) =>
      readdirSync(out('mail'))
        .filter((file) => file.startsWith(`${kind}.`))
        .map((file) => file.slice(0, file.indexOf('@')))
        .sort();
    const mailsToAll = (kind: string, date = DATE) => owing.map(({ id }) => mailOf(kind, id, date)).sort();

    test('found no sample rows in the database that is named', () => {
      expect(foundEmpty).toEqual([]);
    });

    test('ends every one of them in a later attempt', () => {
      const ends = Object.entries(results).map(([task, { status, attempts }]) => ({ task, status, again: attempts >= 2 }));
      const succeeded = (task: string) => ({ task, status: 'success', again: true });
      expect(ends.sort((one, other) => one.task.localeCompare(other.task))).toEqual(TASKS.map(succeeded));
    });

    test('refresh_interest_rates: each rate is there once, as the service has it', async () => {
      const rows = await db.selectFrom('interest_rates').selectAll().orderBy('starts_on').execute();
      expect(rows).toEqual([...rates, OWN_RATE]);
    });

    test('run_scheduled_compliance_sync: each payment counts once, each correction is handed on, each operator told once', async () => {
      const booked = await db.selectFrom('payments').select(['id', 'told']).orderBy('id').execute();
      expect(booked).toEqual(PAYMENTS.slice(0, 7).map(({ id }) => ({ id, told: true })));
      const paid = db.selectFrom('obligations').select(['report_id', 'paid']).where('paid', '>', 0).orderBy('report_id');
      expect((await paid.execute()).map(({ report_id, paid }) => [report_id, paid])).toEqual([
        [103, 280_000],
        [104, 10_000_000],
        [105, 10_000_000],
        [106, 120_000],
      ]);
      expect(billing.keys('adjustments')).toEqual(['adjustment-K-6', 'adjustment-K-7']);
      const met = ['K-1', 'K-3', 'K-4', 'K-5'].map((id) => PAYMENTS.find((one) => one.id === id)!);
      expect(mails('mail_obligation_met')).toEqual(
        met.map(({ report_id, paid_on }) => mailOf('mail_obligation_met', report_id, paid_on)).sort(),
      );
    });

    test('run_scheduled_compliance_sync: what was paid late is charged once, and told once', async () => {
      const rows = await db.selectFrom('penalties').selectAll().orderBy('report_id').execute();
      const interest = (centsAndDays: number) => Math.round((centsAndDays * OWN_RATE.rate) / 100 / 365);
      expect(rows).toEqual([
        { report_id: 103, accrued_on: '20261120', amount: interest(2 * 280_000) },
        { report_id: 104, accrued_on: '20261122', amount: interest(2 * 10_000_000 + 2 * 6_000_000) },
        { report_id: 105, accrued_on: '20261121', amount: interest(3 * 10_000_000) },
        { report_id: 106, accrued_on: '20261123', amount: interest(5 * 280_000) },
      ]);
      expect(billing.keys('penalties')).toEqual(rows.map((one) => `penalty-${one.report_id}-${one.accrued_on}`));
      const told = rows.map((one) => mailOf('mail_penalty_invoiced', one.report_id, one.accrued_on));
      expect(mails('mail_penalty_invoiced')).toEqual(told.sort());
    });

    test('generate_invoices_for_current_period: one invoice and one mail for each that owes', async () => {
      const rows = await db
        .selectFrom('invoices')
        .select(['report_id', 'amount', 'told'])
        .where('issued_on', '=', DATE)
        .orderBy('report_id')
        .execute();
      expect(rows).toEqual(owing.map((one) => ({ report_id: one.id, amount: feeOf(one).fee, told: true })));
      expect(mails('mail_invoice_issued')).toEqual(mailsToAll('mail_invoice_issued', '20261130'));
    });

    test('send_reminders_for_current_period: one mail for each that owes', () => {
      expect(mails('mail_obligation_due_reminder')).toEqual(mailsToAll('mail_obligation_due_reminder'));
    });

    test('send_notice_for_penalty_accrual_for_current_period: two mails for each that owes, and nothing is charged yet', async () => {
      const charged = await db.selectFrom('penalties').select('report_id').execute();
      expect(charged.filter(({ report_id }) => owing.some(({ id }) => id === report_id))).toEqual([]);
      for (const kind of ['mail_obligation_overdue', 'mail_penalty_accruing']) expect(mails(kind)).toEqual(mailsToAll(kind));
      const obligations = db.selectFrom('obligations').select('report_id').where('status', '=', 'overdue');
      const overdue = await obligations
        .where(
          'report_id',
          'in',
          owing.map(({ id }) => id),
        )
        .execute();
      expect(overdue).toHaveLength(owing.length);
    });

    test('month_end_statement: the statement is whole', () => {
      const [head, former, current, ...more] = readFileSync(out('statements', `${DATE}.csv`), 'utf8')
        .trimEnd()
        .split('\n');
      const owed = owing.reduce((sum, one) => sum + feeOf(one).fee, 0);
      expect([head, current, more]).toEqual(['year,reports,owed,paid,open', `2025,12,${owed},0,${owed}`, []]);
      // What is paid for 2024 was being booked at the same time.
      expect(former).toMatch(/^2024,10,30560000,\d+,\d+$/);
    });

    test('archive_leap_year: every report of the year is on file once', () => {
      const lines = readFileSync(out('archive', '2024.jsonl'), 'utf8').trimEnd().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual(
        reports.filter(({ year }) => year === 2024).map(({ id }) => id),
      );
    });

    test('clear_old_records: what is older than 30 days is gone, and nothing else', async () => {
      const rows = await db.selectFrom('journal').select('line').orderBy('id').execute();
      expect(rows).toEqual([{ line: 'thirty days' }, { line: 'yesterday' }]);
    });
  },
);

/** What earlier tasks would have left. */
async function fill(db: Database): Promise<void> {
  const obligations = reports.map((report) => {
    const { tonnes, fee } = feeOf(report);
    return {
      report_id: report.id,
      tonnes,
      fee,
      due_on: report.year === 2024 ? DUE_2024 : `${report.year + 1}1130`,
      status: fee === 0 ? 'met' : 'open',
      told: true,
    } as const;
  });
  await db.insertInto('obligations').values(obligations).execute();
  const invoices = obligations
    .filter(({ due_on, fee }) => due_on === DUE_2024 && fee > 0)
    .map(({ report_id, fee, due_on }) => {
      return { number: `INV-2024-0${report_id}`, report_id, amount: fee, issued_on: '20250601', due_on, told: true };
    });
  await db.insertInto('invoices').values(invoices).execute();
  await db.insertInto('interest_rates').values(OWN_RATE).execute();
  await db
    .insertInto('journal')
    .values([
      { date: '20200101', line: 'old' },
      { date: '20261102', line: 'thirty-one days' },
      { date: '20261103', line: 'thirty days' },
      { date: '20261202', line: 'yesterday' },
    ])
    .execute();
}

/** Writes, without committing, what each task is to write in its middle: whoever writes the same waits. Released, none of it is there. */
async function holdRows(db: Database): Promise<{ waiting(): Promise<number>; release(): Promise<void> }> {
  const held = await db.startTransaction().execute();
  afterwards(() => (held.isCommitted || held.isRolledBack ? undefined : held.rollback().execute()));
  await held.insertInto('interest_rates').values({ starts_on: '20250101', rate: 0 }).execute();
  await held
    .insertInto('payments')
    .values({ ...PAYMENTS[2]!, amount: 1 })
    .execute();
  const invoice = { number: `INV-2025-0${MIDDLE}`, report_id: MIDDLE, amount: 1, issued_on: DATE, due_on: DATE };
  await held.insertInto('invoices').values(invoice).execute();
  await held.selectFrom('obligations').select('report_id').where('report_id', '=', MIDDLE).forUpdate().execute();
  await held.selectFrom('journal').select('id').where('date', '=', '20261102').forUpdate().execute();
  return {
    /** Different statements: an attempt that was given up leaves its own waiting, and the next one comes to the same. */
    async waiting() {
      // Asked outside of the transaction, which would see the same sessions for as long as it lasts.
      const { rows } = await sql<{ waiting: number }>`
        select cast(count(distinct query) as integer) as waiting from pg_stat_activity where wait_event_type = 'Lock'`.execute(
        db,
      );
      return rows[0]!.waiting;
    },
    async release() {
      await held.rollback().execute();
    },
  };
}
