import { Writable } from 'node:stream';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runBatch } from '../../src/cli/batch.js';
import { Output } from '../../src/cli/output.js';
import { parseJson } from '../../src/cli/strict-json.js';
import { BadInput } from '../../src/control/errors.js';
import { temporaryFolder } from '../support/servers.js';

/** Answers with the request's `n`; throws what it is told to. */
function answer(request: unknown): object {
  const { n, fault } = request as { n?: number; fault?: string };
  if (fault === 'input') throw new BadInput('n: is bad.');
  if (fault === 'own') throw new Error('a fault');
  return { n };
}

async function batch(text: string): Promise<{ id: unknown; n?: number; error?: string }[]> {
  const file = join(temporaryFolder(), 'requests.jsonl');
  writeFileSync(file, text);
  let written = '';
  // Takes one write at a time, slowly: the loop must wait for it.
  const stdout = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      written += String(chunk);
      setImmediate(done);
    },
  });
  await runBatch(new Output(stdout, stdout, false), file, answer);
  await new Promise((resolve) => stdout.end(resolve));
  return written
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: unknown });
}

describe('a batch', () => {
  test('answers every line in its order, and no bad one spoils another', async () => {
    const answers = await batch(
      [
        '{"id":1,"n":10}',
        'no json',
        '{"id":"b","fault":"input"}',
        '{"id":2,"n":1,"n":2}',
        '[]',
        '{"n":3}',
        '{"id":3,"fault":"own"}',
        '{"id":4,"n":4}',
      ].join('\n'),
    );
    expect(answers).toEqual([
      { id: 1, n: 10 },
      { id: null, error: expect.stringMatching(/^line 2 is no JSON: /) as unknown },
      { id: 'b', error: 'n: is bad.' },
      { id: 2, error: 'line 4: "n" stands twice, at column 9 and at column 15. Keep one.' },
      { id: null, error: 'line 5 is no request: expected an object, like {"id": 1, …}.' },
      { id: null, error: 'line 6: id: is missing; expected a text or a number.' },
      { id: 3, error: 'daychain itself failed: a fault' },
      { id: 4, n: 4 },
    ]);
  });

  test('passes over empty lines, takes CRLF, a byte order mark, and line separators inside JSON', async () => {
    expect(await batch('\uFEFF{"id":1,"n":1}\r\n\r\n  \n{"id":"\u2028","n":2}\r\n')).toEqual([
      { id: 1, n: 1 },
      { id: '\u2028', n: 2 },
    ]);
  });

  test('reads lines longer than what comes at once, and letters of several bytes across its edges', async () => {
    const id = 'é'.repeat(100_000);
    expect(await batch(`{"id":"x${id}","n":1}\n{"id":2,"n":2}`)).toEqual([
      { id: `x${id}`, n: 1 },
      { id: 2, n: 2 },
    ]);
  });

  test('of a file that is not there is refused', async () => {
    const out = new Output(new Writable(), new Writable(), false);
    await expect(runBatch(out, '/nowhere/requests.jsonl', answer)).rejects.toThrow(
      new BadInput('--batch /nowhere/requests.jsonl cannot be read: there is no such file.'),
    );
  });
});

describe('JSON in which a key stands twice', () => {
  test.each([
    ['{"a":1,"a":2}', '"a" stands twice, at column 2 and at column 8'],
    ['{"a":{"b":[{"c":1,"c":1}]}}', '"a.b.0.c" stands twice, at column 13 and at column 19'],
    ['{"a":1,"\\u0061":2}', '"a" stands twice'],
    ['{"__proto__":1,"__proto__":2}', '"__proto__" stands twice'],
    ['{"":1,"":2}', '"" stands twice'],
    [
      '{\n "tasks": {\n  "a": [],\n  "b": [],\n  "a": []\n }\n}',
      '"tasks.a" stands twice, at line 3, column 3 and at line 5, column 3',
    ],
  ])('%s is refused with its places', (text, expected) => {
    expect(() => parseJson(text, 'it')).toThrow(`it: ${expected}`);
  });

  test.each(['{"a":{"a":1},"b":[{"a":1},{"a":1}]}', '{"toString":1,"constructor":2}', '"a a"', '[1,1]', '\uFEFF{}\n'])(
    '%s has none',
    (text) => {
      expect(parseJson(text, 'it')).toEqual(JSON.parse(text.replace('\uFEFF', '')));
    },
  );

  test('is read however deep it is nested, up to a limit', () => {
    expect(() => parseJson('['.repeat(100) + ']'.repeat(100), 'it')).not.toThrow();
    expect(() => parseJson('['.repeat(200_000) + ']'.repeat(200_000), 'it')).toThrow('it is nested more than 100 deep.');
  });
});
