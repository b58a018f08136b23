/** Many questions for slots: one JSON object a line in, one answer a line out, in the same order. */
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { BadInput } from '../../control/errors.js';
import { BadQuestion, readFrom, readSpec, readTo, shownSlot, slotsOf } from './request.js';

const FIELDS = ['id', 'spec', 'timezone', 'from', 'to'];

/** @param file a path, or `-` for stdin @throws BadInput if the file cannot be read */
export async function answerBatch(file: string, out: Writable): Promise<void> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  try {
    await answerLines(input, out);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
      throw new BadInput(`--batch ${file}: the file cannot be read (${code}).`);
    throw error;
  }
}

async function answerLines(input: Readable, out: Writable): Promise<void> {
  // An input that fails is told by the iterator only where somebody listens before.
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  let blank = 0;
  for (;;) {
    const next = await Promise.race([lines.next(), failed]);
    if (next.done) return;
    const line: string = next.value;
    if (line.trim() === '') {
      blank += 1;
      continue;
    }
    // Blank lines between others are lines; those at the end of a file are not.
    for (; blank > 0; blank--) await write(out, { id: null, error: 'the line is empty; expected a JSON object' });
    await write(out, answerTo(line));
  }
}

/** What is answered to one line. */
export function answerTo(line: string): object {
  let id: unknown = null;
  try {
    const question = readQuestion(line);
    id = question.id ?? null;
    const missing = FIELDS.filter((field) => question[field] === undefined);
    if (missing.length > 0) throw new BadQuestion(`${missing.join(', ')}: missing; expected ${FIELDS.join(', ')}`);
    const { spec, timezone, from: fromText, to: toText } = question;
    const compiled = readSpec(spec, timezone);
    const from = readFrom(fromText, compiled.timezone);
    const to = readTo(toText, compiled.timezone, from, fromText);
    return { id, slots: slotsOf(compiled, from, to).map((slot) => shownSlot(slot, compiled.timezone)) };
  } catch (error) {
    if (error instanceof BadQuestion) return { id, error: error.message };
    throw error;
  }
}

function readQuestion(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line) as unknown;
  } catch (error) {
    throw new BadQuestion(`the line is no JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new BadQuestion(`the line is no JSON object with ${FIELDS.join(', ')}`);
}

async function write(out: Writable, answer: object): Promise<void> {
  if (!out.write(`${JSON.stringify(answer)}\n`)) await once(out, 'drain');
}
