/** Shells of slots as the server has them: one by its ID, the open ones by a list. */
import { type Client, ScheduleNotFoundError, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { shellId } from '../plan/ids.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import type { ScheduledChainInput, ShellRef, SlotResult } from '../plan/types.js';
import { instantText } from '../time/zones.js';

export interface SeenShell extends ShellRef {
  open: boolean;
  /** Epoch milliseconds. */
  started: number;
  /** Its run is under way, or it waits: it has gone beyond its decision. */
  decided: boolean;
  /** What it left its slot out as; null if it ran, or is open. */
  skipped: SlotResult['kind'] | null;
}

/** What shells look at in Temporal: one project's, by its task queue. */
export interface ShellParts {
  client: Client;
  taskQueue: string;
}

const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
/** Open shells read from a list at most. */
const MOST_LISTED = 200;

/** The newest shell of a slot of a schedule, or null if it has had none of this project. */
export async function seeShell({ client, taskQueue }: ShellParts, id: string, slot: string): Promise<SeenShell | null> {
  const workflowId = shellId(id, slot);
  try {
    const found = await client.workflow.getHandle(workflowId).describe();
    if (found.taskQueue !== taskQueue) return null;
    const open = found.status.name === 'RUNNING';
    const left = found.memo?.[MEMO.result] as SlotResult | undefined;
    return {
      workflowId,
      runId: found.runId,
      slot,
      open,
      started: found.startTime.getTime(),
      decided: !open || Boolean(found.raw.pendingChildren?.length) || Boolean(found.raw.pendingActivities?.length),
      skipped: open ? null : (left?.kind ?? null),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Slots before `before` whose shells are open, newest first; a second behind. None where the server cannot list. */
export async function openSlotsBefore({ client, taskQueue }: ShellParts, id: string, before: string): Promise<string[]> {
  const query = [
    `TaskQueue = ${quoted(taskQueue)}`,
    `WorkflowType = ${quoted(WORKFLOWS.scheduledChain)}`,
    `TemporalScheduledById = ${quoted(id)}`,
    `ExecutionStatus = "Running"`,
    `TemporalScheduledStartTime >= "1970-01-01T00:00:00Z"`,
    `TemporalScheduledStartTime < ${quoted(before)}`,
  ].join(' AND ');
  return (await listedSlots(client, query)).filter((slot) => slot < before);
}

/** The newest slot before `before` that has a shell, whatever became of it; null where there is none, or no list. */
export async function newestSlotBefore({ client, taskQueue }: ShellParts, id: string, before: string): Promise<string | null> {
  const query = [
    `TaskQueue = ${quoted(taskQueue)}`,
    `WorkflowType = ${quoted(WORKFLOWS.scheduledChain)}`,
    `TemporalScheduledById = ${quoted(id)}`,
    `TemporalScheduledStartTime >= "1970-01-01T00:00:00Z"`,
    `TemporalScheduledStartTime < ${quoted(before)}`,
  ].join(' AND ');
  return (await listedSlots(client, query))[0] ?? null;
}

/** What the server's schedule says: whether it is paused, since when it is there, and its rules. Null if there is none. */
export async function seeSchedule(
  client: Client,
  id: string,
): Promise<{ paused: boolean; created: number; input: ScheduledChainInput | null } | null> {
  try {
    const found = await client.schedule.getHandle(id).describe();
    const args = found.action.type === 'startWorkflow' ? (found.action.args as unknown[] | undefined) : undefined;
    const input = args?.[0] as ScheduledChainInput | undefined;
    return {
      paused: found.state.paused,
      created: found.info.createdAt.getTime(),
      input: input?.chain === id ? input : null,
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError || isUnimplemented(error)) return null;
    throw error;
  }
}

/** Whether the server lacks what was asked of it, as the time-skipping one lacks lists and schedules: code 12 of gRPC. */
export function isUnimplemented(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return typeof cause === 'object' && cause !== null && (cause as { code?: unknown }).code === 12;
}

async function listedSlots(client: Client, query: string): Promise<string[]> {
  const slots: string[] = [];
  try {
    for await (const found of client.workflow.list({ query, pageSize: MOST_LISTED })) {
      const slot = found.typedSearchAttributes.get(SCHEDULED_START);
      if (slot !== undefined) slots.push(instantText(slot.getTime()));
      if (slots.length >= MOST_LISTED) break;
    }
  } catch (error) {
    if (!isUnimplemented(error)) throw error;
  }
  return slots.sort((a, b) => (a < b ? 1 : -1));
}
