/** Writes a schedule so that no slot is lost and none runs twice, whoever else writes it and however busy the server is. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  ScheduleNotFoundError,
  type Client,
  type ScheduleDescription,
  type ScheduleUpdateOptions,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { DAY, MINUTE, SECOND } from '../plan/limits.js';
import { shellId } from '../plan/ids.js';
import type { Rules } from '../registry/rules.js';
import { ruleOf, slotsUnder } from '../registry/rules.js';
import type { Slot } from '../time/slots.js';
import { tokenKeeping } from './conflict-token.js';
import { resumedAt } from './pause-note.js';
import { rulesIn } from './schedule-record.js';
import { startSlot } from './start-slot.js';

/** The server the schedule is on, and the queue its shells go to. */
export interface Writer {
  client: Client;
  taskQueue: string;
  /** Who writes; histories keep it. */
  by: string;
}

/** What a schedule becomes. */
export interface Desired {
  next: ScheduleUpdateOptions;
  /** Slots already past that the edit would lose: they are started after the write. */
  lost: readonly Slot[];
}

export interface Written {
  /** False if nothing was to be written, or another write came first: read again, and decide anew. */
  written: boolean;
  /** Slots whose shells were started here because the server would not have. */
  started: Slot[];
}

/** A server that has just come back starts what fell due meanwhile, oldest first: so long we wait for the newest. */
const CATCHES_UP_WITHIN_MS = 5 * SECOND;
/** Slots due so shortly before a write may have been swallowed by it. */
const LOOK_BACK_MS = 2 * MINUTE;
/**
 * A write shows within milliseconds, and one that was dropped in silence met another one, which shows as soon. A server that has
 * just come back takes seconds: who gave up sooner would not start the slots that are lost by the write.
 */
const SHOWS_WITHIN_MS = 30 * SECOND;
const LOOK_EVERY_MS = 50;
/** Farther back no slot is waited for. */
const OLDEST_DUE_MS = 400 * DAY;

/**
 * Describes the schedule, asks `decide` what it shall be, and writes that against the description it was decided on.
 * Before the write the newest due slot is given time to appear; after it, slots that were due around the write and have
 * no shell get one by their own IDs, which the server's own starts cannot double.
 * @param decide null where the schedule is as it shall be. Told the time of the write, in epoch milliseconds
 */
export async function writeSchedule(
  writer: Writer,
  id: string,
  decide: (previous: ScheduleDescription, now: number) => Desired | null,
): Promise<Written> {
  const nothing: Written = { written: false, started: [] };
  const before = await describe(writer, id);
  if (before === null || decide(before, Date.now()) === null) return nothing;
  if (!before.state.paused) await newestDueAppears(writer, before);

  let wrote: { previous: ScheduleDescription; desired: Desired; at: number } | null = null;
  await tokenKeeping(writer.client)
    .getHandle(id)
    .update((previous) => {
      const at = Date.now();
      const desired = decide(previous, at);
      if (desired === null) throw new Unwritten();
      wrote = { previous, desired, at };
      return desired.next;
    })
    .catch((error: unknown) => {
      if (!(error instanceof Unwritten) && !(error instanceof ScheduleNotFoundError)) throw error;
      wrote = null;
    });
  if (wrote === null) return nothing;
  const { previous, desired, at } = wrote as { previous: ScheduleDescription; desired: Desired; at: number };
  const after = await shown(writer, id, previous);
  if (after === null || decide(after, Date.now()) !== null) return nothing;
  return { written: true, started: await startAbsent(writer, id, { previous, after, desired, at }) };
}

/** The description once it is newer than the one written against; null if the write was dropped. */
async function shown(writer: Writer, id: string, previous: ScheduleDescription): Promise<ScheduleDescription | null> {
  const until = Date.now() + SHOWS_WITHIN_MS;
  for (;;) {
    const now = await describe(writer, id);
    if (now === null) return null;
    if ((now.info.lastUpdatedAt?.getTime() ?? 0) > (previous.info.lastUpdatedAt?.getTime() ?? 0)) return now;
    if (Date.now() > until) return null;
    await pause(LOOK_EVERY_MS);
  }
}

async function newestDueAppears(writer: Writer, schedule: ScheduleDescription): Promise<void> {
  const rules = rulesIn(schedule);
  const now = Date.now();
  const due = dueSlots(rules, Math.max(now - OLDEST_DUE_MS, startsSince(schedule)), now).at(-1);
  if (due === undefined) return;
  const until = Date.now() + CATCHES_UP_WITHIN_MS;
  while (!(await hasShell(writer, schedule.scheduleId, due)) && Date.now() < until) await pause(LOOK_EVERY_MS);
}

/** Since when the server starts slots: since the schedule was made, or its last pause ended, where that is on record. */
function startsSince({ info, state }: ScheduleDescription): number {
  const resumed = resumedAt(state.note);
  return Math.max(info.createdAt.getTime(), resumed === null ? 0 : Date.parse(resumed));
}

/** Slots that have fallen due, jitter included: the server has started them or never will. */
function dueSlots(rules: Rules, from: number, now: number): Slot[] {
  return slotsUnder(rules, from, now - (ruleOf(rules)?.jitterMs ?? 0));
}

async function startAbsent(
  writer: Writer,
  id: string,
  { previous, after, desired, at }: { previous: ScheduleDescription; after: ScheduleDescription; desired: Desired; at: number },
): Promise<Slot[]> {
  const rules = rulesIn(after);
  const jitter = Math.max(ruleOf(rules)?.jitterMs ?? 0, ruleOf(rulesIn(previous))?.jitterMs ?? 0);
  const from = previous.state.paused ? at : at - LOOK_BACK_MS - jitter;
  const to = after.state.paused ? at : Date.now();
  const around = slotsUnder(rules, Math.max(from, startsSince(previous)), to);
  const lost = new Set(desired.lost.map(({ scheduledFor }) => scheduledFor));
  const started: Slot[] = [];
  // Oldest first, as the server would: a later slot may wait for the one before.
  for (const slot of [...desired.lost, ...around.filter(({ scheduledFor }) => !lost.has(scheduledFor))]) {
    const asked = { by: writer.by, reason: 'the schedule was edited after this time and before the old one', inOrder: true };
    const input = { chain: id, slot: slot.scheduledFor, ...rules, ...(lost.has(slot.scheduledFor) ? { asked } : {}) };
    if ((await startSlot(writer, input)) === 'started') started.push(slot);
  }
  return started;
}

async function hasShell({ client }: Writer, id: string, { scheduledFor }: Slot): Promise<boolean> {
  try {
    await client.workflow.getHandle(shellId(id, scheduledFor)).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function describe({ client }: Writer, id: string): Promise<ScheduleDescription | null> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** Nothing is to be written after all. */
class Unwritten extends Error {}
