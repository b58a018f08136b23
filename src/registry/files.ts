/** Finds a project's files. Nothing is imported here. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Note } from './problems.js';

export interface ProjectFile {
  /** The file's name without its ending. */
  id: string;
  /** Relative to the project's folder, with forward slashes. */
  file: string;
  path: string;
}

export interface ProjectFiles {
  config: ProjectFile[];
  tasks: ProjectFile[];
  chains: ProjectFile[];
  retryables: ProjectFile[];
  /** Files in `tasks/`, `chains/` and `retryables/` that look like code but are not read, with the reason. */
  unread: { file: string; reason: string }[];
  /** Whether the folder has one of these at all. */
  isProject: boolean;
}

const ENDINGS = ['.ts', '.js', '.mjs'];
const UNREAD_ENDINGS = ['.mts', '.cts', '.tsx', '.cjs', '.jsx'];
const NOT_OURS = /\.d\.[cm]?ts$|\.(?:test|spec)\.[^.]+$|^\./;

/** Files directly in `tasks/`, `chains/` and `retryables/`, sorted by name; subfolders, tests and declarations are left out. */
export async function findFiles(dir: string): Promise<ProjectFiles> {
  const unread: ProjectFiles['unread'] = [];
  const [config, tasks, chains, retryables] = await Promise.all([
    listFolder(dir, '', unread, (name) => name.startsWith('daychain.config.')),
    listFolder(dir, 'tasks', unread),
    listFolder(dir, 'chains', unread),
    listFolder(dir, 'retryables', unread),
  ]);
  return {
    config: config ?? [],
    tasks: tasks ?? [],
    chains: chains ?? [],
    retryables: retryables ?? [],
    unread,
    isProject: [tasks, chains, retryables].some((folder) => folder !== null),
  };
}

/** Ids by the names of the files alone: quick, and right even where files do not load. Commands are not among the tasks. */
export async function listIds(dir: string): Promise<{ tasks: string[]; chains: string[] }> {
  const { tasks, chains } = await findFiles(dir);
  const ids = (files: readonly ProjectFile[]) => [...new Set(files.map(({ id }) => id))];
  return { tasks: ids(tasks), chains: ids(chains) };
}

/** Says so, if the folder is no project or does not exist. */
export async function noteMissingProject(dir: string, files: ProjectFiles, note: Note): Promise<void> {
  if (files.isProject) return;
  const exists = await stat(dir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (exists)
    note(
      'project',
      dir,
      'has neither a folder "tasks" nor a folder "chains": is it the right one? Another is named with --project DIR.',
    );
  else note('project', dir, `there is no folder ${dir}.`);
}

async function listFolder(
  dir: string,
  folder: string,
  unread: ProjectFiles['unread'],
  wanted: (name: string) => boolean = () => true,
): Promise<ProjectFile[] | null> {
  let entries;
  try {
    entries = await readdir(join(dir, folder), { withFileTypes: true });
  } catch {
    return null;
  }
  const found: ProjectFile[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isDirectory() || NOT_OURS.test(name) || !wanted(name)) continue;
    const file = folder === '' ? name : `${folder}/${name}`;
    const ending = ENDINGS.find((one) => name.endsWith(one));
    const foreign = UNREAD_ENDINGS.find((one) => name.endsWith(one));
    if (ending) found.push({ id: name.slice(0, -ending.length), file, path: join(dir, folder, name) });
    else if (foreign) unread.push({ file, reason: `files ending in ${foreign} are not read; rename it to .ts, .js or .mjs` });
  }
  return found.sort((a, b) => (a.file < b.file ? -1 : 1));
}
