/** Old files of daychain's own folders: logs, and what downloads left behind. Never data of the servers. */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where files of one kind lie. */
export interface OwnFolder {
  dir: string;
  /** Which of its direct children are ours to remove. */
  isOurs(name: string): boolean;
}

export interface CleanedFiles {
  /** Paths that were removed, or would be. */
  removed: string[];
  bytes: number;
  /** What could not be looked at or removed, in words. */
  problems: string[];
}

/** Removes direct children of the folders that were last written before `before` (epoch milliseconds). Links are left alone. */
export async function cleanFiles(
  folders: readonly OwnFolder[],
  before: number,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<CleanedFiles> {
  const cleaned: CleanedFiles = { removed: [], bytes: 0, problems: [] };
  for (const { dir, isOurs } of folders) {
    for (const name of (await namesIn(dir, cleaned)).filter(isOurs).sort()) {
      const path = join(dir, name);
      try {
        const entry = await lstat(path);
        if (entry.isSymbolicLink() || entry.mtimeMs >= before) continue;
        if (!dryRun) await rm(path, { recursive: true });
        cleaned.removed.push(path);
        cleaned.bytes += entry.size;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') cleaned.problems.push(`${path}: ${(error as Error).message}`);
      }
    }
  }
  return cleaned;
}

async function namesIn(dir: string, cleaned: CleanedFiles): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') cleaned.problems.push(`${dir}: ${message}`);
    return [];
  }
}
