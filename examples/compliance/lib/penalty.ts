/** What paying late costs: interest for every day after the due date, on what was open on it, charged once all is paid. */
import { PermanentError } from 'daychain';
import type { Database, Tables } from './database.js';

/**
 * Books what a report's late payment costs, up to and with the day of the last payment, and answers it in cents; 0 where that is
 * nothing. What was booked for that day once stays as it is, whatever has changed since; what was charged before is not charged again.
 * @throws PermanentError if no interest rate is known for one of the days
 */
export async function bookPenalty(db: Database, report: number, until: string): Promise<number> {
  return await db.transaction().execute(async (transaction) => {
    const obligations = transaction.selectFrom('obligations').selectAll().where('report_id', '=', report);
    // Locked, so that of two calls for one report the second sees what the first has charged.
    const owed = await obligations.forUpdate().executeTakeFirst();
    if (owed === undefined) throw new PermanentError(`report ${report} owes nothing`);
    const booked = await transaction.selectFrom('penalties').selectAll().where('report_id', '=', report).execute();
    const same = booked.find(({ accrued_on }) => accrued_on === until);
    if (same !== undefined) return same.amount;
    const payments = await transaction.selectFrom('payments').selectAll().where('report_id', '=', report).execute();
    const rates = await transaction.selectFrom('interest_rates').selectAll().orderBy('starts_on', 'desc').execute();
    const charged = booked.reduce((sum, { amount }) => sum + amount, 0);
    const amount = interestOf(owed, payments, rates, until) - charged;
    if (amount <= 0) return 0;
    await transaction.insertInto('penalties').values({ report_id: report, accrued_on: until, amount }).execute();
    return amount;
  });
}

/** Cents. A payment counts from the day after it. `rates`: the newest first. */
function interestOf(
  { fee, due_on }: { fee: number; due_on: string },
  payments: readonly { amount: number; paid_on: string }[],
  rates: readonly Tables['interest_rates'][],
  until: string,
): number {
  let interest = 0;
  for (let day = dayAfter(due_on); day <= until; day = dayAfter(day)) {
    const current = rates.find(({ starts_on }) => starts_on <= day);
    if (current === undefined) throw new PermanentError(`no interest rate is known for ${day}`);
    const paid = payments.filter(({ paid_on }) => paid_on < day).reduce((sum, { amount }) => sum + amount, 0);
    interest += (Math.max(0, fee - paid) * current.rate) / 100 / 365;
  }
  return Math.round(interest);
}

/** Both as YYYYMMDD. */
function dayAfter(date: string): string {
  const next = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)) + 1));
  return next.toISOString().slice(0, 10).replaceAll('-', '');
}
