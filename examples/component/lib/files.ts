/** Where the project's files lie. */
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** A folder or file of the project; an absolute path stays what it is. */
export function inProject(...parts: string[]): string {
  return resolve(PROJECT, ...parts);
}

/** Names in a folder, sorted, those that begin with a dot left out; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
