/** Starting a run by its canonical ID, or awaiting the one that is there. */
import {
  type SearchAttributePair,
  type TypedSearchAttributes,
  type WorkflowIdReusePolicy,
  WorkflowExecutionAlreadyStartedError,
  ActivityFailure,
  ApplicationFailure,
} from '@temporalio/common';
import {
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
  isCancellation,
  patched,
  sleep,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import type { AwaitedRun, Json, JsonObject, RunEnd } from '../plan/types.js';
import { lookups, waits, waitsWithin } from './engine.js';

export interface Start {
  workflowType: 'runTask' | 'runChain';
  workflowId: string;
  input: object;
  searchAttributes: SearchAttributePair[] | TypedSearchAttributes;
  memo?: Record<string, Json>;
  /** Params a run met on the way must share. Absent: any will do. */
  params?: JsonObject;
  /** Start again even if the ID has completed. A running one is still awaited. */
  repeat?: boolean;
  summary?: string;
  /** Epoch milliseconds of the request, where it is younger than this workflow: a failure older than that is repeated. */
  askedAt?: number;
  /** Epoch milliseconds at which its turn came: a run cancelled before then, and before it began, was a hold taken back. */
  turnAt?: number;
  /** Epoch milliseconds up to which a run of somebody else's is awaited. Absent: for as long as it takes. */
  awaitUntil?: number;
  /** 1 to 5; the server hands out lower ones first. The caller's own when absent. */
  priorityKey?: number;
}

/** Told what becomes of a start before its end. */
export interface Watch {
  started(child: ChildWorkflowHandle<Workflow>): void;
  /** Somebody else's run holds the ID, or held it. */
  meets(): void;
}

/** How it ended, and whether it was someone else's run. */
export type Followed = { met: false; run: RunEnd } | { met: true; run: Exclude<AwaitedRun, { end: 'absent' }> };

/** The server refuses an ID that describe does not know only while it is being deleted or restored. */
const MAX_STARTS = 10;

/**
 * Starts a child under its canonical ID and awaits it. Where the ID is taken, awaits the run that holds it and takes its
 * end, whatever it is. So does one that comes too late for a run it would have met: a failure younger than this workflow
 * answers its request too, or fifty that ask at once would repeat it fifty times. An older one is repeated.
 * Being cancelled cancels a child of ours and leaves a run of somebody else's alone.
 */
export async function startOrFollow(start: Start, watch?: Watch): Promise<Followed> {
  const askedAt = start.askedAt ?? workflowInfo().startTime.getTime();
  let policy: WorkflowIdReusePolicy = start.repeat ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE';
  for (let starts = 1; starts <= MAX_STARTS; starts++) {
    try {
      const child = await startUnder(policy, start);
      watch?.started(child);
      return { met: false, run: await endOf(child) };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    watch?.meets();
    const wanted = { workflowId: start.workflowId, ...(start.params ? { params: start.params } : {}) };
    const run = start.awaitUntil === undefined ? await waits.awaitRun(wanted) : await awaitRunUntil(start.awaitUntil, wanted);
    if (run.end === 'absent') continue;
    const repeatable = 'closedAt' in run && run.end !== 'completed' && run.closedAt < askedAt && policy === 'REJECT_DUPLICATE';
    if (!repeatable && !(policy === 'REJECT_DUPLICATE' && wasTakenBack(run, start.turnAt))) return { met: true, run };
    policy = 'ALLOW_DUPLICATE_FAILED_ONLY';
  }
  throw ApplicationFailure.nonRetryable(
    `${start.workflowId} is refused as already started, yet the server knows no such run, after ${MAX_STARTS} tries`,
    'inconsistent_server',
  );
}

/** Whether a run met is a hold that was taken back before its turn: nobody waits for its end, and the run is still due. */
function wasTakenBack(run: AwaitedRun, turnAt: number | undefined): boolean {
  if (turnAt === undefined || run.end !== 'cancelled' || run.closedAt >= turnAt) return false;
  const began = (run.result as { attempts?: number } | null)?.attempts !== 0;
  return !began && patched('hold-taken-back');
}

/** Awaits a run, but only up to an instant in epoch milliseconds. */
async function awaitRunUntil(until: number, wanted: { workflowId: string; params?: JsonObject }): Promise<AwaitedRun> {
  try {
    return await waitsWithin(until - Date.now()).awaitRun(wanted);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    // The server gives up early when the next try would come too late: wait out what is left, and look once more.
    const left = until - Date.now();
    if (left > 0) await sleep(left, { summary: 'the last moment before the deadline' });
    const run = await lookups.peekRun({ workflowId: wanted.workflowId });
    return run.end === 'open' ? { end: 'awaited_enough' } : run.end === 'absent' ? run : { ...run, closedAt: Date.now() };
  }
}

function startUnder(workflowIdReusePolicy: WorkflowIdReusePolicy, start: Start): Promise<ChildWorkflowHandle<Workflow>> {
  return startChild(start.workflowType, {
    workflowId: start.workflowId,
    args: [start.input],
    workflowIdReusePolicy,
    parentClosePolicy: 'REQUEST_CANCEL',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    typedSearchAttributes: start.searchAttributes,
    ...(start.memo ? { memo: start.memo } : {}),
    ...(start.summary ? { staticSummary: start.summary } : {}),
    ...(start.priorityKey === undefined ? {} : { priority: { priorityKey: start.priorityKey } }),
  });
}

async function endOf(child: ChildWorkflowHandle<Workflow>): Promise<RunEnd> {
  try {
    return { end: 'completed', result: (await child.result()) as Json };
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    const cause = error.cause;
    if (isCancellation(error) || cause instanceof CancelledFailure)
      return { end: 'cancelled', message: 'cancelled', result: null };
    if (cause instanceof TerminatedFailure) return { end: 'terminated', message: 'terminated', result: null };
    if (cause instanceof TimeoutFailure) return { end: 'timed_out', message: cause.message, result: null };
    if (cause instanceof ApplicationFailure) {
      return { end: 'failed', type: cause.type ?? 'error', message: cause.message, result: (cause.details?.[0] ?? null) as Json };
    }
    return { end: 'failed', type: 'error', message: cause?.message ?? error.message, result: null };
  }
}
