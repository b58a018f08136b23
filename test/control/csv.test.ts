import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvText } from '../../src/control/csv.js';

/** A reader of RFC 4180, written from its grammar. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length;) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else {
      while (text[at] !== ',' && text.slice(at, at + 2) !== '\r\n') cell += text[at++];
    }
    row.push(cell);
    if (text[at] === ',') at++;
    else {
      at += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('a table for spreadsheets', () => {
  it('is read back as it was written, whatever stands in it', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('"', ',', '\r\n', '\n', 'a"b,c\r\nd'));
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }));
    fc.assert(
      fc.property(rows, (given) => {
        const plain = given.map((row) => row.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)));
        expect(parse(csvText(['a', 'b'], given))).toEqual([['a', 'b'], ...plain]);
      }),
    );
  });

  it.each(['=1+1', '+1', '-1', '@sum', '\t=1', '=HYPERLINK("http://x","y")'])('makes no formula of %j', (text) => {
    expect(csvText(['a'], [[text]])).not.toMatch(/(?:^|\r\n)"?[=+\-@\t]/);
  });

  it('leaves numbers as numbers, and nothing empty', () => {
    expect(csvText(['a', 'b'], [[-1.5, null]])).toBe('a,b\r\n-1.5,\r\n');
  });
});
