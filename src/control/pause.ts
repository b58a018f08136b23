/** Pausing schedules and resuming them, without losing sight of what falls due meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { DAY, SECOND } from '../plan/limits.js';
import { pauseId } from '../plan/ids.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { ResumeLaterInput } from '../plan/types.js';
import { ruleOf } from '../registry/rules.js';
import type { Slot } from '../time/slots.js';
import { instantText } from '../time/zones.js';
import { Refused } from './errors.js';
import { missingSlots } from './missing-slots.js';
import { pauseNote, readPauseNote, resumeNote, type PauseNote } from './pause-note.js';
import { horizonOf } from './ruled-schedule.js';
import { OUR_NOTE, readSchedule, type ExistingSchedule } from './schedule-record.js';
import type { Server } from './server.js';
import { startSlot } from './start-slot.js';
import { writeSchedule } from './write-schedule.js';

export interface PauseWish {
  reason: string | null;
  /** ISO instant at which the pause ends by itself; null: when somebody resumes. */
  until: string | null;
  /** At `until`: run what fell due meanwhile. */
  catchUp: boolean;
}

export interface Paused {
  id: string;
  /** `already`: somebody had paused it before; nothing was changed. */
  outcome: 'paused' | 'already';
  /** What the schedule says of its pause. */
  note: string | null;
  pause: PauseNote | null;
}

export interface Resumed {
  id: string;
  /** `not_paused`: nothing was changed. */
  outcome: 'resumed' | 'not_paused';
  /** Slots that fell due during the pause and have no run, oldest first. */
  missing: Slot[];
  /** Those of them that were started now. */
  started: Slot[];
}

/** A pause that does not say since when is looked back on for so long. */
const LOOK_BACK_MS = 31 * DAY;
/** From seeing to a pause's end to the pause. A server that catches up is slow. */
const PAUSES_WITHIN_MS = 15 * SECOND;
const LOOK_EVERY_MS = 100;
/** A schedule somebody else writes at the same time is not fought over for ever. */
const MOST_WRITES = 5;

/**
 * Pauses a schedule, and has it resumed at `until`. Slots already due are not lost by it.
 * @throws Refused if the schedule is not on the server, not the project's, or left the files
 */
export async function pauseSchedule(server: Server, project: string, id: string, wish: PauseWish): Promise<Paused> {
  const existing = await ownSchedule(server, project, id);
  if (existing.paused) return { id, outcome: 'already', note: existing.note, pause: readPauseNote(existing.note) };
  const pause: PauseNote = { by: server.by, at: instantText(Date.now()), until: wish.until, reason: wish.reason };
  const note = pauseNote(pause);
  // First, so that no pause with an end is left without the one who ends it; should the pause itself fail, it does nothing.
  if (wish.until !== null) {
    const sooner = await resumeAtEnd(server, { schedule: id, until: wish.until, note, catchUp: wish.catchUp });
    if (sooner !== null) return { id, outcome: 'already', note: sooner.note, pause: readPauseNote(sooner.note) };
  }
  const after = await written(
    server,
    id,
    (previous) =>
      previous.state.paused ? null : { next: { ...previous, state: { ...previous.state, paused: true, note } }, lost: [] },
    ({ paused }) => paused,
  );
  if (after?.note !== note)
    return { id, outcome: 'already', note: after?.note ?? null, pause: readPauseNote(after?.note ?? null) };
  return { id, outcome: 'paused', note, pause };
}

/**
 * Ends a pause. Without `catchUp` what fell due meanwhile is only told.
 * @param only resumes just this pause: its note. Another one, or none, is left alone
 * @throws Refused as pauseSchedule does
 */
export async function resumeSchedule(
  server: Server,
  project: string,
  id: string,
  options: { catchUp: boolean; only?: string },
): Promise<Resumed> {
  const existing = await ownSchedule(server, project, id);
  const nothing: Resumed = { id, outcome: 'not_paused', missing: [], started: [] };
  if (!existing.paused || (options.only !== undefined && existing.note !== options.only)) return nothing;
  const note = resumeNote(server.by, instantText(Date.now()), server.reason);
  const after = await written(
    server,
    id,
    (previous) => {
      if (!previous.state.paused || (previous.state.note ?? null) !== existing.note) return null;
      return { next: { ...previous, state: { ...previous.state, paused: false, note } }, lost: [] };
    },
    (now) => !now.paused || now.note !== existing.note,
  );
  // Somebody may have paused it anew meanwhile: that pause keeps its end.
  if (options.only === undefined && after?.paused !== true) await forgetEnd(server, id);
  const missing = await missedInPause(server, existing);
  const started: Slot[] = [];
  if (options.catchUp) {
    const asked = { by: server.by, reason: server.reason ?? 'caught up after a pause', inOrder: true };
    for (const slot of missing) {
      const input = { chain: id, slot: slot.scheduledFor, ...existing.rules, asked };
      if ((await startSlot(server, input)) === 'started') started.push(slot);
    }
  }
  return { id, outcome: 'resumed', missing, started };
}

/** Writes until it is so, or somebody has decided otherwise: the server drops a write that meets another one, and says nothing. */
async function written(
  server: Server,
  id: string,
  decide: Parameters<typeof writeSchedule>[2],
  isSo: (now: ExistingSchedule) => boolean,
): Promise<ExistingSchedule | null> {
  for (let writes = 0; writes < MOST_WRITES; writes++) {
    await writeSchedule(server, id, decide);
    const now = await readSchedule(server.client, id);
    if (now === null || isSo(now)) return now;
  }
  throw new Error(`schedule "${id}" is not as wanted after ${MOST_WRITES} writes: somebody else writes it too. Try again`);
}

/** As resumeSchedule, for a pause that ends by itself: a schedule that is not ours any more is nothing to try again for. */
export async function endPause(
  server: Server,
  project: string,
  id: string,
  { note, catchUp }: { note: string; catchUp: boolean },
): Promise<{ outcome: string; missing: number; started: number }> {
  try {
    const { outcome, missing, started } = await resumeSchedule(server, project, id, { catchUp, only: note });
    return { outcome, missing: missing.length, started: started.length };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { outcome: error.message, missing: 0, started: 0 };
  }
}

/** Slots of a paused schedule, or of one just resumed, that fell due since it was paused and have no run. */
export async function missedInPause(server: Server, existing: ExistingSchedule): Promise<Slot[]> {
  const now = Date.now();
  const since = readPauseNote(existing.note)?.at;
  const keyedBy = ruleOf(existing.rules)?.keyedBy ?? 'date';
  const begin = since === undefined ? now - LOOK_BACK_MS : Date.parse(since);
  const from = Math.max(existing.createdAt, begin, await horizonOf(server, keyedBy, now, existing.keep));
  return await missingSlots(server, { id: existing.id, rules: existing.rules, keyedBy }, from, now);
}

async function ownSchedule(server: Server, project: string, id: string): Promise<ExistingSchedule> {
  const existing = await readSchedule(server.client, id);
  if (existing === null) throw new Refused('not_prepared', `${id} has no schedule on the server yet. Make it: daychain sync`);
  if (existing.project !== project) {
    const owner = existing.project === null ? 'was not made by daychain' : `belongs to project ${existing.project}`;
    throw new Refused('id_taken', `The schedule ${id} ${owner}; it is left alone.`, { owner: existing.project });
  }
  if (existing.paused && existing.note?.startsWith(OUR_NOTE)) {
    throw new Refused(
      'not_prepared',
      `${id} is paused because it is no longer in the files. Put its file back, then: daychain sync`,
    );
  }
  return existing;
}

/**
 * Has the pause ended at its time. One that waits already belongs to an earlier pause and is replaced, unless somebody else is
 * pausing the schedule at this moment: then the schedule with that pause is returned, whose end stands.
 */
async function resumeAtEnd(server: Server, input: ResumeLaterInput): Promise<ExistingSchedule | null> {
  const start = (workflowIdConflictPolicy: 'FAIL' | 'TERMINATE_EXISTING') =>
    server.client.workflow.start(WORKFLOWS.resumeLater, {
      workflowId: pauseId(input.schedule),
      taskQueue: server.taskQueue,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy,
      memo: { [MEMO.until]: input.until },
      staticSummary: `Resumes ${input.schedule} at ${input.until}`,
    });
  try {
    await start('FAIL');
    return null;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const sooner = await pausedBySooner(server, input.schedule);
  if (sooner === null) await start('TERMINATE_EXISTING');
  return sooner;
}

/** Who has only just seen to the end of a pause pauses the schedule next, if nothing ends that one before. */
async function pausedBySooner(server: Server, id: string): Promise<ExistingSchedule | null> {
  const { startTime } = await server.client.workflow.getHandle(pauseId(id)).describe();
  while (Date.now() - startTime.getTime() < PAUSES_WITHIN_MS) {
    const now = await readSchedule(server.client, id);
    if (now === null || now.paused) return now;
    await delay(LOOK_EVERY_MS);
  }
  return null;
}

async function forgetEnd(server: Server, id: string): Promise<void> {
  try {
    await server.client.workflow.getHandle(pauseId(id)).terminate(`resumed by ${server.by}`);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
