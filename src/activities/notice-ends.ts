/** How runs ended, as the decision of notices needs it. */
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { canonicalId, parseCanonicalId } from '../plan/ids.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import { causeOf, failedTasks, type NoticeFacts, type NoticeSubject, type SeenEnd } from '../plan/notices.js';
import { quoted } from '../plan/query.js';
import type { ChainResult, Json, RunEnd, TaskResult } from '../plan/types.js';
import { seeRun } from './runs.js';
import { isUnimplemented, type ShellParts } from './shells.js';

export interface EndedRun extends SeenEnd {
  failed: NoticeFacts['failed'];
  /** `failed`, `was terminated`. */
  how: string;
}

/** Failures of one trouble that are read; an older beginning is not looked for. */
const MOST_ENDS = 60;
const MOST_LISTED = 400;

/** How one execution ended; null if the server does not know it, or it is open. */
export async function readEnd(parts: ShellParts, { id, runKey }: NoticeSubject, runId: string): Promise<EndedRun | null> {
  const seen = await seeRun(parts.client, canonicalId(id, runKey), runId);
  if (seen === null || seen.open) return null;
  return endedRun(runKey, seen.closedAt, await seen.end());
}

/** Ends of the same chain or task that closed before, newest first, up to the last success. A backfill's do not count. */
export async function earlierEnds(parts: ShellParts, subject: NoticeSubject, runId: string, before: string): Promise<EndedRun[]> {
  const { id, kind } = subject;
  const query = [
    `TaskQueue = ${quoted(parts.taskQueue)}`,
    `WorkflowType = ${quoted(kind === 'chain' ? WORKFLOWS.runChain : WORKFLOWS.runTask)}`,
    `${kind === 'chain' ? 'ChainName' : 'TaskName'} = ${quoted(id)}`,
    `ExecutionStatus != "Running"`,
  ].join(' AND ');
  const ends: EndedRun[] = [];
  let listed = 0;
  try {
    for await (const found of parts.client.workflow.list({ query, pageSize: 50 })) {
      if (++listed > MOST_LISTED || ends.length >= MOST_ENDS) break;
      const parsed = parseCanonicalId(found.workflowId);
      const closedMs = found.closeTime?.getTime() ?? 0;
      if (parsed?.id !== id || found.runId === runId || closedMs > Date.parse(before)) continue;
      if (found.memo?.[MEMO.backfill] !== undefined) continue;
      const end = await endOfListed(parts, found.workflowId, found.runId, found.status.name, found.memo?.[MEMO.result] as Json);
      if (end === null) continue;
      const ended = endedRun(parsed.runKey, closedMs, end);
      ends.push(ended);
      if (ended.status === 'success') break;
    }
  } catch (error) {
    if (!isUnimplemented(error)) throw error;
  }
  return ends;
}

/** A chain's result stands in the list itself; a task's failure is read. */
async function endOfListed(
  parts: ShellParts,
  workflowId: string,
  runId: string,
  status: WorkflowExecutionStatusName,
  result: Json | undefined,
): Promise<RunEnd | null> {
  const left = result ?? null;
  if (status === 'COMPLETED') return { end: 'completed', result: left };
  if (status === 'CANCELLED') return { end: 'cancelled', message: 'cancelled', result: left };
  if (status === 'TERMINATED') return { end: 'terminated', message: 'terminated', result: left };
  if (status === 'TIMED_OUT') return { end: 'timed_out', message: 'timed out', result: left };
  if (left !== null) return { end: 'failed', type: 'error', message: '', result: left };
  const seen = await seeRun(parts.client, workflowId, runId);
  return seen === null || seen.open ? null : await seen.end();
}

function endedRun(runKey: string, closedMs: number, run: RunEnd): EndedRun {
  const closedAt = new Date(closedMs).toISOString();
  const common = { runKey, closedAt, failed: [], how: 'succeeded', cause: null };
  if (run.end === 'completed') return { ...common, status: 'success' };
  if (run.end === 'cancelled') return { ...common, status: 'cancelled', how: 'was cancelled' };
  const result = run.result as ChainResult | TaskResult | null;
  const failed = result !== null && typeof result === 'object' ? failedTasks(result) : [];
  if (run.end === 'failed') {
    // No fault of anyone: it neither fails a streak nor ends it.
    if (result?.status === 'skipped') return { ...common, status: 'cancelled', how: 'was skipped' };
    const kind = result?.kind ?? run.type;
    const how = kind === 'error' ? 'failed' : `failed (${kind})`;
    return { ...common, status: 'failed', how, failed, cause: causeOf(failed, kind) };
  }
  const how = run.end === 'terminated' ? 'was terminated' : 'timed out';
  return { ...common, status: 'failed', how, failed: [], cause: run.end };
}
