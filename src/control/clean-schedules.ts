/** Schedules whose file is gone: a sync has paused them; whether they are removed, a person says. */
import { ScheduleNotFoundError } from '@temporalio/client';
import type { Registry } from '../registry/index.js';
import { eachOf } from './each-of.js';
import { existingOf, OUR_NOTE, type ExistingSchedule } from './schedule-record.js';
import { readSchedules } from './schedules.js';
import type { Server } from './server.js';

/**
 * Ids of the project's schedules that a sync has paused because their files are gone, sorted. None while any file has
 * problems: nobody knows then what the files define.
 */
export async function goneSchedules(server: Server, registry: Registry): Promise<string[]> {
  if (registry.problems.length > 0) return [];
  const existing = await readSchedules(server.client, registry);
  return existing
    .filter((one) => isGone(registry, one))
    .map(({ id }) => id)
    .sort();
}

/** Removes those that are still gone at this very moment. Those removed. */
export async function removeSchedules(server: Server, registry: Registry, ids: readonly string[]): Promise<string[]> {
  const removed = await eachOf(ids, async (id) => {
    const handle = server.client.schedule.getHandle(id);
    try {
      const description = await handle.describe();
      if (registry.problems.length > 0 || !isGone(registry, existingOf(description, Date.now()))) return null;
      await handle.delete();
      return id;
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return null;
      throw error;
    }
  });
  return removed.filter((id) => id !== null);
}

function isGone(registry: Registry, { id, project, paused, note }: ExistingSchedule): boolean {
  const defined = registry.schedules().some((one) => one.id === id);
  return !defined && project === registry.project.name && paused && (note?.startsWith(OUR_NOTE) ?? false);
}
