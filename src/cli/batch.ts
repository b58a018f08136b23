/** Many requests in one process: one JSON object per line in, one answer per line out, in the same order. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { BadInput } from '../control/errors.js';
import type { Output } from './output.js';
import { parseJson, readProblem } from './strict-json.js';

const BYTE_ORDER_MARK = /^\uFEFF/;

/**
 * Answers each line of a file, or of standard input for `-`: `{ id, … }` with `{ id, …answer }`, or with `{ id, error }`
 * where `answer` throws, so that a bad line spoils no other. `id` is a text or a number and comes back as it was.
 * Lines are read and written as they come, so a file may be larger than memory; empty ones are passed over.
 * @param answer is given the whole request. What is wrong with it, it throws as BadInput or RangeError
 * @throws BadInput if the file cannot be read
 */
export async function runBatch(out: Output, file: string, answer: (request: object) => object): Promise<void> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number++;
    if (line.trim() === '') continue;
    if (!out.stdout.write(`${JSON.stringify(answerLine(line, number, answer))}\n`)) await once(out.stdout, 'drain');
  }
}

function answerLine(line: string, number: number, answer: (request: object) => object): object {
  const id: string | number | null = idIn(line);
  try {
    const request = parseJson(line, `line ${number}`);
    if (typeof request !== 'object' || request === null || Array.isArray(request)) {
      throw new BadInput(`line ${number} is no request: expected an object, like {"id": 1, …}.`);
    }
    if (id === null) {
      const given = (request as { id?: unknown }).id;
      const came = given === undefined ? 'is missing' : `${JSON.stringify(given)} is not possible`;
      throw new BadInput(`line ${number}: id: ${came}; expected a text or a number.`);
    }
    return { id, ...answer(request) };
  } catch (error) {
    return { id, error: textOf(error) };
  }
}

/** The id of a request, as far as there is one to find. */
function idIn(line: string): string | number | null {
  try {
    const id = (JSON.parse(line) as { id?: unknown } | null)?.id;
    return typeof id === 'string' || typeof id === 'number' ? id : null;
  } catch {
    return null;
  }
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof BadInput || error instanceof RangeError ? text : `daychain itself failed: ${text}`;
}

/** Lines end at a line feed alone: U+2028, at which others break too, may stand inside JSON. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  input.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of input) {
      const lines = (rest + (chunk as string)).replace(BYTE_ORDER_MARK, '').split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    throw new BadInput(`--batch ${file} cannot be read: ${readProblem(error)}.`);
  }
  if (rest !== '') yield rest;
}
