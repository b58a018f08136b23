/** A shell: a run that holds no run key itself, starts or awaits the one that does, and ends as it ended. */
import { ApplicationFailure, CancelledFailure, CancellationScope } from '@temporalio/workflow';
import type { Json, RunEnd } from '../plan/types.js';
import type { Followed } from './follow.js';

/** Passes the followed run's end on: its result, or a failure of the same type, text and details. */
export function endAs(workflowId: string, { run }: Followed): Json {
  switch (run.end) {
    case 'completed':
      return run.result;
    case 'failed':
      throw failure(run);
    case 'cancelled':
      // Only who was cancelled himself may close as cancelled.
      if (CancellationScope.current().consideredCancelled) throw new CancelledFailure(`${workflowId} was cancelled`);
      throw ApplicationFailure.create({
        type: 'cancelled',
        nonRetryable: true,
        message: `${workflowId} was cancelled`,
        details: [run.result],
      });
    case 'terminated':
    case 'timed_out':
      throw ApplicationFailure.create({
        type: run.end,
        nonRetryable: true,
        message: `${workflowId}: ${run.message}`,
        details: [run.result],
      });
    case 'id_taken':
      throw ApplicationFailure.nonRetryable(
        `id_taken: the workflow ID ${workflowId} belongs to the task queue "${run.taskQueue}". Two projects on one namespace need different ids.`,
        'id_taken',
      );
    case 'awaited_enough':
      throw ApplicationFailure.nonRetryable(`deadline: ${workflowId} is still running at the deadline`, 'deadline');
    case 'other_params':
      throw ApplicationFailure.nonRetryable(otherParams(workflowId, run.theirs), 'other_params');
  }
}

/** Says that a run met has other params than asked for. */
export function otherParams(workflowId: string, theirs: Json): string {
  return `${workflowId} runs or ran with other params: ${JSON.stringify(theirs)}. To repeat it with yours: daychain run --force --reason "…"`;
}

function failure(run: Extract<RunEnd, { end: 'failed' }>): ApplicationFailure {
  return ApplicationFailure.create({
    type: run.type,
    message: run.message,
    nonRetryable: true,
    details: [run.result],
    ...(isBenign(run.type) ? { category: 'BENIGN' } : {}),
  });
}

/** Ends that are no fault of anyone: they close as failed only to leave the date runnable. */
export function isBenign(type: string | null): boolean {
  return type === 'lock_held' || type === 'skipped_by_task';
}
