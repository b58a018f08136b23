/** One-shots as the server knows them. */
import { WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import { canonicalId, oneShotId, oneShotKey } from '../plan/ids.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { Hold, OneShotInput, OneShotMemo } from '../plan/types.js';
import { readInput } from './run-input.js';
import { summaryOf, type RunSummary } from './run-summary.js';
import type { Server } from './server.js';

export interface OneShotView
  extends OneShotMemo, Pick<RunSummary, 'workflowId' | 'runId' | 'status' | 'end' | 'closed' | 'taskQueue'> {
  /** Workflow ID of the run it starts. */
  run: string;
  open: boolean;
  /** `due`: no worker has taken it yet. */
  state: 'waiting' | 'held' | 'due' | 'running' | 'ended';
  held: Hold | null;
}

/** The newest one-shot of an id, open or closed; null if the server knows none. `now` in epoch milliseconds. */
export async function readOneShot(server: Server, id: string, now: number = Date.now()): Promise<OneShotView | null> {
  try {
    return await viewOf(server, await server.client.workflow.getHandle(oneShotId(id)).describe(), id, now);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/**
 * One-shots of this project that have not started their run, and those whose run is under way; soonest first. Found by
 * visibility, which is about a second behind, and then looked at one by one.
 */
export async function listOneShots(server: Server, now: number = Date.now()): Promise<OneShotView[]> {
  const query = `TaskQueue = "${server.taskQueue}" AND WorkflowType = "${WORKFLOWS.oneShot}" AND ExecutionStatus = "Running"`;
  const ids: string[] = [];
  for await (const { workflowId } of server.client.workflow.list({ query })) {
    if (workflowId.startsWith(oneShotId(''))) ids.push(workflowId.slice(oneShotId('').length));
  }
  const views: OneShotView[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const looked = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => readOneShot(server, id, now)));
    views.push(...(looked.filter((view) => view !== null && view.open && view.taskQueue === server.taskQueue) as OneShotView[]));
  }
  return views.sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1));
}

/** Looks under way at once. */
const AT_ONCE = 20;

async function viewOf(server: Server, description: WorkflowExecutionDescription, id: string, now: number): Promise<OneShotView> {
  const { workflowId, runId, status, end, closed, taskQueue } = summaryOf(description);
  const memo = (description.memo?.[MEMO.oneShot] as OneShotMemo | undefined) ?? (await memoOf(server, { workflowId, runId }, id));
  const held = (description.memo?.[MEMO.held] as Hold | undefined) ?? null;
  const { pendingChildren, pendingActivities } = description.raw;
  const busy = (pendingChildren?.length ?? 0) + (pendingActivities?.length ?? 0) > 0;
  const open = end === null;
  const state = !open ? 'ended' : held !== null ? 'held' : busy ? 'running' : Date.parse(memo.at) <= now ? 'due' : 'waiting';
  const run = canonicalId(memo.target, oneShotKey(id));
  return { ...memo, workflowId, runId, status, end, closed, taskQueue, run, open, state, held };
}

/** Of one that was started by hand: what its history says. */
async function memoOf(server: Server, run: { workflowId: string; runId: string }, id: string): Promise<OneShotMemo> {
  const input = (await readInput(server, run)) as Partial<OneShotInput> | null;
  return {
    id,
    at: input?.at ?? 'unknown',
    kind: input?.chain === undefined ? 'task' : 'chain',
    target: input?.task ?? input?.chain ?? 'unknown',
    params: input?.params ?? null,
    by: input?.by ?? 'unknown',
    reason: input?.reason ?? null,
  };
}
