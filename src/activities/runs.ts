/** How the server says a run is doing, read by its workflow ID. */
import {
  ApplicationFailure,
  CancelledFailure,
  type Client,
  TerminatedFailure,
  TimeoutFailure,
  type WorkflowExecutionStatusName,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { MEMO } from '../plan/names.js';
import type { Json, RunEnd } from '../plan/types.js';

export interface SeenRun {
  runId: string;
  open: boolean;
  status: WorkflowExecutionStatusName;
  taskQueue: string;
  memo: Record<string, unknown>;
  /** Epoch milliseconds by the server's clock; 0 while open. */
  closedAt: number;
  /** How it ended; reads the run's result. Only for runs that are not open. */
  end(): Promise<RunEnd>;
}

/** The newest run of a workflow ID, or null if the server knows none. */
export async function seeRun(client: Client, workflowId: string, runId?: string): Promise<SeenRun | null> {
  try {
    const found = await client.workflow.getHandle(workflowId, runId).describe();
    const memo = found.memo ?? {};
    return {
      runId: found.runId,
      open: found.status.name === 'RUNNING',
      status: found.status.name,
      taskQueue: found.taskQueue,
      memo,
      closedAt: found.closeTime?.getTime() ?? 0,
      end: () => endOf(client, workflowId, found.runId, memo),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

async function endOf(client: Client, workflowId: string, runId: string, memo: Record<string, unknown>): Promise<RunEnd> {
  const left = (memo[MEMO.result] ?? null) as Json;
  try {
    return { end: 'completed', result: (await client.workflow.getHandle(workflowId, runId).result()) as Json };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof CancelledFailure) return { end: 'cancelled', message: 'cancelled', result: left };
    if (cause instanceof TerminatedFailure) return { end: 'terminated', message: cause.message || 'terminated', result: left };
    if (cause instanceof TimeoutFailure) return { end: 'timed_out', message: cause.message || 'timed out', result: left };
    if (cause instanceof ApplicationFailure) {
      return { end: 'failed', type: cause.type ?? 'error', message: cause.message, result: (cause.details?.[0] ?? left) as Json };
    }
    return { end: 'failed', type: 'error', message: cause?.message ?? error.message, result: left };
  }
}
