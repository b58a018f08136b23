/** The example's bundled data, as its tests expect it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Report {
  id: number;
  year: number;
  emissions: number;
  allowance: number;
}

export interface Payment {
  id: string;
  report_id: number;
  amount: number;
  paid_on: string;
}

export const EXAMPLE = join(import.meta.dirname, '../../../examples/compliance');

export const { reports } = read<{ reports: Report[] }>('sample.json');
export const payments = read<Payment[]>('payments.json');
export const rates = read<{ starts_on: string; rate: number }[]>('interest-rates.json');

function read<T>(file: string): T {
  return JSON.parse(readFileSync(join(EXAMPLE, 'data', file), 'utf8')) as T;
}
