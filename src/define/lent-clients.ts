/**
 * The clients that a worker in this process has open for its project: calls made inside of it use them too. Kept on the process,
 * not in this module: files of a project may load a copy of it of their own.
 */
import type { ProjectClients } from './types.js';

const KEY = Symbol.for('daychain.lent-clients');

const lent = ((globalThis as { [KEY]?: Map<string, ProjectClients> })[KEY] ??= new Map<string, ProjectClients>());

/** @param dir the project's folder, absolute. Returns what takes them back. */
export function lendClients(dir: string, clients: ProjectClients): () => void {
  lent.set(dir, clients);
  return () => {
    if (lent.get(dir) === clients) lent.delete(dir);
  };
}

export function clientsLent(dir: string): ProjectClients | undefined {
  return lent.get(dir);
}
