import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadProject, type Registry } from '../../../src/registry/index.js';
import { slotsBetween } from '../../../src/time/slots.js';
import type { ChainResult } from '../../../src/plan/types.js';
import type { Database } from '../../../examples/compliance/lib/database.js';
import { type Engine, resultOf, startEngine } from '../../support/engine.js';
import { redisPort, temporalAddress } from '../../support/servers.js';
import { EXAMPLE, payments, reports, type Report } from './sample.js';

const fee = ({ emissions, allowance }: Report) => Math.max(0, emissions - allowance) * 8_000;
const paid = (report: number, until: string) =>
  payments.filter((one) => one.report_id === report && one.paid_on <= until).reduce((sum, { amount }) => sum + amount, 0);
/** Reports of 2025 with something still open on a date, by the data alone. */
const unpaid = (until: string) => reports.filter((one) => one.year === 2025 && fee(one) > paid(one.id, until));

describe('the project as it is written', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await loadProject(EXAMPLE);
  });

  it('has no problems, and fourteen retryables in three retry settings', () => {
    expect(registry.problems).toEqual([]);
    const settings = registry.retryableIds().map((id) => {
      const { retries, delayMs } = registry.retryable(id)!.spec;
      return `${retries} x ${delayMs / 60_000}`;
    });
    const counted = Object.fromEntries([...new Set(settings)].map((one) => [one, settings.filter((two) => two === one).length]));
    expect(counted).toEqual({ '2 x 5': 2, '5 x 10': 11, '5 x 30': 1 });
  });

  const due = (chain: string, from: string, to: string) =>
    slotsBetween(registry.chain(chain)!.compiled!, Date.parse(from), Date.parse(to)).map(
      ({ scheduledFor, date }) => `${date} ${scheduledFor}`,
    );

  it('is due at the times of the original, in Vancouver, winter and summer', () => {
    expect(due('nightly-billing', '2026-02-01T00:00:00Z', '2026-02-01T23:00:00Z')).toEqual(['20260201 2026-02-01T09:00:00Z']);
    expect(due('nightly-billing', '2026-07-01T00:00:00Z', '2026-07-01T23:00:00Z')).toEqual(['20260701 2026-07-01T08:00:00Z']);
    expect(due('obligation-reminder', '2026-01-01T00:00:00Z', '2028-01-01T00:00:00Z')).toEqual([
      '20261115 2026-11-15T12:00:00Z',
      '20271115 2027-11-15T12:00:00Z',
    ]);
    expect(due('penalty-accrual', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z')).toEqual(['20261201 2026-12-01T12:00:00Z']);
  });

  it('is due in short months and common years too, once (defect 21)', () => {
    const months = due('month-end', '2027-01-01T00:00:00Z', '2028-01-02T00:00:00Z').map((slot) => slot.slice(0, 8));
    expect(months).toHaveLength(12);
    expect(months.slice(0, 4)).toEqual(['20270131', '20270228', '20270331', '20270430']);
    const leaps = due('leap-day', '2027-01-01T00:00:00Z', '2029-12-31T00:00:00Z').map((slot) => slot.slice(0, 8));
    expect(leaps).toEqual(['20270228', '20280229', '20290228']);
  });

  it('orders rates before payments before invoices, reminders and penalties, by dependency and not by the clock', () => {
    for (const [chain, last] of [
      ['nightly-billing', 'generate_invoices_for_current_period'],
      ['obligation-reminder', 'send_reminders_for_current_period'],
      ['penalty-accrual', 'send_notice_for_penalty_accrual_for_current_period'],
    ] as const) {
      const placed = registry.chain(chain)!.placements;
      expect(placed.get(last)!.dependsOn).toEqual(['run_scheduled_compliance_sync']);
      expect(placed.get('run_scheduled_compliance_sync')!.dependsOn).toContain('refresh_interest_rates');
    }
  });
});

describe('the project at work', () => {
  let engine: Engine;
  let db: Database;
  const out = (...parts: string[]) => join(engine.dir, 'out', ...parts);
  const mails = (kind: string) => {
    const files = existsSync(out('mail')) ? readdirSync(out('mail')).filter((file) => file.startsWith(`${kind}.`)) : [];
    return files.map((file) => readFileSync(out('mail', file), 'utf8'));
  };

  beforeAll(async () => {
    engine = await startEngine({ name: `compliance-${randomUUID().slice(0, 8)}`, copyOf: EXAMPLE });
    const lines = [`TEMPORAL_ADDRESS=${temporalAddress()}`, 'REDIS_HOST=127.0.0.1', `REDIS_PORT=${redisPort()}`];
    writeFileSync(join(engine.dir, '.env'), `${lines.join('\n')}\n`);
    // The worker's own: PGlite is opened once.
    const { clientsLent } = await import('../../../src/define/lent-clients.js');
    const clients = clientsLent(engine.dir) as unknown as { sql(): Promise<Database> };
    db = await clients.sql();
  });

  it('takes reports in, books payments, writes invoices, and mails each operator once', async () => {
    const night = await engine.startChain({ chain: 'nightly-billing', date: '20261114' });
    const result = await resultOf<ChainResult>(night, 100_000);
    expect(result.status).toBe('success');
    // A payment for a report nobody knows is told every night, and keeps nobody else's from being booked.
    expect(result.tasks.run_scheduled_compliance_sync).toMatchObject({ status: 'success', warnings: 1 });

    const owing = reports.filter((one) => fee(one) > 0);
    const obligations = await db.selectFrom('obligations').selectAll().orderBy('report_id').execute();
    expect(obligations.map(({ report_id, fee: owed, paid: done }) => [report_id, owed, done])).toEqual(
      reports.map((one) => [one.id, fee(one), paid(one.id, '20261114')]),
    );
    expect(mails('mail_report_received')).toHaveLength(reports.length);
    expect(mails('mail_obligation_created')).toHaveLength(owing.length);
    expect(mails('mail_credits_requested')).toHaveLength(reports.length - owing.length);
    const entries = await db.selectFrom('billing_entries').select('key').where('kind', '=', 'obligations').execute();
    expect(entries.map(({ key }) => key).sort()).toEqual(owing.map(({ id }) => `obligation-${id}`).sort());
    const adjustments = await db.selectFrom('billing_entries').select('key').where('kind', '=', 'adjustments').execute();
    expect(adjustments).toHaveLength(1);
    const invoices = await db.selectFrom('invoices').selectAll().orderBy('report_id').execute();
    expect(invoices.map(({ report_id, amount }) => [report_id, amount])).toEqual(
      unpaid('20261114').map((one) => [one.id, fee(one)]),
    );
    expect(mails('mail_invoice_issued')).toHaveLength(invoices.length);
    expect(await db.selectFrom('interest_rates').selectAll().execute()).toHaveLength(7);

    // Another night has nothing to do, and changes nothing.
    const next = await resultOf<ChainResult>(await engine.startChain({ chain: 'nightly-billing', date: '20261116' }), 100_000);
    expect(next.tasks.run_scheduled_compliance_sync).toMatchObject({ status: 'success', warnings: 1 });
    expect(next.tasks.take_in_reports).toMatchObject({ status: 'skipped', kind: 'no_work' });
    expect(next.tasks.generate_invoices_for_current_period).toMatchObject({ status: 'skipped', kind: 'no_work' });
    expect(mails('mail_report_received')).toHaveLength(reports.length);
  });

  it('goes on with a report whose task died before everybody was called, and writes and mails nothing twice', async () => {
    await db.updateTable('obligations').set({ told: false }).where('report_id', '=', 111).execute();
    const again = await resultOf(await engine.startTask({ task: 'take_in_reports', date: '20261117' }), 100_000);
    expect(again).toMatchObject({ status: 'success', reports_taken_in: 1, owing: 1 });
    const lines = await db.selectFrom('journal').select('line').execute();
    expect(lines.map(({ line }) => line).sort()).toEqual(reports.map(({ id }) => `report ${id} taken in`));
    expect(mails('mail_report_received')).toHaveLength(reports.length);
  });

  it('reminds on 15 November those who have not paid, and a repeat by force mails nobody twice', async () => {
    const chain = await engine.startChain({ chain: 'obligation-reminder', date: '20261115' });
    const result = await resultOf<ChainResult>(chain, 100_000);
    expect(result.tasks.send_reminders_for_current_period).toMatchObject({ status: 'success' });
    const reminded = mails('mail_obligation_due_reminder');
    expect(reminded).toHaveLength(unpaid('20261115').length);
    expect(reminded[0]).toContain('is still open. It is due on 2026-11-30.');
    const again = await engine.client.workflow.start('runChain', {
      taskQueue: engine.taskQueue,
      workflowId: 'obligation-reminder:20261115',
      args: [
        { chain: 'obligation-reminder', date: '20261115', mark: Date.now(), rerun: { mode: 'all', by: 'tests', reason: 'x' } },
      ],
    });
    await resultOf(again, 100_000);
    expect(mails('mail_obligation_due_reminder')).toHaveLength(reminded.length);
  });

  it('tells those who are overdue on 1 December, and not who paid in the last days, that a penalty accrues; charges it once they have paid', async () => {
    const chain = await engine.startChain({ chain: 'penalty-accrual', date: '20261201' });
    await resultOf<ChainResult>(chain, 100_000);
    const late = unpaid('20261201');
    expect(late.length).toBe(unpaid('20261115').length - 1);
    expect(mails('mail_obligation_overdue')).toHaveLength(late.length);
    expect(mails('mail_penalty_accruing')).toHaveLength(late.length);
    const penalties = db.selectFrom('penalties').selectAll();
    expect(await penalties.execute()).toEqual([]);

    // One of them pays the rest of it ten days late.
    await resultOf<ChainResult>(await engine.startChain({ chain: 'nightly-billing', date: '20261211' }), 100_000);
    const amount = Math.round((10 * 2_000_000 * 7.2) / 100 / 365);
    expect(await penalties.execute()).toEqual([{ report_id: 115, accrued_on: '20261210', amount }]);
    const charged = await db.selectFrom('billing_entries').selectAll().where('kind', '=', 'penalties').execute();
    expect(charged.map(({ key, body }): unknown[] => [key, JSON.parse(body)])).toEqual([
      ['penalty-115-20261210', { report: 115, operator: 'Harbour Fuels', amount }],
    ]);
    expect(mails('mail_penalty_invoiced')).toHaveLength(1);
  });

  it('writes the month’s statement and the archive, and clears only what is old', async () => {
    await resultOf(await engine.startTask({ task: 'month_end_statement', date: '20261130' }));
    const [head, ...years] = readFileSync(out('statements', '20261130.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('year,reports,owed,paid,open');
    const sums = years.map((line) => line.split(',').map(Number));
    for (const [year, count, owed, done, open] of sums) {
      const own = reports.filter((one) => one.year === year);
      const expected = [
        own.length,
        ...[fee, (one: Report) => paid(one.id, '20270101')].map((of) => own.reduce((sum, one) => sum + of(one), 0)),
      ];
      expect([count, owed, done, open]).toEqual([...expected, expected[1]! - expected[2]!]);
    }
    await resultOf(await engine.startTask({ task: 'archive_leap_year', date: '20260228' }));
    expect(readFileSync(out('archive', '2024.jsonl'), 'utf8').trim().split('\n')).toHaveLength(
      reports.filter(({ year }) => year === 2024).length,
    );

    // A yearly chain that has run long ago keeps its schedule: there is no row of it that a clean-up could take (defect 23).
    const before = engine.registry.schedules().map(({ id }) => id);
    await db.insertInto('journal').values({ date: '20200101', line: 'old' }).execute();
    await resultOf(await engine.startTask({ task: 'clear_old_records', date: '20261120' }));
    const kept = await db.selectFrom('journal').select('date').execute();
    expect(kept.map(({ date }) => date)).not.toContain('20200101');
    expect(kept).toHaveLength(reports.length);
    const after = (await loadProject(engine.dir)).schedules().map(({ id }) => id);
    expect(after).toEqual(before);
    expect(after).toContain('obligation-reminder');
  });

  it('has nothing to do for a period without reports', async () => {
    const result = await resultOf(await engine.startTask({ task: 'send_reminders_for_current_period', date: '20231115' }));
    expect(result).toMatchObject({ status: 'skipped', kind: 'no_work', reason: 'everybody_has_paid' });
  });

  it('invoices a report that came in after its period too, and reminds of it no more', async () => {
    const late = { id: 190, operator_id: 1, year: 2025, emissions: 200, allowance: 100, received_on: '20261231' };
    await db.insertInto('reports').values(late).execute();
    await resultOf<ChainResult>(await engine.startChain({ chain: 'nightly-billing', date: '20270101' }), 100_000);
    const invoices = await db.selectFrom('invoices').selectAll().where('report_id', '=', 190).execute();
    expect(invoices).toMatchObject([{ number: 'INV-2025-0190', amount: 800_000, issued_on: '20270101', due_on: '20261130' }]);
    const told = (kind: string) => mails(kind).filter((mail) => mail.includes('8,000.00'));
    expect(told('mail_invoice_issued')).toHaveLength(1);
    const reminded = await resultOf(
      await engine.startTask({ task: 'send_reminders_for_current_period', date: '20271115' }),
      100_000,
    );
    expect(reminded).toMatchObject({ status: 'skipped', reason: 'everybody_has_paid' });
  });
});
