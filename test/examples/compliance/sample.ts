/** The example's bundled data, as its tests expect it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../../examples/compliance/lib/database.js';

interface Operator {
  id: number;
  name: string;
  email: string;
}

export interface Report {
  id: number;
  operator_id: number;
  year: number;
  emissions: number;
  allowance: number;
  received_on: string;
}

export interface Payment {
  id: string;
  report_id: number;
  amount: number;
  paid_on: string;
}

export const EXAMPLE = join(import.meta.dirname, '../../../examples/compliance');

export const { operators, reports } = read<{ operators: Operator[]; reports: Report[] }>('sample.json');
export const payments = read<Payment[]>('payments.json');
export const rates = read<{ starts_on: string; rate: number }[]>('interest-rates.json');

/** The example's sample rows, which it writes into the bundled database only. */
export async function addSampleRows(db: Database): Promise<void> {
  await db.insertInto('operators').values(operators).execute();
  await db.insertInto('reports').values(reports).execute();
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(join(EXAMPLE, 'data', file), 'utf8')) as T;
}
