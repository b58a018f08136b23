/** Calls of retryables that are kept on the server: listed, or one in full. */
import { WorkflowNotFoundError, type WorkflowExecutionInfo } from '@temporalio/client';
import type { CallRecord, CallResult } from '../plan/calls.js';
import { callWorkflowId, parseCallWorkflowId } from '../plan/calls.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import type { Asked, AttemptError, Json, JsonObject } from '../plan/types.js';
import { TASK_TAGS } from './attributes.js';
import { pendingOf } from './describe-run.js';
import { BadInput, NotFound } from './errors.js';
import { endOf } from './run-summary.js';
import type { Server } from './server.js';

export interface CallView {
  /** Workflow ID. */
  call: string;
  runId: string;
  retryable: string;
  tags: string[];
  args: JsonObject;
  /** `waiting` while it is open. */
  state: 'waiting' | 'success' | 'failed' | 'cancelled';
  /** Number of the try that comes next, or of the last one it had; and of all it may have. 1 is the call itself. */
  attempt: number;
  attempts: number;
  lastError: string | null;
  /** ISO instant of the next try; one that has passed is under way, or waits for a worker. Null once it has ended. */
  nextTryAt: string | null;
  /** ISO instants. */
  started: string;
  closed: string | null;
}

export interface ShownCall extends CallView {
  /** The last five. */
  errors: AttemptError[];
  /** A try is under way now. */
  running: boolean;
  /** What the function returned in the end, where that could be kept. */
  value: Json;
  /** Why it ended as it did, where it did not succeed. */
  reason: string | null;
  /** Who tried it again by hand after it had been given up, and why. */
  asked: Asked | null;
}

/** What is asked for; all of it must hold. */
export interface CallFilter {
  /** A retryable's or task's id. */
  name?: string;
  tag?: string;
}

/** Conditions of the server's query language. */
export function filterConditions({ name, tag }: CallFilter): string[] {
  return [
    ...(name === undefined ? [] : [`TaskName = ${quoted(name)}`]),
    ...(tag === undefined ? [] : [`TaskTags = ${quoted(tag)}`]),
  ];
}

/** Open calls, soonest first; or those that were given up, latest first. By one request for each thousand. */
export async function listCalls(
  server: Server,
  { limit = 200, failed = false, ...filter }: CallFilter & { limit?: number; failed?: boolean } = {},
): Promise<{ calls: CallView[]; leftOut: boolean }> {
  const query = [
    `TaskQueue = ${quoted(server.taskQueue)}`,
    `WorkflowType = ${quoted(WORKFLOWS.retryCall)}`,
    failed ? `ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')` : `ExecutionStatus = 'Running'`,
    ...filterConditions(filter),
  ].join(' AND ');
  const calls: CallView[] = [];
  let leftOut = false;
  for await (const info of server.client.workflow.list({ query, pageSize: Math.min(limit + 1, 1_000) })) {
    if (calls.length === limit) {
      leftOut = true;
      break;
    }
    calls.push(viewOf(info));
  }
  const order = failed
    ? ({ closed, call }: CallView) => `${closed} ${call}`
    : ({ nextTryAt, call }: CallView) => `${nextTryAt} ${call}`;
  calls.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return { calls: failed ? calls.reverse() : calls, leftOut };
}

/** @throws NotFound */
export async function showCall(server: Server, workflowId: string): Promise<ShownCall> {
  const description = await describe(server, workflowId);
  const memo = description.memo ?? {};
  const record = memo[MEMO.call] as CallRecord | undefined;
  const result = memo[MEMO.result] as CallResult | undefined;
  return {
    ...viewOf(description),
    errors: record?.errors ?? [],
    running: (await pendingOf(server, description))?.state === 'running',
    value: result?.value ?? null,
    reason: result?.reason ?? null,
    asked: (memo[MEMO.asked] as Asked | undefined) ?? null,
  };
}

/** The workflow ID of a kept call, whole, or as `send_letter:3f9a1c2e5b7d9a01`. Null for what names none. */
export function readCall(project: string, word: string): string | null {
  if (parseCallWorkflowId(word) !== null) return word;
  const short = /^([a-z][a-z0-9_-]{0,79}):([0-9a-f]{16})$/.exec(word);
  return short && callWorkflowId(project, short[1]!, short[2]!);
}

/** @throws BadInput in words */
export function needCall(project: string, word: string): string {
  const call = readCall(project, word);
  if (call !== null) return call;
  throw new BadInput(`"${word}" names no kept call; one is like send_letter:3f9a1c2e5b7d9a01.\nSee them: daychain retries`);
}

/** `send_letter:3f9a1c2e5b7d9a01` */
export function callName(workflowId: string): string {
  const parsed = parseCallWorkflowId(workflowId);
  return parsed === null ? workflowId : `${parsed.retryable}:${parsed.hash}`;
}

async function describe(server: Server, workflowId: string) {
  try {
    const description = await server.client.workflow.getHandle(workflowId).describe();
    if (description.type === WORKFLOWS.retryCall && description.taskQueue === server.taskQueue) return description;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  throw new NotFound(`There is no kept call ${callName(workflowId)} of this project.\nSee them: daychain retries`);
}

function viewOf(info: Omit<WorkflowExecutionInfo, 'raw'>): CallView {
  const { workflowId, runId, memo, startTime, closeTime } = info;
  const record = memo?.[MEMO.call] as CallRecord | undefined;
  const end = endOf(info.status.name);
  const started = startTime.toISOString();
  const tries = record?.tries ?? 1;
  return {
    call: workflowId,
    runId,
    retryable: parseCallWorkflowId(workflowId)?.retryable ?? workflowId,
    tags: info.typedSearchAttributes.get(TASK_TAGS) ?? [],
    args: (memo?.[MEMO.args] as JsonObject | undefined) ?? {},
    state: end === null ? 'waiting' : end === 'completed' ? 'success' : end === 'cancelled' ? 'cancelled' : 'failed',
    attempt: Math.min(tries, (record?.tried ?? 0) + (end === 'failed' || end === 'cancelled' ? 0 : 1)),
    attempts: tries,
    lastError: record?.errors.at(-1)?.message ?? null,
    nextTryAt: end === null ? (record?.nextTryAt ?? started) : null,
    started,
    closed: closeTime?.toISOString() ?? null,
  };
}
