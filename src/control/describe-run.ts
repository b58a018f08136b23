/** One run as the server knows it: its state, its result, what it waits for. */
import { WorkflowFailedError, WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, type TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type {
  AttemptError,
  AttemptTrace,
  ChainProgress,
  ChainResult,
  Json,
  LookedInVain,
  OneShotProgress,
  TaskProgress,
  TaskResult,
} from '../plan/types.js';
import { parseCanonicalId } from '../plan/ids.js';
import { PROGRESS_QUERY } from '../plan/names.js';
import { askWorker } from './patience.js';
import { type RunSummary, summaryOf } from './run-summary.js';
import type { Server } from './server.js';

/** The attempt under way, or the pause before the next one. */
export interface PendingAttempt {
  activity: string;
  /** Counted by the server within the current activity, from 1; looks that found nothing are none. */
  attempt: number;
  maximumAttempts: number;
  state: 'scheduled' | 'running' | 'cancelling' | 'paused';
  lastFailure: string | null;
  /** Its condition, or work, is not there yet: it looks again at `nextAttemptAt`, and `lastFailure` says what it found. */
  waiting: LookedInVain | null;
  /** ISO instants. */
  startedAt: string | null;
  nextAttemptAt: string | null;
  lastHeartbeatAt: string | null;
  worker: string | null;
  /** What the body last reported of itself: `ctx.heartbeat(…)`, or how many items are done. */
  progress: Json;
  /** Failed attempts as its last heartbeat told them, the last five. */
  attemptErrors: AttemptError[];
}

export type Progress = TaskProgress | ChainProgress | OneShotProgress;

export interface RunView extends RunSummary {
  result: TaskResult | ChainResult | null;
  /** What a run that did not end well says. */
  message: string | null;
  pending: PendingAttempt | null;
  /** What an open run says of itself; null if it is closed or no worker could be asked. */
  progress: Progress | null;
  /** Workflow IDs of open children that are runs themselves; those that watch for notices are not. */
  children: string[];
}

export interface DescribeOptions {
  runId?: string;
  /** Ask the run itself, through a worker, what it is doing. Default true. */
  ask?: boolean;
}

/** A run by its workflow ID; null if the server knows none. */
export async function describeRun(server: Server, workflowId: string, options: DescribeOptions = {}): Promise<RunView | null> {
  try {
    return await describeExisting(server, workflowId, options);
  } catch (error) {
    // Also a run that is being deleted: it is still described when its history is gone.
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

async function describeExisting(server: Server, workflowId: string, options: DescribeOptions): Promise<RunView> {
  const handle = server.client.workflow.getHandle(workflowId, options.runId, { followRuns: false });
  const description = await handle.describe();
  const summary = summaryOf(description);
  const end = summary.end === null ? { result: null, message: null } : await readEnd(server, summary);
  const progress = summary.end === null && options.ask !== false ? await askProgress(server, summary) : null;
  return {
    ...summary,
    ...end,
    pending: await pendingOf(server, description),
    progress,
    children: (description.raw.pendingChildren ?? []).flatMap(({ workflowId: id }) => (id && parseCanonicalId(id) ? [id] : [])),
  };
}

/** How a closed run ended: its result, or what its failure carries. */
async function readEnd(server: Server, run: RunSummary): Promise<Pick<RunView, 'result' | 'message'>> {
  const handle = server.client.workflow.getHandle(run.workflowId, run.runId, { followRuns: false });
  try {
    return { result: resultIn(await handle.result()), message: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    switch (run.end) {
      case 'cancelled':
        return { result: run.left, message: run.left?.reason ?? 'cancelled' };
      case 'terminated':
        return { result: null, message: `terminated: ${(cause as TerminatedFailure | undefined)?.message ?? 'no reason given'}` };
      case 'timed_out':
        return { result: null, message: cause instanceof TimeoutFailure ? cause.message : 'the run took too long' };
      default:
        if (cause instanceof ApplicationFailure) return { result: resultIn(cause.details?.[0]), message: cause.message };
        return { result: null, message: cause?.message ?? error.message };
    }
  }
}

function resultIn(value: unknown): TaskResult | ChainResult | null {
  if (typeof value !== 'object' || value === null) return null;
  return 'task_id' in value || 'tasks' in value ? (value as TaskResult | ChainResult) : null;
}

export function isChainResult(result: TaskResult | ChainResult | null): result is ChainResult {
  return result !== null && 'chain' in result && 'tasks' in result;
}

/** A worker has to answer; a run whose worker is gone is shown without. */
const ASK_WITHIN_MS = 2_000;

/**
 * What an open run says of itself, or null if no worker answers in time.
 * @param options.patient waits longer for a worker that polls and is late. Default true
 */
export async function askProgress(
  server: Server,
  run: Pick<RunSummary, 'workflowId' | 'runId'>,
  { patient = true }: { patient?: boolean } = {},
): Promise<Progress | null> {
  const handle = server.client.workflow.getHandle(run.workflowId, run.runId);
  const ask = () => handle.query<Progress>(PROGRESS_QUERY);
  try {
    if (patient) return await askWorker(server, ASK_WITHIN_MS, ask);
    return await server.client.withDeadline(Date.now() + ASK_WITHIN_MS, ask);
  } catch {
    return null;
  }
}

const STATES: Record<number, PendingAttempt['state']> = {
  1: 'scheduled',
  2: 'running',
  3: 'cancelling',
  4: 'paused',
  5: 'paused',
};

/** The first activity that is not over; null if there is none. */
export async function pendingOf(server: Server, description: WorkflowExecutionDescription): Promise<PendingAttempt | null> {
  const activity = description.raw.pendingActivities?.[0];
  if (!activity) return null;
  const [trace] = await decodeArrayFromPayloads(server.client.options.loadedDataConverter, activity.heartbeatDetails?.payloads);
  const told = trace as Partial<AttemptTrace> | null | undefined;
  const failed = activity.lastFailure?.applicationFailureInfo?.type;
  return {
    activity: activity.activityType?.name ?? 'unknown',
    attempt: (activity.attempt ?? 1) - (told?.looks ?? 0),
    maximumAttempts: activity.maximumAttempts ?? 0,
    state: STATES[activity.state ?? 0] ?? 'scheduled',
    lastFailure: activity.lastFailure?.message ?? null,
    waiting: activity.state === 1 && isVainLook(failed) ? failed : null,
    startedAt: instant(activity.lastStartedTime),
    nextAttemptAt: activity.state === 1 ? instant(activity.nextAttemptScheduleTime ?? activity.scheduledTime) : null,
    lastHeartbeatAt: instant(activity.lastHeartbeatTime),
    worker: activity.lastWorkerIdentity || null,
    progress: told?.progress ?? null,
    attemptErrors: told?.attemptErrors ?? [],
  };
}

function isVainLook(type: string | null | undefined): type is LookedInVain {
  return type === 'postponed' || type === 'waiting_for_work';
}

/** A protobuf timestamp as ISO text. */
export function instant(time: { seconds?: unknown; nanos?: number | null } | null | undefined): string | null {
  if (!time?.seconds) return null;
  return new Date(Number(time.seconds) * 1_000 + Math.floor((time.nanos ?? 0) / 1_000_000)).toISOString();
}
