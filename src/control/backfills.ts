/** Backfills on the server: starting, finding, holding and releasing them. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { BackfillInput, BackfillProgress, BackfillRequest, BackfillResult } from '../plan/backfill.js';
import { MEMO, PROGRESS_QUERY, WORKFLOWS } from '../plan/names.js';
import type { Order, Status } from '../plan/types.js';
import { CHAIN_NAME, TASK_NAME, TASK_STATUS } from './attributes.js';
import type { BackfillPlan } from './backfill-plan.js';
import { BadInput, NotFound, Refused } from './errors.js';
import { quoted } from '../plan/query.js';
import { askWorker } from './patience.js';
import { endOf, statusOf, type RunEndName } from './run-summary.js';
import type { Server } from './server.js';
import { updateRun } from './update-run.js';

export interface BackfillStarted {
  /** `joined`: the same backfill is under way already. */
  outcome: 'started' | 'joined';
  workflowId: string;
  runId: string;
}

/** One backfill as the server knows it. */
export interface BackfillView {
  workflowId: string;
  runId: string;
  /** Null for one that was started by hand. */
  request: BackfillRequest | null;
  /** Number of its runs. */
  total: number;
  status: Status;
  end: RunEndName | null;
  /** ISO instants. */
  started: string;
  closed: string | null;
  /** What a closed one ended with; null if it was terminated. */
  result: BackfillResult | null;
  /** What an open one says of itself; null if no worker answers. */
  progress: BackfillProgress | null;
}

/** Between fresh runs and its own: 1 is handed out first, 3 is the default. */
const PRIORITY = 4;
const ANSWER_WITHIN_MS = 2_000;
const MOST_LISTED = 50;

/**
 * Starts a planned backfill, or joins the one that makes the same runs already.
 * @throws BadInput if it repeats what is done and nobody says why
 */
export async function startBackfill(server: Server, plan: BackfillPlan): Promise<BackfillStarted> {
  const { workflowId, request, runs } = plan;
  if (request.only === 'all' && request.reason === null && plan.counts.done > 0) {
    throw new BadInput(`This repeats ${plan.counts.done} of ${request.id} that are done already. Say why: --reason "…"`);
  }
  const input: BackfillInput = { ...request, runs, ...plan.rest };
  try {
    const handle = await server.client.workflow.start(WORKFLOWS.backfill, {
      workflowId,
      taskQueue: server.taskQueue,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      typedSearchAttributes: [
        { key: request.kind === 'chain' ? CHAIN_NAME : TASK_NAME, value: request.id },
        { key: TASK_STATUS, value: 'pending' },
      ],
      memo: { [MEMO.backfill]: { ...request, total: runs.length } },
      priority: { priorityKey: PRIORITY },
    });
    return { outcome: 'started', workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const met = await readBackfill(server, workflowId);
    return { outcome: 'joined', workflowId, runId: met?.runId ?? '' };
  }
}

/** A backfill by its workflow ID; null if the server knows none. `ask`: let an open one tell its progress. */
export async function readBackfill(server: Server, workflowId: string, ask = true): Promise<BackfillView | null> {
  try {
    const info = await server.client.workflow.getHandle(workflowId).describe();
    if (info.type !== WORKFLOWS.backfill) return null;
    return await backfillViewOf(server, info, ask);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** The project's backfills, newest first, at most `most` (default 50); those of one chain or task if it is named. */
export async function listBackfills(server: Server, id?: string, most: number = MOST_LISTED): Promise<BackfillView[]> {
  const query = [
    `TaskQueue = ${quoted(server.taskQueue)}`,
    `WorkflowType = ${quoted(WORKFLOWS.backfill)}`,
    // One that goes on in a new execution is told by that one.
    `ExecutionStatus != "ContinuedAsNew"`,
    ...(id === undefined ? [] : [`(ChainName = ${quoted(id)} OR TaskName = ${quoted(id)})`]),
  ].join(' AND ');
  const found: WorkflowExecutionInfo[] = [];
  for await (const info of server.client.workflow.list({ query })) if (found.push(info) >= most) break;
  return await Promise.all(found.map((info) => backfillViewOf(server, info, true)));
}

/**
 * The backfill a word means: its workflow ID, or a chain's or task's id for its newest one; without a word the only open
 * one, else the newest.
 * @throws NotFound where there is none, BadInput where there are several
 */
export async function findBackfill(server: Server, word: string | undefined): Promise<BackfillView> {
  if (word?.includes(':')) {
    const view = await readBackfill(server, word);
    if (view !== null) return view;
    throw new NotFound(`There is no backfill ${word}.\nSee all: daychain backfill list`);
  }
  const all = await listBackfills(server, word);
  const open = all.filter(({ end }) => end === null);
  if (open.length > 1) {
    throw new BadInput(
      `${open.length} backfills are under way; name one:\n${open.map(({ workflowId }) => `  ${workflowId}`).join('\n')}`,
    );
  }
  const view = open[0] ?? all[0];
  if (view !== undefined) return view;
  throw new NotFound(
    `There has been no backfill${word === undefined ? '' : ` of ${word}`} yet.\nStart one: daychain backfill ${word ?? 'CHAIN'} FROM TO`,
  );
}

/**
 * Holds or releases an open backfill; the answer is its own word. Null: accepted, not yet applied, because no worker answers.
 * @throws Refused (`not_running`, `running`) in the backfill's words
 */
export async function tellBackfill(
  server: Server,
  view: Pick<BackfillView, 'workflowId' | 'end'>,
  order: 'hold' | 'release',
  argument: Order,
): Promise<string | null> {
  const { workflowId } = view;
  if (view.end !== null) throw new Refused('not_running', `${workflowId} is not under way: it has ended.`);
  try {
    return await updateRun(server, { workflowId }, order, { ...argument, by: server.by });
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw new Refused('running', `${error.cause?.message ?? error.message}.`);
    if (error instanceof WorkflowNotFoundError) throw new Refused('not_running', `${workflowId} is not under way: it has ended.`);
    throw error;
  }
}

/** `ask`: let an open one tell its progress. */
export async function backfillViewOf(
  server: Server,
  info: Omit<WorkflowExecutionInfo, 'raw'>,
  ask: boolean,
): Promise<BackfillView> {
  const end = endOf(info.status.name);
  const memo = info.memo?.[MEMO.backfill] as (BackfillRequest & { total: number }) | undefined;
  const result = (info.memo?.[MEMO.result] as BackfillResult | undefined) ?? null;
  const progress = end === null && ask ? await askBackfill(server, info) : null;
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    request: memo ?? null,
    total: memo?.total ?? result?.total ?? progress?.total ?? 0,
    status: statusOf(end, info.typedSearchAttributes.get(TASK_STATUS)),
    end,
    started: result?.started ?? progress?.started ?? info.startTime.toISOString(),
    closed: info.closeTime?.toISOString() ?? null,
    result,
    progress,
  };
}

async function askBackfill(server: Server, run: { workflowId: string; runId: string }): Promise<BackfillProgress | null> {
  const handle = server.client.workflow.getHandle(run.workflowId, run.runId);
  try {
    return await askWorker(server, ANSWER_WITHIN_MS, () => handle.query<BackfillProgress>(PROGRESS_QUERY));
  } catch {
    return null;
  }
}
