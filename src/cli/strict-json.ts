/** JSON as people write it, by files, options and lines: what JSON.parse lets pass in silence is refused. */
import { visit } from 'jsonc-parser';
import { BadInput } from '../control/errors.js';

/** Nothing daychain reads is deeper; readers below may then be recursive. */
const DEEPEST = 100;

/**
 * The value of a JSON text in which no key stands twice. JSON.parse would keep the last one and say nothing.
 * @param what names the text in messages: a file, an option, a line
 * @throws BadInput with the place
 */
export function parseJson(text: string, what: string): unknown {
  // A byte order mark, as some editors write it, is no part of the text.
  const plain = text.replace(/^\uFEFF/, '');
  const value = parse(plain, what);
  refuseDoubles(plain, what);
  return value;
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${what} is no JSON: ${(error as Error).message}.`);
  }
}

function refuseDoubles(text: string, what: string): void {
  const lines = text.trimEnd().includes('\n');
  const place = (line: number, column: number) => `${lines ? `line ${line + 1}, ` : ''}column ${column + 1}`;
  /** Keys of each object that is open, with where they stand. */
  const open: Map<string, string>[] = [];
  let depth = 0;
  const begin = () => {
    if (++depth > DEEPEST) throw new BadInput(`${what} is nested more than ${DEEPEST} deep.`);
  };
  visit(text, {
    onObjectBegin: () => {
      begin();
      open.push(new Map());
    },
    onObjectEnd: () => {
      depth--;
      open.pop();
    },
    onArrayBegin: begin,
    onArrayEnd: () => void depth--,
    onObjectProperty: (key, _offset, _length, line, column, pathOf) => {
      const keys = open.at(-1)!;
      const here = place(line, column);
      const first = keys.get(key);
      if (first !== undefined) {
        const path = [...pathOf(), key].join('.');
        throw new BadInput(`${what}: "${path}" stands twice, at ${first} and at ${here}. Keep one.`);
      }
      keys.set(key, here);
    },
  });
}

/** Why a file could not be read, in words. */
export function readProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
      return 'permission denied';
    default:
      return message;
  }
}
