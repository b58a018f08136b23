/** One execution in a line: what describe and lists tell of a run without opening its history. */
import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import { parseCanonicalId } from '../plan/ids.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { Asked, ChainResult, JsonObject, SlotResult, Status, TaskResult } from '../plan/types.js';
import { CHAIN_NAME, TASK_DATE, TASK_NAME, TASK_STATUS } from './attributes.js';

export type RunEndName = 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out';

export interface RunSummary {
  workflowId: string;
  runId: string;
  /** `shell`: it only started or awaited the run that holds the ID. `other`: none of ours. */
  kind: 'task' | 'chain' | 'shell' | 'other';
  /** The task's or chain's id; the workflow ID where it is not canonical. */
  id: string;
  runKey: string | null;
  date: string | null;
  status: Status;
  /** How the execution was closed; null while it is open. */
  end: RunEndName | null;
  /** ISO instants. */
  started: string;
  closed: string | null;
  taskQueue: string;
  /** A task's params, where the run left them. */
  params: JsonObject | null;
  /** Workflow ID of the backfill that started it, if one did. */
  backfill?: string;
  /** Who started it by hand and why, where that was told. */
  asked?: Asked;
  /** What the run left in its memo before it closed. */
  left: TaskResult | ChainResult | null;
  /** Why a shell left its slot out; of no other run. */
  skippedSlot?: SlotResult;
}

export function summaryOf(info: Omit<WorkflowExecutionInfo, 'raw'>): RunSummary {
  const canonical = parseCanonicalId(info.workflowId);
  const attributes = info.typedSearchAttributes;
  const end = endOf(info.status.name);
  const ours = info.type === WORKFLOWS.runTask || info.type === WORKFLOWS.runChain;
  const left = info.memo?.[MEMO.result];
  const id = canonical?.id ?? attributes.get(TASK_NAME) ?? attributes.get(CHAIN_NAME) ?? info.workflowId;
  const backfill = info.memo?.[MEMO.backfill];
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    kind: !ours
      ? info.type === WORKFLOWS.scheduledChain || info.type === WORKFLOWS.oneShot
        ? 'shell'
        : 'other'
      : canonical === null
        ? 'shell'
        : info.type === WORKFLOWS.runTask
          ? 'task'
          : 'chain',
    id,
    runKey: canonical?.runKey ?? null,
    date: attributes.get(TASK_DATE) ?? canonical?.runKey.slice(0, 8) ?? null,
    status: statusOf(end, attributes.get(TASK_STATUS)),
    end,
    started: info.startTime.toISOString(),
    closed: info.closeTime?.toISOString() ?? null,
    taskQueue: info.taskQueue,
    params: (info.memo?.[MEMO.params] as JsonObject | undefined) ?? null,
    left: ours && left !== undefined ? (left as TaskResult | ChainResult) : null,
    ...(info.type === WORKFLOWS.scheduledChain && left !== undefined && { skippedSlot: left as SlotResult }),
    ...(typeof backfill === 'string' ? { backfill } : {}),
    ...(info.memo?.[MEMO.asked] ? { asked: info.memo[MEMO.asked] as Asked } : {}),
  };
}

/** The newest run of a workflow ID; null if the server knows none. */
export async function findSummary(client: Client, workflowId: string): Promise<RunSummary | null> {
  try {
    return summaryOf(await client.workflow.getHandle(workflowId).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

export function endOf(status: string): RunEndName | null {
  switch (status) {
    case 'COMPLETED':
    case 'FAILED':
    case 'CANCELLED':
    case 'TERMINATED':
    case 'TIMED_OUT':
      return status.toLowerCase() as RunEndName;
    default:
      return null;
  }
}

/** The run's own word, where the server's does not contradict it. */
export function statusOf(end: RunEndName | null, own: string | undefined): Status {
  switch (end) {
    case null:
      return 'pending';
    case 'completed':
      return own === 'skipped' ? 'skipped' : 'success';
    case 'failed':
      return own === 'skipped' ? 'skipped' : 'failed';
    case 'cancelled':
      return 'cancelled';
    case 'terminated':
    case 'timed_out':
      return 'failed';
  }
}
