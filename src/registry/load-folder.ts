/** Reads a project's folder. */
import { resolve } from 'node:path';
import { assembleProject } from './load-project.js';
import { findFiles, type ProjectFiles } from './files.js';
import { loadFiles, type Loaded } from './load.js';
import type { Registry } from './registry.js';
import type { Environment } from './setting-values.js';

/**
 * Loads a project. Never throws for what is in its files: every problem of every file is in `registry.problems`,
 * and what is right can be used. Called again, it sees files as they are then.
 * @param dir the project's folder, relative to the current one or absolute
 * @param environment where the project's own settings are read from. Default: empty
 */
export async function loadProject(dir: string, environment: Environment = {}): Promise<Registry> {
  const folder = resolve(dir);
  const files = await findFiles(folder);
  return assembleProject(folder, environment, files, await loadAll(folder, files));
}

/** Loads only the project's configuration: who it is, its settings and clients. It has no tasks then, and no chains. */
export async function loadConfiguration(dir: string, environment: Environment = {}): Promise<Registry> {
  const folder = resolve(dir);
  const files = { ...(await findFiles(folder)), tasks: [], chains: [], retryables: [], unread: [] };
  return assembleProject(folder, environment, files, await loadAll(folder, files));
}

async function loadAll(folder: string, { config, tasks, chains, retryables }: ProjectFiles): Promise<Loaded[]> {
  return await loadFiles(folder, [...config.slice(0, 1), ...tasks, ...chains, ...retryables]);
}
