/** Where the project's files lie, and how they are written: whole or not at all. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PermanentError, type TaskContext } from 'daychain';
import { writeWhole as writeInside } from 'daychain/kit';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** A folder or file of the project itself: `inProject('data', 'site')`. */
export function inProject(...parts: string[]): string {
  return join(PROJECT, ...parts);
}

/** Where all results lie: `out` in the project, or the folder that `CIVIC_OUT` names. */
export function outFolder({ settings }: Pick<TaskContext, 'settings'>): string {
  return settings.CIVIC_OUT === null ? inProject('out') : resolve(settings.CIVIC_OUT);
}

/** The folder of one date's results. */
export function dayFolder(ctx: Pick<TaskContext, 'date' | 'settings'>): string {
  return join(outFolder(ctx), ctx.date);
}

/** A path as a person at the terminal would type it: relative where that is shorter to read, else absolute. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') || isAbsolute(near) ? path : near;
}

/** Writes a file whole: readers see the old content or the new one. Creates the folder. Content that is no text is written as JSON. */
export async function writeWhole(path: string, content: string | Uint8Array | object): Promise<void> {
  const data = typeof content === 'string' || content instanceof Uint8Array ? content : `${JSON.stringify(content, null, 2)}\n`;
  await writeInside(dirname(path), basename(path), data, { mode: 0o644 });
}

/** Reads a JSON file; null if there is none. A file that is no JSON is a PermanentError that names it. */
export async function readJson<T>(path: string): Promise<T | null> {
  const text = await readText(path);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new PermanentError(`${shownPath(path)} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Reads a text file; null if there is none. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
