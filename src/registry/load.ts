/** Imports a project's files, each on its own: one that does not load never hides the rest. */
import { pathToFileURL } from 'node:url';
import type { ProjectFile } from './files.js';
import { loadErrorText } from './load-error.js';
import { readAsModules } from './as-modules.js';

export type Loaded =
  { file: ProjectFile; exports: Record<string, unknown>; error: null } | { file: ProjectFile; exports: null; error: string };

type Import = (url: string) => Promise<Record<string, unknown>>;

/** A module that is still loading after this long is given up. */
const LOAD_TIMEOUT_MS = 30_000;

let loads = 0;

/**
 * Imports all files anew, so that a second call sees what changed on disk. Modules of earlier calls stay in memory:
 * Node offers no way to unload them.
 * @param longestMs a module that is still loading after this long is given up; one that computes without end is not
 */
export async function loadFiles(dir: string, files: readonly ProjectFile[], longestMs = LOAD_TIMEOUT_MS): Promise<Loaded[]> {
  const importFile = await importer(dir, files);
  const loaded = new Map<ProjectFile, Promise<Loaded>>();
  // A `.js` file may be CommonJS, and cannot require a module that others are importing at that moment.
  for (const isLast of [false, true]) {
    for (const file of files.filter(({ path }) => path.endsWith('.js') === isLast)) {
      loaded.set(file, loadFile(dir, file, importFile, longestMs));
    }
    await Promise.all(loaded.values());
  }
  return Promise.all(files.map((file) => loaded.get(file)!));
}

async function importer(dir: string, files: readonly ProjectFile[]): Promise<Import> {
  // The process id keeps apart the loads of two copies of this module in one process.
  const version = `${process.pid}-${++loads}-${Date.now().toString(36)}`;
  if (!files.some(({ path }) => path.endsWith('.ts'))) return (url) => import(/* @vite-ignore */ `${url}?load=${version}`);
  // A namespace of its own makes helpers in subfolders new too.
  const { register } = await import('tsx/esm/api');
  const tsx = register({ namespace: `daychain-${version}` });
  readAsModules(dir);
  return (url) => tsx.import(url, import.meta.url);
}

async function loadFile(dir: string, file: ProjectFile, importFile: Import, longestMs: number): Promise<Loaded> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`was still loading after ${longestMs / 1_000} s`)), longestMs);
  });
  try {
    const module = await Promise.race([importFile(pathToFileURL(file.path).href), late]);
    return { file, exports: unwrapped(module), error: null };
  } catch (error) {
    return { file, exports: null, error: await loadErrorText(dir, file.path, error) };
  } finally {
    clearTimeout(timer);
  }
}

/** A file that was compiled to CommonJS, as in a folder without `"type": "module"`, has its exports one level down. */
function unwrapped(module: Record<string, unknown>): Record<string, unknown> {
  const inner = module.default;
  const isWrapper = typeof inner === 'object' && inner !== null && 'default' in inner && !('kind' in inner);
  return isWrapper ? inner : module;
}
