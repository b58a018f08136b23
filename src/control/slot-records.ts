/** What became of a schedule's slots: expected ones beside their shells and runs. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { canonicalId } from '../plan/ids.js';
import type { Rules } from '../registry/rules.js';
import { slotsUnder } from '../registry/rules.js';
import type { KeyedBy } from '../time/schedule.js';
import { addDays } from '../time/dates.js';
import type { Slot } from '../time/slots.js';
import { instantText } from '../time/zones.js';
import { listScheduledRuns } from './list-runs.js';
import { summaryOf, type RunSummary } from './run-summary.js';
import type { Server } from './server.js';
import { describeShell, listShells, type ShellView } from './shells.js';

/** A schedule by the rules its slots fall due under; not as today's files have it. */
export interface RuledSchedule {
  /** Of a chain, or of a task with its own schedule. */
  id: string;
  rules: Rules;
  keyedBy: KeyedBy;
}

export interface SlotRecord {
  slot: Slot;
  shell: ShellView | null;
  /** The newest run of its run key, whoever started it. */
  run: RunSummary | null;
}

export interface SlotRecords {
  /** In order. */
  slots: SlotRecord[];
  /** Runs of the window's dates that no slot of it stands for: by hand, by a trigger, one-shots. */
  others: RunSummary[];
}

/** More slots than this are not looked through; then the newest are. */
export const MOST_SLOTS = 5_000;
/** Lists are about a second behind: so many of the newest slots that seem to have nothing are looked at one by one. */
const LOOKED_AT = 12;

/**
 * Everything the server knows of the slots of a window. Both ends belong to it; epoch milliseconds. No slot is expected
 * before `since`: then the schedule was not there yet, or what ran is not kept any more.
 */
export async function readSlots(
  server: Server,
  schedule: RuledSchedule,
  from: number,
  to: number,
  since = from,
): Promise<SlotRecords> {
  const slots = slotsUnder(schedule.rules, Math.max(from, since), to).slice(-MOST_SLOTS);
  const [firstDate, lastDate] = datesOf(slots, from, to);
  const [shells, runs] = await Promise.all([
    slots.length === 0 ? [] : listShells(server, schedule.id, slots[0]!.scheduledFor, slots.at(-1)!.scheduledFor),
    listScheduledRuns(server, schedule.id, firstDate, lastDate),
  ]);
  const shellAt = new Map(shells.map((shell) => [shell.slot, shell]));
  const runOf = new Map(runs.map((run) => [run.runKey!, run]));
  const records = slots.map((slot): SlotRecord => ({
    slot,
    shell: shellAt.get(slot.scheduledFor) ?? null,
    run: runOf.get(slot.runKey) ?? null,
  }));
  const absent = records.filter(({ shell, run }) => shell === null && run === null).slice(-LOOKED_AT);
  await Promise.all(absent.map((record) => lookAgain(server, schedule.id, record)));
  const known = new Set(slots.map(({ runKey }) => runKey));
  return { slots: records, others: runs.filter(({ runKey }) => !known.has(runKey!)) };
}

async function lookAgain(server: Server, id: string, record: SlotRecord): Promise<void> {
  const { scheduledFor, runKey } = record.slot;
  [record.shell, record.run] = await Promise.all([
    describeShell(server, id, scheduledFor),
    describeSummary(server, canonicalId(id, runKey)),
  ]);
}

async function describeSummary(server: Server, workflowId: string): Promise<RunSummary | null> {
  try {
    const found = summaryOf(await server.client.workflow.getHandle(workflowId).describe());
    return found.taskQueue === server.taskQueue ? found : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** The dates of the slots, and of everything else that lies in the window: a day more at each end covers all zones. */
function datesOf(slots: readonly Slot[], from: number, to: number): [string, string] {
  const dates = [
    ...slots.map(({ date }) => date),
    addDays(instantText(from).slice(0, 10).replaceAll('-', ''), -1),
    addDays(instantText(to).slice(0, 10).replaceAll('-', ''), 1),
  ].sort();
  return [dates[0]!, dates.at(-1)!];
}
