/** The schedules of a project: those its files want against those the server has. */
import type { Server } from './control/server.js';
import { type SyncedStep, syncSchedules, type SyncOptions } from './control/schedules.js';
import type { Registry } from './registry/index.js';

export type { SyncedStep };

/**
 * Makes the server's schedules match the files, and answers what that took; with `dryRun`, what it would take.
 * @throws Error while any file has a problem: nothing is changed then. Ask `registry.problems` first.
 */
export async function syncProject(server: Server, registry: Registry, options: SyncOptions = {}): Promise<SyncedStep[]> {
  const synced = await syncSchedules(server, registry, options);
  if (synced.refused !== null)
    throw new Error(`the files of project ${registry.project.name} have problems; its schedules stay as they are`);
  return synced.steps;
}
