/** Shells of slots as visibility lists them, about one second behind the truth, and one by its ID. */
import { WorkflowNotFoundError, type WorkflowExecutionInfo } from '@temporalio/client';
import { shellId } from '../plan/ids.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { SlotResult } from '../plan/types.js';
import { instantText } from '../time/zones.js';
import { quoted } from '../plan/query.js';
import type { RunEndName } from './run-summary.js';
import type { Server } from './server.js';
import { SCHEDULED_BY, SCHEDULED_START } from './start-slot.js';

export interface ShellView {
  workflowId: string;
  runId: string;
  /** Id of the chain, or of the task with a schedule of its own. */
  schedule: string;
  /** ISO instant. */
  slot: string;
  /** How it was closed; null while it is open. */
  end: RunEndName | null;
  /** ISO instants. */
  started: string;
  closed: string | null;
  /** Why the slot was left out; null if it was not, or is undecided. */
  skipped: SlotResult | null;
}

/** The newest shell of each slot of a window, both ends included, ISO instants; in the slots' order. */
export async function listShells(server: Server, schedule: string, from: string, to: string): Promise<ShellView[]> {
  // The server's "<=" finds nothing here, so the end is the second after.
  const end = instantText(Date.parse(to) + 1_000);
  return await list(server, [
    `TemporalScheduledById = ${quoted(schedule)}`,
    `TemporalScheduledStartTime >= ${quoted(from)}`,
    `TemporalScheduledStartTime < ${quoted(end)}`,
  ]);
}

/** Shells of all schedules of the project that are open, at most `most`. */
export async function listOpenShells(server: Server, most: number): Promise<ShellView[]> {
  return await list(server, [`ExecutionStatus = "Running"`], most);
}

/** The newest shell of a slot; null if it has had none of this project. */
export async function describeShell(server: Server, schedule: string, slot: string): Promise<ShellState | null> {
  try {
    const found = await server.client.workflow.getHandle(shellId(schedule, slot)).describe();
    if (found.taskQueue !== server.taskQueue) return null;
    const { pendingChildren, pendingActivities } = found.raw;
    const waits = pendingActivities?.find(({ activityType }) => activityType?.name === 'awaitShell');
    return {
      ...viewOf(found, schedule, slot),
      decided: Boolean(pendingChildren?.length) || Boolean(pendingActivities?.length),
      waits: waits !== undefined,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

export interface ShellState extends ShellView {
  /** Of an open one: its run is under way, or it waits. Else no worker has looked at it yet. */
  decided: boolean;
  /** It waits for an earlier slot. */
  waits: boolean;
}

async function list(server: Server, conditions: readonly string[], most = Infinity): Promise<ShellView[]> {
  const query = [
    `TaskQueue = ${quoted(server.taskQueue)}`,
    `WorkflowType = ${quoted(WORKFLOWS.scheduledChain)}`,
    ...conditions,
  ].join(' AND ');
  const newest = new Map<string, ShellView>();
  let left = most;
  for await (const info of server.client.workflow.list({ query, pageSize: Math.min(most, 1_000) })) {
    const schedule = info.typedSearchAttributes.get(SCHEDULED_BY);
    const slot = info.typedSearchAttributes.get(SCHEDULED_START);
    if (schedule !== undefined && slot !== undefined) {
      const shell = viewOf(info, schedule, instantText(slot.getTime()));
      const known = newest.get(shell.workflowId);
      if (known === undefined || known.started < shell.started) newest.set(shell.workflowId, shell);
    }
    if (--left <= 0) break;
  }
  return [...newest.values()].sort((a, b) => (a.slot < b.slot ? -1 : 1));
}

function viewOf(info: Omit<WorkflowExecutionInfo, 'raw'>, schedule: string, slot: string): ShellView {
  const left = info.memo?.[MEMO.result] as SlotResult | undefined;
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    schedule,
    slot,
    end: info.status.name === 'RUNNING' ? null : (info.status.name.toLowerCase() as RunEndName),
    started: info.startTime.toISOString(),
    closed: info.closeTime?.toISOString() ?? null,
    skipped: left?.status === 'skipped' ? left : null,
  };
}
