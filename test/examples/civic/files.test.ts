import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dayFolder, inProject, readJson, writeWhole } from '../../../examples/civic/lib/files.js';
import { settingsOf, temporaryFolder } from './fake-context.js';

let folder: string;
let remove: () => Promise<void>;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

test('a file is written whole, in a folder that need not exist, over what was there', async () => {
  const path = join(folder, 'deep', 'er', 'file.json');
  await writeWhole(path, { first: true });
  await writeWhole(path, { second: 'é' });
  expect(await readJson(path)).toEqual({ second: 'é' });
  expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['file.json']);
});

test('many writers of one file leave one whole content and no drafts', async () => {
  const path = join(folder, 'file.txt');
  const contents = Array.from({ length: 20 }, (_, n) => String(n).repeat(10_000));
  await Promise.all(contents.map((content) => writeWhole(path, content)));
  expect(contents).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(folder)).toEqual(['file.txt']);
});

test('a write that fails leaves the old content and no draft', async () => {
  const path = join(folder, 'taken');
  mkdirSync(path);
  writeFileSync(join(path, 'inside'), '');
  await expect(writeWhole(path, 'text')).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});

test('a missing file reads as null, a torn one names itself', async () => {
  expect(await readJson(join(folder, 'none.json'))).toBeNull();
  writeFileSync(join(folder, 'torn.json'), '{');
  await expect(readJson(join(folder, 'torn.json'))).rejects.toThrow(/torn\.json is no JSON/);
});

test('results lie in out/<date> of the project unless CIVIC_OUT says where', () => {
  expect(dayFolder({ date: '20260203', settings: settingsOf({}) })).toBe(inProject('out', '20260203'));
  expect(dayFolder({ date: '20260203', settings: settingsOf({ CIVIC_OUT: folder }) })).toBe(join(folder, '20260203'));
});
