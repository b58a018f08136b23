/** Files that are there whole or not at all, and only where they may be. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { PermanentError } from '../define/errors.js';

export type FileData = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/**
 * Writes a file by way of a temporary one beside it: written, flushed to the disk, renamed. Whoever reads the path sees the old
 * content or the new, whole; so it may be repeated, and a worker that dies in the middle leaves at most a file named `.….tmp`.
 * Missing folders are created.
 * @param root the folder that nothing may leave, neither by `..` nor by a link
 * @param path from the root
 * @param options `mode`: who may read and write, default 0o600
 * @returns the file's absolute path
 * @throws PermanentError for a path that leads out of the root
 */
export async function writeWhole(root: string, path: string, data: FileData, { mode = 0o600 } = {}): Promise<string> {
  await mkdir(root, { recursive: true });
  const base = await realpath(root);
  const target = inside(base, path);
  await mkdirInside(base, dirname(target), path);
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) await file.writeFile(data);
      else for await (const part of data) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
  return target;
}

function inside(base: string, path: string): string {
  const target = resolve(base, path);
  if (path.includes('\0') || isAbsolute(path) || target === base || leads(base, target)) throw refused(path, base);
  return target;
}

/** Creates the folders one by one: none of them may be a link that leads out. */
async function mkdirInside(base: string, folder: string, path: string): Promise<void> {
  let at = base;
  for (const part of relative(base, folder).split(sep)) {
    if (part === '') continue;
    at = join(at, part);
    await mkdir(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const real = await realpath(at);
    if (real !== base && leads(base, real)) throw refused(path, base);
  }
}

function leads(base: string, target: string): boolean {
  const way = relative(base, target);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

function refused(path: string, root: string): PermanentError {
  return new PermanentError(`${JSON.stringify(path)} is no file inside ${root}; nothing is written outside of it`);
}

/** After a loss of power the name is there too. Some systems cannot, and need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
