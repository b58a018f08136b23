/** What customers upload: payments as CSV. */
import { cp } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { inProject } from './files.js';

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

/** @throws Error that names the line which is no payment */
export function readPayments(text: string): Payment[] {
  const [head, ...lines] = text.trim().split(/\r?\n/);
  if (head !== 'customer;amount') throw new Error(`the first line is ${JSON.stringify(head)}, not "customer;amount"`);
  return lines.map((line, at) => {
    const match = /^([^;]+);(\d+)(?:[.,](\d{2}))?$/.exec(line.trim());
    if (match === null) throw new Error(`line ${at + 2} is no payment: ${JSON.stringify(line.slice(0, 80))}`);
    return { line: at + 2, customer: match[1]!.trim(), cents: Number(match[2]) * 100 + Number(match[3] ?? 0) };
  });
}
