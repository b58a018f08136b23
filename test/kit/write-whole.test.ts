import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { writeWhole } from '../../src/kit/write-whole.js';
import { temporaryFolder } from '../support/servers.js';

let root: string;
let outside: string;
beforeEach(() => {
  const dir = temporaryFolder();
  root = join(dir, 'root');
  outside = join(dir, 'outside');
  mkdirSync(outside);
});

test('writes a file and the folders it needs, for its owner alone unless told, and leaves nothing else', async () => {
  const path = await writeWhole(root, 'reports/2026/02.html', '<p>');
  expect(readFileSync(path, 'utf8')).toBe('<p>');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const open = await writeWhole(root, 'reports/2026/02.html', Buffer.from('<b>'), { mode: 0o644 });
  expect(readFileSync(open, 'utf8')).toBe('<b>');
  expect(statSync(open).mode & 0o777).toBe(0o644);
  expect(readdirSync(join(root, 'reports/2026'))).toEqual(['02.html']);
});

test('keeps the old content until all of the new is there, and for good where the new breaks off', async () => {
  const path = await writeWhole(root, 'a.txt', 'old');
  async function* breaking() {
    yield 'half';
    expect(readFileSync(path, 'utf8')).toBe('old');
    await Promise.reject(new Error('broken off'));
  }
  await expect(writeWhole(root, 'a.txt', breaking())).rejects.toThrow('broken off');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(root)).toEqual(['a.txt']);
});

test.each(['../a.txt', 'a/../../a.txt', '/etc/a.txt', '..', '.', '', 'a\0b'])('refuses the path %j', async (path) => {
  await expect(writeWhole(root, path, 'x')).rejects.toThrow('nothing is written outside of it');
  expect(readdirSync(outside)).toEqual([]);
});

test('refuses a folder that is a link leading out, and replaces a file that is one', async () => {
  mkdirSync(root);
  symlinkSync(outside, join(root, 'link'));
  await expect(writeWhole(root, 'link/deep/a.txt', 'x')).rejects.toThrow('nothing is written outside of it');
  expect(readdirSync(outside)).toEqual([]);

  writeFileSync(join(outside, 'b.txt'), 'theirs');
  symlinkSync(join(outside, 'b.txt'), join(root, 'b.txt'));
  await writeWhole(root, 'b.txt', 'ours');
  expect(readFileSync(join(outside, 'b.txt'), 'utf8')).toBe('theirs');
  expect(readFileSync(join(root, 'b.txt'), 'utf8')).toBe('ours');
});
