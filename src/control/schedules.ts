/** Makes the server's schedules match the project's files: a plan first, then its application. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, ScheduleAlreadyRunning, type ScheduleDescription } from '@temporalio/client';
import { MEMO } from '../plan/names.js';
import type { ScheduledChainInput } from '../plan/types.js';
import type { Registry, WantedSchedule } from '../registry/registry.js';
import { ruleOf } from '../registry/rules.js';
import type { KeyedBy } from '../time/schedule.js';
import type { Slot } from '../time/slots.js';
import { chooses, type Choice } from './choose.js';
import { eachOf } from './each-of.js';
import { lostSlots } from './lost-slots.js';
import {
  existingOf,
  fingerprintOf,
  LEAST_REACH_MS,
  OUR_NOTE,
  readSchedule,
  recordOf,
  rulesAfter,
  rulesIn,
  type ExistingSchedule,
} from './schedule-record.js';
import { writeSchedule, type Desired, type Writer } from './write-schedule.js';

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
  /** As before, for ten years more: its spec is a list of times, and the list was running short. */
  | 'renew'
  | 'unchanged'
  /** Another project's, or nobody's: never touched. */
  | 'foreign';

/** Runs that were unique by the one would be unique by the other: what has run would run again. */
export interface Rekeying {
  from: KeyedBy;
  to: KeyedBy;
}

export interface SyncStep {
  /** Of the schedule: a chain's id, or a task's. */
  id: string;
  change: SyncChange;
  /** When it is due by the files, in words; null if they have it no more. */
  sentence: string | null;
  /** Not null: the change is made only where it is confirmed. */
  rekeying: Rekeying | null;
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
  /** Slots that were started here, because between the old and the new times the server would have lost them. */
  started: Slot[];
  /** The change waits for a confirmation: nothing was done. */
  unconfirmed: boolean;
}

export interface SyncOptions {
  /** Plans only; then `after` is what is there now. */
  dryRun?: boolean;
  /** Only schedules chosen so; the rest is neither compared nor touched. */
  choice?: Choice;
  /** Makes changes, too, by which runs become unique by something else. */
  confirmed?: boolean;
  /** Ids that are read besides: of earlier syncs, whose schedules the server's list may not have yet. */
  known?: readonly string[];
}

/** Writes of one schedule before we give up against others who write it at the same time. */
const MOST_WRITES = 5;
const BETWEEN_WRITES_MS = 50;

/**
 * Compares what the files want with what the server has. Pure: changes nothing, asks nobody.
 * Schedules of other projects that the files do not name are left out. `now` in epoch milliseconds.
 */
export function planSync(input: {
  wanted: readonly WantedSchedule[];
  existing: readonly ExistingSchedule[];
  project: Owner;
  now: number;
}): SyncDiff {
  const { wanted, existing, project, now } = input;
  const onServer = new Map(existing.map((one) => [one.id, one]));
  const inFiles = new Map(wanted.map((one) => [one.id, one]));
  const gone = existing.filter((one) => one.project === project.name && !inFiles.has(one.id));
  const ids = [...inFiles.keys(), ...gone.map(({ id }) => id)].sort();
  return { project, steps: ids.map((id) => stepOf(id, inFiles.get(id) ?? null, onServer.get(id) ?? null, project, now)) };
}

/**
 * Reads from the server all that planSync needs: the schedules the files name, and all others of the project. Those stand
 * in a list that runs about a second behind; what is `known` is read also where it does not.
 */
export async function readSchedules(
  client: Client,
  registry: Registry,
  { choice, known = [] }: Pick<SyncOptions, 'choice' | 'known'> = {},
): Promise<ExistingSchedule[]> {
  const tags = new Map(registry.schedules().map(({ id, tags: own }) => [id, own]));
  const ids = new Set([...tags.keys(), ...known]);
  for await (const { scheduleId, memo } of client.schedule.list()) {
    if (memo?.[MEMO.project] === registry.project.name) ids.add(scheduleId);
  }
  const chosen = [...ids].filter((id) => chooses(choice, { id, tags: tags.get(id) ?? [] }));
  const found = await eachOf(chosen, (id) => readSchedule(client, id));
  return found.filter((one) => one !== null);
}

/**
 * Applies a plan. Safe beside another sync and beside a person: every write is against what was just read, and what
 * the server has afterwards is read again. Applied twice, the second time changes nothing.
 * @throws Error if a schedule is still not as wanted after five writes
 */
export async function applySync(
  server: { client: Client; by: string },
  diff: SyncDiff,
  options: Pick<SyncOptions, 'confirmed'> = {},
): Promise<SyncedStep[]> {
  const writer: Writer = { client: server.client, by: server.by, taskQueue: diff.project.taskQueue };
  return eachOf(diff.steps, (step) => applyStep(writer, step, diff.project, options.confirmed ?? false));
}

/** The whole of `daychain sync`: nothing at all is done while the project has problems. */
export async function syncSchedules(
  server: { client: Client; by: string },
  registry: Registry,
  options: SyncOptions = {},
): Promise<{ refused: 'problems' } | { refused: null; steps: SyncedStep[] }> {
  if (registry.problems.length > 0) return { refused: 'problems' };
  const { choice, dryRun } = options;
  const existing = await readSchedules(server.client, registry, options);
  const wanted = registry.schedules().filter((one) => chooses(choice, one));
  const diff = planSync({ wanted, existing, project: registry.project, now: Date.now() });
  if (!dryRun) return { refused: null, steps: await applySync(server, diff, options) };
  return {
    refused: null,
    steps: diff.steps.map((step) => ({ ...step, after: step.existing, started: [], unconfirmed: waits(step, options) })),
  };
}

function stepOf(
  id: string,
  wanted: WantedSchedule | null,
  existing: ExistingSchedule | null,
  project: Owner,
  now: number,
): SyncStep {
  const change = changeOf(wanted, existing, project, now);
  const writes = change === 'update' || change === 'reactivate';
  return {
    id,
    wanted,
    existing,
    sentence: wanted?.sentence ?? null,
    change,
    rekeying: writes ? rekeyingOf(wanted!, existing!) : null,
  };
}

function changeOf(wanted: WantedSchedule | null, existing: ExistingSchedule | null, project: Owner, now: number): SyncChange {
  if (existing === null) return wanted ? 'create' : 'unchanged';
  if (existing.project !== project.name) return 'foreign';
  if (wanted === null) return existing.paused ? 'unchanged' : 'deactivate';
  if (isOurPause(existing)) return 'reactivate';
  if (existing.fingerprint !== fingerprintOf(wanted, project.taskQueue)) return 'update';
  return existing.goodUntil !== null && Date.parse(existing.goodUntil) < now + LEAST_REACH_MS ? 'renew' : 'unchanged';
}

/** What its runs were unique by when it was last due, against what they would be unique by. */
function rekeyingOf(wanted: WantedSchedule, { rules }: ExistingSchedule): Rekeying | null {
  const [last] = rules.earlier ?? [];
  const from = (ruleOf(rules) ?? ruleOf({ ...(last ? { rule: last } : {}) }))?.keyedBy;
  const to = wanted.compiled.keyedBy;
  return from === undefined || from === to ? null : { from, to };
}

function isOurPause({ paused, note }: { paused: boolean; note?: string | null | undefined }): boolean {
  return paused && (note?.startsWith(OUR_NOTE) ?? false);
}

function waits(step: SyncStep, { confirmed = false }: SyncOptions): boolean {
  return step.rekeying !== null && !confirmed;
}

async function applyStep(writer: Writer, step: SyncStep, project: Owner, confirmed: boolean): Promise<SyncedStep> {
  const { id, wanted } = step;
  let { change, existing } = step;
  const started: Slot[] = [];
  if (waits(step, { confirmed })) return { ...step, after: existing, started, unconfirmed: true };
  for (let writes = 0; change !== 'unchanged' && change !== 'foreign'; writes++) {
    if (writes === MOST_WRITES) {
      throw new Error(
        `schedule "${id}" is not as wanted after ${MOST_WRITES} writes: somebody else writes it too. Try again: daychain sync`,
      );
    }
    if (writes > 0) await pause(BETWEEN_WRITES_MS);
    if (change === 'create') await create(writer, wanted!, project);
    else started.push(...(await writeSchedule(writer, id, (previous, now) => desired(step, previous, project, now))).started);
    existing = await readSchedule(writer.client, id);
    change = changeOf(wanted, existing, project, Date.now());
  }
  const told = change === 'foreign' ? 'foreign' : step.change;
  return { ...step, change: told, after: existing, started, unconfirmed: false };
}

async function create({ client }: Writer, wanted: WantedSchedule, project: Owner): Promise<void> {
  const { spec, action, policies } = recordOf(wanted, project.taskQueue, Date.now());
  try {
    await client.schedule.create({ scheduleId: wanted.id, spec, action, policies, memo: { [MEMO.project]: project.name } });
  } catch (error) {
    // Made by somebody else meanwhile: the next look tells what is to be done now.
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}

/** What a schedule becomes; null where it is right, or none of ours to write. */
function desired({ wanted }: SyncStep, previous: ScheduleDescription, project: Owner, now: number): Desired | null {
  const existing = existingOf(previous, now);
  const change = changeOf(wanted, existing, project, now);
  if (change === 'unchanged' || change === 'foreign') return null;
  if (wanted === null) return { next: deactivated(previous, project, now), lost: [] };
  const open = !existing.paused || isOurPause(existing);
  const lost = open && !existing.paused ? lostSlots(ruleOf(existing.rules), wanted.compiled, now) : [];
  const { spec, action, policies } = recordOf(
    wanted,
    project.taskQueue,
    now,
    { ...existing.rules, ...(existing.keep && { keep: existing.keep }) },
    lost[0]?.scheduledFor,
  );
  const state = isOurPause(existing) ? { ...previous.state, paused: false, note: '' } : previous.state;
  return { next: { ...previous, spec, action, policies, state }, lost };
}

/** Its rule ends here: what it would have run meanwhile is not expected of it. */
function deactivated(previous: ScheduleDescription, project: Owner, now: number): Desired['next'] {
  const note = `${OUR_NOTE} no longer in the files of project ${project.name}`;
  const { action } = previous;
  const [input] = (action.args ?? []) as [ScheduledChainInput?];
  const kept = input?.keep ? { keep: input.keep } : {};
  const args = [{ chain: input?.chain ?? previous.scheduleId, ...rulesAfter(rulesIn(previous), null, now), ...kept }];
  return { ...previous, action: { ...action, args }, state: { ...previous.state, paused: true, note } };
}
