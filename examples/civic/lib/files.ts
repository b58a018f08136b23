/** Where the project's files lie, and how they are written: whole or not at all. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PermanentError, type TaskContext } from 'daychain';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** A folder or file of the project itself: `inProject('data', 'site')`. */
export function inProject(...parts: string[]): string {
  return join(PROJECT, ...parts);
}

/** The folder of one date's results: `out/<date>` in the project, or below `CIVIC_OUT` where that is set. */
export function dayFolder(ctx: Pick<TaskContext, 'date' | 'secrets'>): string {
  const root = ctx.secrets.has('CIVIC_OUT') ? resolve(ctx.secrets.get('CIVIC_OUT')) : inProject('out');
  return join(root, ctx.date);
}

/** A path as a person at the terminal would type it: relative where that is shorter to read, else absolute. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') || isAbsolute(near) ? path : near;
}

/**
 * Writes a file whole: readers see the old content or the new one, never a part, whatever dies in between.
 * Creates the folder. Content that is no text is written as JSON.
 */
export async function writeWhole(path: string, content: string | Uint8Array | object): Promise<void> {
  const bytes = typeof content === 'string' || content instanceof Uint8Array ? content : `${JSON.stringify(content, null, 2)}\n`;
  await mkdir(dirname(path), { recursive: true });
  // In the same folder, because a rename is atomic only within one file system.
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
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
