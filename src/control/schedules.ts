/** Makes the server's schedules match the project's files: a plan first, then its application. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import { MEMO } from '../plan/names.js';
import type { Registry, WantedSchedule } from '../registry/registry.js';
import { tokenKeeping } from './conflict-token.js';
import { OUR_NOTE, readSchedule, recordOf, type ExistingSchedule } from './schedule-record.js';

/** The project whose schedules are meant. */
export interface Owner {
  name: string;
  taskQueue: string;
}

export type SyncChange =
  | 'create'
  | 'update'
  /** It was paused because it had left the files; it is in them again. */
  | 'reactivate'
  /** It has left the files: paused with a note, never deleted. */
  | 'deactivate'
  | 'unchanged'
  /** Another project's, or nobody's: never touched. */
  | 'foreign';

export interface SyncStep {
  /** Of the schedule: a chain's id, or a task's. */
  id: string;
  change: SyncChange;
  /** When it is due by the files, in words; null if they have it no more. */
  sentence: string | null;
  existing: ExistingSchedule | null;
  wanted: WantedSchedule | null;
}

export interface SyncDiff {
  project: Owner;
  /** Sorted by id. */
  steps: SyncStep[];
}

export interface SyncedStep extends SyncStep {
  /** What the server has afterwards: with the next slots, and a person's pause and note where there is one. */
  after: ExistingSchedule | null;
}

/** Writes of one schedule before we give up against others who write it at the same time. */
const MOST_WRITES = 5;
/** The server answers a little stale for a moment after a write. */
const LOOKS = 20;
const BETWEEN_LOOKS_MS = 50;
const AT_ONCE = 8;

/**
 * Compares what the files want with what the server has. Pure: changes nothing, asks nobody.
 * Schedules of other projects that the files do not name are left out.
 */
export function planSync(input: {
  wanted: readonly WantedSchedule[];
  existing: readonly ExistingSchedule[];
  project: Owner;
}): SyncDiff {
  const { wanted, existing, project } = input;
  const onServer = new Map(existing.map((one) => [one.id, one]));
  const inFiles = new Map(wanted.map((one) => [one.id, one]));
  const gone = existing.filter((one) => one.project === project.name && !inFiles.has(one.id));
  const ids = [...inFiles.keys(), ...gone.map(({ id }) => id)].sort();
  return { project, steps: ids.map((id) => stepOf(id, inFiles.get(id) ?? null, onServer.get(id) ?? null, project)) };
}

/** Reads from the server all that planSync needs: the schedules the files name, and all others of the project. */
export async function readSchedules(client: Client, registry: Registry): Promise<ExistingSchedule[]> {
  const ids = new Set(registry.schedules().map(({ id }) => id));
  for await (const { scheduleId, memo } of client.schedule.list()) {
    if (memo?.[MEMO.project] === registry.project.name) ids.add(scheduleId);
  }
  const found = await eachOf([...ids], (id) => readSchedule(client, id));
  return found.filter((one) => one !== null);
}

/**
 * Applies a plan. Safe beside another sync and beside a person: every write is against what was just read, and what
 * the server has afterwards is read again. Applied twice, the second time changes nothing.
 * @throws Error if a schedule is still not as wanted after five writes
 */
export async function applySync(client: Client, diff: SyncDiff): Promise<SyncedStep[]> {
  return eachOf(diff.steps, (step) => applyStep(client, step, diff.project));
}

/**
 * The whole of `daychain sync`: nothing at all is done while the project has problems.
 * `dryRun` plans only; then `after` is what is there now.
 */
export async function syncSchedules(
  client: Client,
  registry: Registry,
  options: { dryRun?: boolean } = {},
): Promise<{ refused: 'problems' } | { refused: null; steps: SyncedStep[] }> {
  if (registry.problems.length > 0) return { refused: 'problems' };
  const existing = await readSchedules(client, registry);
  const diff = planSync({ wanted: registry.schedules(), existing, project: registry.project });
  if (options.dryRun) return { refused: null, steps: diff.steps.map((step) => ({ ...step, after: step.existing })) };
  return { refused: null, steps: await applySync(client, diff) };
}

function stepOf(id: string, wanted: WantedSchedule | null, existing: ExistingSchedule | null, project: Owner): SyncStep {
  return { id, wanted, existing, sentence: wanted?.sentence ?? null, change: changeOf(wanted, existing, project) };
}

function changeOf(wanted: WantedSchedule | null, existing: ExistingSchedule | null, project: Owner): SyncChange {
  if (existing === null) return wanted ? 'create' : 'unchanged';
  if (existing.project !== project.name) return 'foreign';
  if (wanted === null) return existing.paused ? 'unchanged' : 'deactivate';
  if (isOurPause(existing)) return 'reactivate';
  return existing.fingerprint === recordOf(wanted, project.taskQueue).fingerprint ? 'unchanged' : 'update';
}

function isOurPause({ paused, note }: { paused: boolean; note?: string | null }): boolean {
  return paused && (note?.startsWith(OUR_NOTE) ?? false);
}

async function applyStep(client: Client, step: SyncStep, project: Owner): Promise<SyncedStep> {
  let { change, existing } = step;
  let told = change;
  for (let writes = 0; change !== 'unchanged' && change !== 'foreign'; writes++) {
    if (writes === MOST_WRITES) {
      throw new Error(
        `schedule "${step.id}" is not as wanted after ${MOST_WRITES} writes: somebody else writes it too. Try again: daychain sync`,
      );
    }
    await write(client, step, change, project);
    // Looked at until the write shows, so that one that was dropped in silence is noticed.
    for (let look = 0; look < LOOKS; look++) {
      existing = await readSchedule(client, step.id);
      change = changeOf(step.wanted, existing, project);
      if (change === 'unchanged' || change === 'foreign') break;
      await pause(BETWEEN_LOOKS_MS);
    }
  }
  if (change === 'foreign') told = 'foreign';
  return { ...step, change: told, after: existing };
}

async function write(client: Client, { id, wanted }: SyncStep, change: SyncChange, project: Owner): Promise<void> {
  const record = wanted && recordOf(wanted, project.taskQueue);
  try {
    if (change === 'create') {
      const { spec, action, policies } = record!;
      await client.schedule.create({ scheduleId: id, spec, action, policies, memo: { [MEMO.project]: project.name } });
      return;
    }
    await tokenKeeping(client)
      .getHandle(id)
      .update((previous) => {
        if (previous.memo?.[MEMO.project] !== project.name) throw new Unwritten();
        const { paused, note } = previous.state;
        if (!record) {
          // A person's pause stays theirs: it is not overwritten with ours.
          if (paused) throw new Unwritten();
          return {
            ...previous,
            state: { ...previous.state, paused: true, note: `${OUR_NOTE} no longer in the files of project ${project.name}` },
          };
        }
        const { spec, action, policies } = record;
        const state = isOurPause({ paused, note: note ?? null })
          ? { ...previous.state, paused: false, note: '' }
          : previous.state;
        return { ...previous, spec, action, policies, state };
      });
  } catch (error) {
    // Made, deleted or changed by somebody else meanwhile: the next look tells what is to be done now.
    if (error instanceof ScheduleAlreadyRunning || error instanceof ScheduleNotFoundError || error instanceof Unwritten) return;
    throw error;
  }
}

/** Nothing is to be written after all. */
class Unwritten extends Error {}

/** Maps a few at a time: a server should not feel a sync. */
async function eachOf<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await map(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane));
  return results;
}
