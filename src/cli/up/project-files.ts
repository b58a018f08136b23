/** The files a project is made of, as they are on disk at one moment. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

interface KnownFile {
  /** What tells a changed file without reading it. */
  stamp: string;
  /** Hash of its content; null where there is no such file. */
  content: string | null;
}

/** Absolute path → the file. */
export type FilesSeen = ReadonlyMap<string, KnownFile>;

export type FileChange = { file: string; change: 'added' | 'changed' | 'removed' };

const FOLDERS = ['tasks', 'chains', 'retryables'];
const CODE = /\.(?:[cm]?[jt]s|[jt]sx|json)$/;
const AT_TOP = /^(?:daychain\.config\.[cm]?[jt]s|\.env|package\.json|tsconfig\.json)$/;

/**
 * Looks at all files: those in the project's own folders, and the modules that it was seen to import from elsewhere. Only
 * what looks touched since `before` is read. What comes and goes while this looks is taken for absent.
 */
export async function lookAtFiles(dir: string, modules: Iterable<string>, before?: FilesSeen): Promise<FilesSeen> {
  const own = await Promise.all([filesAtTop(dir), ...FOLDERS.map((folder) => filesBelow(join(dir, folder)))]);
  const paths = [...new Set([...own.flat(), ...modules])].sort();
  const seen = await Promise.all(paths.map(async (path) => [path, await lookAt(path, before?.get(path))] as const));
  return new Map(seen);
}

/** The same, with files that were not known to belong to the project until now. */
export async function withMoreFiles(seen: FilesSeen, paths: Iterable<string>): Promise<FilesSeen> {
  const more = [...new Set(paths)].filter((path) => !seen.has(path));
  return new Map([...seen, ...(await Promise.all(more.map(async (path) => [path, await lookAt(path, undefined)] as const)))]);
}

/** Whether anything looks touched: other stamps, files come or gone. */
export function sameStamps(before: FilesSeen, after: FilesSeen): boolean {
  return before.size === after.size && [...after].every(([path, { stamp }]) => before.get(path)?.stamp === stamp);
}

/** What differs in content, sorted by name; names are relative to the project's folder, with forward slashes. */
export function changesBetween(dir: string, before: FilesSeen, after: FilesSeen): FileChange[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path): FileChange[] => {
    const [was, is] = [before.get(path)?.content ?? null, after.get(path)?.content ?? null];
    if (was === is) return [];
    const file = relative(dir, path).split(sep).join('/');
    return [{ file, change: was === null ? 'added' : is === null ? 'removed' : 'changed' }];
  });
}

const ABSENT: KnownFile = { stamp: 'absent', content: null };

async function lookAt(path: string, before: KnownFile | undefined): Promise<KnownFile> {
  try {
    const { size, mtimeMs, ctimeMs, ino } = await stat(path);
    const stamp = [size, mtimeMs, ctimeMs, ino].join(' ');
    if (before?.stamp === stamp) return before;
    return {
      stamp,
      content: createHash('sha1')
        .update(await readFile(path))
        .digest('hex'),
    };
  } catch {
    return ABSENT;
  }
}

async function filesAtTop(dir: string): Promise<string[]> {
  return (await namesIn(dir)).filter((name) => AT_TOP.test(name)).map((name) => join(dir, name));
}

async function filesBelow(dir: string): Promise<string[]> {
  const names = await namesIn(dir, true);
  return names.filter((name) => CODE.test(name) && !/(?:^|[/\\])(?:node_modules|\.)/.test(name)).map((name) => join(dir, name));
}

async function namesIn(dir: string, recursive = false): Promise<string[]> {
  try {
    return await readdir(dir, { recursive });
  } catch {
    return [];
  }
}
