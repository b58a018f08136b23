/** Where the project's files lie. */
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** A folder or file of the project; an absolute path stays what it is. */
export function inProject(...parts: string[]): string {
  return resolve(PROJECT, ...parts);
}

/** Names in a folder, sorted, those that begin with a dot left out; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await ifThere(readdir(folder));
  return (names ?? []).filter((name) => !name.startsWith('.')).sort();
}

/** When it was last written, in epoch milliseconds: of a folder, the newest of it and all that is in it. Null if it is not there. */
export async function lastWritten(path: string): Promise<number | null> {
  // Not what a link leads to: that may lie anywhere.
  const found = await ifThere(lstat(path));
  if (found === null || !found.isDirectory()) return found?.mtimeMs ?? null;
  let newest = found.mtimeMs;
  for (const name of (await ifThere(readdir(path))) ?? []) {
    newest = Math.max(newest, (await lastWritten(join(path, name))) ?? 0);
  }
  return newest;
}

/** That path of a folder, or the first free one with a number: `bad.csv`, `bad-2.csv`. */
export function freePath(folder: string, file: string): string {
  const { name, ext } = parse(file);
  let path = join(folder, file);
  for (let number = 2; existsSync(path); number++) path = join(folder, `${name}-${number}${ext}`);
  return path;
}

/** Files come and go between two looks. */
async function ifThere<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
