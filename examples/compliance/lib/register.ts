/** What the register knows of reports and what they owe. */
import { PermanentError } from 'daychain';
import type { Database } from './database.js';

/** Cents for each tonne above the allowance. */
const FEE_PER_TONNE = 8_000;

/** Everything about one report, for mails and for the billing service. */
export interface Standing {
  report: number;
  year: number;
  operator: string;
  email: string;
  emissions: number;
  allowance: number;
  /** Cents; 0 where nothing is owed. */
  fee: number;
  paid: number;
  due_on: string;
  status: 'open' | 'met' | 'overdue' | 'none';
}

/** The year whose reports are settled in the year of a date: the one before. */
export function periodOf(date: string): number {
  return Number(date.slice(0, 4)) - 1;
}

/** @throws PermanentError if there is no such report */
export async function standingOf(db: Database, report: number): Promise<Standing> {
  const [found] = await standings(db).where('reports.id', '=', report).execute();
  if (found === undefined) throw new PermanentError(`there is no report ${report}`);
  return found;
}

/** Those of a year that owe something and have not paid it all, by report. */
export async function unpaidOf(db: Database, year: number): Promise<Standing[]> {
  return await unpaid(db).where('reports.year', '=', year).execute();
}

/** The same of a year and of all before it. */
export async function unpaidUpTo(db: Database, year: number): Promise<Standing[]> {
  return await unpaid(db).where('reports.year', '<=', year).execute();
}

export function feeOf({ emissions, allowance }: { emissions: number; allowance: number }): { tonnes: number; fee: number } {
  const tonnes = Math.max(0, emissions - allowance);
  return { tonnes, fee: tonnes * FEE_PER_TONNE };
}

/** `$1,234.50` */
export function money(cents: number): string {
  return `$${(cents / 100).toLocaleString('en-CA', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** `2026-11-30` */
export function day(date: string): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
}

function unpaid(db: Database) {
  return standings(db).whereRef('obligations.paid', '<', 'obligations.fee').orderBy('reports.id');
}

function standings(db: Database) {
  return db
    .selectFrom('reports')
    .innerJoin('operators', 'operators.id', 'reports.operator_id')
    .leftJoin('obligations', 'obligations.report_id', 'reports.id')
    .select(['reports.id as report', 'reports.year', 'reports.emissions', 'reports.allowance'])
    .select(['operators.name as operator', 'operators.email'])
    .select((eb) => [
      eb.fn.coalesce('obligations.fee', eb.lit(0)).as('fee'),
      eb.fn.coalesce('obligations.paid', eb.lit(0)).as('paid'),
      eb.fn.coalesce('obligations.due_on', eb.val('')).as('due_on'),
      eb.fn.coalesce('obligations.status', eb.val('none' as const)).as('status'),
    ]);
}
