/** The table of the five systems against what there is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FILE = join(ROOT, 'docs/migrating/origins.md');
const text = readFileSync(FILE, 'utf8');
const [features = '', defects = ''] = text.split('## Defects');

interface Row {
  number: number;
  cells: string[];
}

function rowsOf(section: string): Row[] {
  const lines = section.split('\n').filter((line) => /^\| +\d+ /.test(line));
  return lines.map((line) => {
    const [number, ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { number: Number(number), cells };
  });
}

/** `file` and “title” of each test that a cell names. */
function testsIn(cell: string): { file: string; title: string }[] {
  return [...cell.matchAll(/`([^`]+\.test\.ts)`: “([^”]+)”/g)].map(([, file, title]) => ({ file: file!, title: title! }));
}

describe('docs/migrating/origins.md', () => {
  test('has a row for each of the 155 features, which says something', () => {
    const rows = rowsOf(features);
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 155 }, (_, at) => at + 1));
    for (const { number, cells } of rows) for (const cell of cells) expect(cell, `O-${number}`).toMatch(/\w/);
  });

  test('has a row for each of the 23 defects, with its tests', () => {
    const rows = rowsOf(defects);
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 23 }, (_, at) => at + 1));
    for (const { number, cells } of rows) {
      const held = cells.at(-1)!;
      expect(testsIn(held).length, `defect ${number}: ${held}`).toBeGreaterThan(0);
    }
  });

  test('links to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(70);
    expect(links.filter((link) => !link.includes('…') && !existsSync(join(dirname(FILE), link)))).toEqual([]);
  });

  test('names tests that are there, by their titles', () => {
    const named = rowsOf(defects).flatMap(({ cells }) => testsIn(cells.at(-1)!));
    expect(named.length).toBeGreaterThanOrEqual(23);
    const missing = named.filter(({ file, title }) => {
      const path = join(ROOT, file);
      return !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
    });
    expect(missing).toEqual([]);
  });
});
