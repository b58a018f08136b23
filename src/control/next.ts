/** What is due next, and what stands in its way: by the project's files, and by what the server knows of their schedules. */
import { oneShotKey } from '../plan/ids.js';
import { DAY } from '../plan/limits.js';
import type { WantedSchedule } from '../registry/registry.js';
import { ruleOf } from '../registry/rules.js';
import { nextSlots, type Slot } from '../time/slots.js';
import { instantText, localDate } from '../time/zones.js';
import { eachOf } from './each-of.js';
import { listOneShots } from './one-shot-view.js';
import { missingSlots } from './missing-slots.js';
import { readPauseNote } from './pause-note.js';
import { horizonOf } from './ruled-schedule.js';
import { OUR_NOTE, readSchedule, type ExistingSchedule } from './schedule-record.js';
import type { SyncedStep } from './schedules.js';
import type { Server } from './server.js';

/** `unknown`: the server was not asked. */
export type ScheduleCondition = 'active' | 'paused' | 'missing' | 'foreign' | 'unknown';

export interface ScheduleOutlook {
  /** Of a chain, or of a task that carries its own schedule. */
  id: string;
  sentence: string;
  timezone: string;
  state: ScheduleCondition;
  /** Why it is paused, or what a person noted. */
  note: string | null;
  /** Coming slots that will start, soonest first; none while a pause without an end lasts. */
  slots: Slot[];
  /** Slots that fell due and have no run, oldest first. */
  missed: Slot[];
  /** ISO instant up to which the server knows its times, where that is less than a year ahead; else null. */
  runsOutAt: string | null;
}

/** Slots that fell due in this time and have no run are told. */
const LOOK_BACK_MS = 31 * DAY;
const RUNS_OUT_MS = 365 * DAY;

/**
 * @param server null: the answer is by the files alone
 * @param count slots of each schedule
 * @param now epoch milliseconds
 */
export async function readOutlook(
  server: Server | null,
  project: string,
  schedules: readonly WantedSchedule[],
  count: number,
  now: number,
): Promise<ScheduleOutlook[]> {
  return await eachOf(schedules, async (wanted) => {
    const existing = server === null ? undefined : await readSchedule(server.client, wanted.id);
    const owned = existing?.project === project ? existing : null;
    return {
      id: wanted.id,
      sentence: wanted.sentence,
      timezone: wanted.timezone,
      state: conditionOf(existing, project),
      note: owned?.note ?? null,
      slots: comingSlots(wanted, owned, count, now),
      missed: server !== null && owned !== null ? await missedSlots(server, owned, now) : [],
      runsOutAt: owned !== null ? runsOut(owned, now) : null,
    };
  });
}

/**
 * One-shots that have not begun, of these tasks and chains, as outlooks of one slot each. One that is held comes when it is released.
 * @param zoneOf zone of a task's or chain's dates
 */
export async function readOneShotOutlook(
  server: Server,
  chosen: (target: string) => boolean,
  zoneOf: (target: string) => string,
  now: number,
): Promise<ScheduleOutlook[]> {
  const waiting = (await listOneShots(server, now)).filter(({ state, target }) => state === 'waiting' && chosen(target));
  return waiting.map(({ id, at, target }) => {
    const timezone = zoneOf(target);
    const slot = { date: localDate(at, timezone), runKey: oneShotKey(id), scheduledFor: instantText(at) };
    const none = { note: null, missed: [], runsOutAt: null };
    return { id: target, sentence: `once: ${id}`, timezone, state: 'active' as const, slots: [slot], ...none };
  });
}

/** Slots of the last month that fell due and have neither a shell nor a run. `now` in epoch milliseconds. */
export async function missedSlots(server: Server, existing: ExistingSchedule, now: number): Promise<Slot[]> {
  const { id, rules, createdAt, keep } = existing;
  const rule = ruleOf(rules);
  // What has left the files is not expected to run; what is due this very moment may be on its way.
  if (rule === null || existing.note?.startsWith(OUR_NOTE)) return [];
  const from = Math.max(createdAt, now - LOOK_BACK_MS, await horizonOf(server, rule.keyedBy, now, keep));
  return await missingSlots(server, { id, rules, keyedBy: rule.keyedBy }, from, now - rule.jitterMs - ON_ITS_WAY_MS);
}

/**
 * What schedules that a sync edited had left undone before: named, and never started unasked. None of the others. `now` in
 * epoch milliseconds.
 */
export async function missedBeforeEdit(server: Server, steps: readonly SyncedStep[], now: number): Promise<Map<string, Slot[]>> {
  const edited = steps.filter(({ change, unconfirmed }) => (change === 'update' || change === 'reactivate') && !unconfirmed);
  const missed = await eachOf(edited, async ({ after }) => (after === null ? [] : await missedSlots(server, after, now)));
  return new Map(edited.map(({ id }, at) => [id, missed[at]!]));
}

/** A server under load starts a slot some seconds late. */
const ON_ITS_WAY_MS = 10_000;

/** When a finite list of times ends, if that is less than a year ahead. */
export function runsOut({ goodUntil }: Pick<ExistingSchedule, 'goodUntil'>, now: number): string | null {
  return goodUntil !== null && Date.parse(goodUntil) < now + RUNS_OUT_MS ? goodUntil : null;
}

function conditionOf(existing: ExistingSchedule | null | undefined, project: string): ScheduleCondition {
  if (existing === undefined) return 'unknown';
  if (existing === null) return 'missing';
  if (existing.project !== project) return 'foreign';
  return existing.paused ? 'paused' : 'active';
}

function comingSlots(wanted: WantedSchedule, existing: ExistingSchedule | null, count: number, now: number): Slot[] {
  if (existing === null || !existing.paused) return nextSlots(wanted.compiled, now, count);
  const until = readPauseNote(existing.note)?.until ?? null;
  return until === null ? [] : nextSlots(wanted.compiled, Math.max(now, Date.parse(until)), count);
}
