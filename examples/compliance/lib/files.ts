import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** A folder or file of the project itself: `inProject('data', 'sample.json')`. */
export function inProject(...parts: string[]): string {
  return join(PROJECT, ...parts);
}

export async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
