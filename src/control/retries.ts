/** Open retries: tasks that wait to try again, and what is told them. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import type { AttemptTrace } from '../plan/types.js';
import { type CallFilter, filterConditions } from './calls.js';
import { pendingOf, type PendingAttempt } from './describe-run.js';
import { eachOf } from './each-of.js';
import { type RunSummary, summaryOf } from './run-summary.js';
import type { Server } from './server.js';

export interface OpenRetry {
  /** Workflow ID of its run. */
  run: string;
  runId: string;
  /** Of the task. */
  id: string;
  runKey: string;
  date: string | null;
  /** `back_off`: for the end of the pause after a failed attempt; `lock`: for a lock that another holds. */
  waitsFor: 'back_off' | 'lock';
  /** Number of the attempt that comes next, and of all it may have; null where it waits for its lock. */
  attempt: number | null;
  attempts: number | null;
  lastError: string | null;
  /** ISO instant of the next try; null if it has been paused by hand, elsewhere. */
  nextTryAt: string | null;
  /** ISO instant. */
  started: string;
}

export interface OpenRetries {
  /** Soonest first. */
  retries: OpenRetry[];
  /** Open runs of tasks that were not looked at: there were more than the limit. */
  leftOut: boolean;
}

/** Open runs looked at, one request each, where no other limit is asked for. */
const MOST_LOOKED_AT = 200;

/** Tasks of the project that wait to try again, by at most `limit` + 1 requests. */
export async function listRetries(server: Server, limit: number = MOST_LOOKED_AT, filter: CallFilter = {}): Promise<OpenRetries> {
  const query = [
    `TaskQueue = ${quoted(server.taskQueue)}`,
    `WorkflowType = ${quoted(WORKFLOWS.runTask)}`,
    `ExecutionStatus = 'Running'`,
    ...filterConditions(filter),
  ].join(' AND ');
  const open: RunSummary[] = [];
  let leftOut = false;
  for await (const info of server.client.workflow.list({ query, pageSize: Math.min(limit + 1, 1_000) })) {
    const run = summaryOf(info);
    if (run.kind !== 'task') continue;
    if (open.length === limit) {
      leftOut = true;
      break;
    }
    open.push(run);
  }
  const found = await eachOf(open, (run) => lookAt(server, run));
  const retries = found.filter((one) => one !== null);
  return { retries: retries.sort((a, b) => (soonness(a) < soonness(b) ? -1 : 1)), leftOut };
}

async function lookAt(server: Server, run: RunSummary): Promise<OpenRetry | null> {
  const description = await describe(server, run.workflowId, run.runId);
  return description === null ? null : await retryOf(server, description);
}

async function describe(server: Server, workflowId: string, runId?: string): Promise<WorkflowExecutionDescription | null> {
  try {
    return await server.client.workflow.getHandle(workflowId, runId, { followRuns: false }).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

const LOCK_WAIT = 'awaitLock';

async function retryOf(server: Server, description: WorkflowExecutionDescription): Promise<OpenRetry | null> {
  const run = summaryOf(description);
  const pending = await pendingOf(server, description);
  if (run.kind !== 'task' || run.runKey === null || run.end !== null || pending === null) return null;
  const waitsFor = pending.activity === run.id ? 'back_off' : pending.activity === LOCK_WAIT ? 'lock' : null;
  if (waitsFor === null || (waitsFor === 'back_off' && !isBetweenAttempts(pending))) return null;
  const { workflowId, runId, id, runKey, date, started } = run;
  return {
    run: workflowId,
    runId,
    id,
    runKey,
    date,
    waitsFor,
    ...(waitsFor === 'lock' ? { attempt: null, attempts: null } : await counted(server, description, pending)),
    lastError: pending.lastFailure,
    nextTryAt: pending.nextAttemptAt,
    started,
  };
}

function isBetweenAttempts({ state, attempt, waiting }: PendingAttempt): boolean {
  if (waiting !== null) return false;
  return state === 'paused' || (state === 'scheduled' && attempt > 1);
}

/** The server counts within one activity; what its attempts leave behind counts over the run. */
async function counted(
  server: Server,
  { raw }: WorkflowExecutionDescription,
  pending: PendingAttempt,
): Promise<{ attempt: number; attempts: number }> {
  const payloads = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads;
  const [trace] = await decodeArrayFromPayloads(server.client.options.loadedDataConverter, payloads);
  const last = (trace as AttemptTrace | undefined)?.attemptErrors.at(-1)?.attempt;
  const attempt = last === undefined ? pending.attempt : Math.max(last + 1, pending.attempt);
  return { attempt, attempts: attempt + Math.max(0, pending.maximumAttempts - pending.attempt) };
}

function soonness({ nextTryAt, run }: OpenRetry): string {
  return `${nextTryAt ?? '~'} ${run}`;
}
