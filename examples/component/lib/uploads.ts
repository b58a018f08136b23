/** What customers upload: payments as CSV. */
import { cp } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { inProject } from './files.js';
import type { Database } from './database.js';

export interface Payment {
  line: number;
  customer: string;
  cents: number;
}

/** The bundled samples, put there once: where the folder of uploads is not there at all, and is the project's own. */
export async function addSampleUploads(folder: string, pending: string): Promise<void> {
  if (existsSync(folder) || !folder.startsWith(inProject('.data'))) return;
  await cp(inProject('data', 'uploads'), pending, { recursive: true });
}

/** The most that the column of cents takes. */
const MOST_CENTS = 2_147_483_647;

/** @throws Error that names the line which is no payment, or one of more than can be kept */
export function readPayments(text: string): Payment[] {
  const [head, ...lines] = text.trim().split(/\r?\n/);
  if (head !== 'customer;amount') throw new Error(`the first line is ${JSON.stringify(head)}, not "customer;amount"`);
  return lines.map((line, at) => {
    const match = /^([^;]+);(\d+)(?:[.,](\d{2}))?$/.exec(line.trim());
    // Postgres keeps no text with a zero in it.
    if (match === null || line.includes('\0'))
      throw new Error(`line ${at + 2} is no payment: ${JSON.stringify(line.slice(0, 80))}`);
    const cents = Number(match[2]) * 100 + Number(match[3] ?? 0);
    if (cents > MOST_CENTS)
      throw new Error(`line ${at + 2} is of more than ${MOST_CENTS / 100}: ${JSON.stringify(line.slice(0, 80))}`);
    return { line: at + 2, customer: match[1]!.trim(), cents };
  });
}

/** Postgres takes 65,535 values in a statement, and a row has four. */
const ROWS_AT_ONCE = 10_000;

/** Adds the payments of an upload; those that are there already stay as they are. */
export async function addPayments(db: Database, upload: string, payments: readonly Payment[]): Promise<void> {
  const rows = payments.map((payment) => ({ upload, ...payment }));
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await db
      .insertInto('payments')
      .values(rows.slice(from, from + ROWS_AT_ONCE))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
