/** A runTask under another workflow ID than its own. */
import { setCurrentDetails } from '@temporalio/workflow';
import { MEMO } from '../plan/names.js';
import type { ResolvedTaskInput, RunTaskInput, TaskResult } from '../plan/types.js';
import { taskAttributes } from './attributes.js';
import { startOrFollow } from './follow.js';
import { endAs } from './shell.js';

/** Starts or awaits the run that holds the ID, and ends as it ended. */
export async function taskShell(id: string, input: ResolvedTaskInput): Promise<TaskResult> {
  setCurrentDetails(`A shell: the run itself is ${id}`);
  const { mark: _mark, ...rest } = input;
  const followed = await startOrFollow({
    workflowType: 'runTask',
    workflowId: id,
    input: rest,
    searchAttributes: taskAttributes({ ...input, tags: input.spec.tags }),
    memo: { [MEMO.params]: input.params },
    params: input.params,
    ...(input.spec.summary ? { summary: input.spec.summary } : {}),
  });
  return endAs(id, followed) as unknown as TaskResult;
}

/** Whether nothing of the input is left to the registry. */
export function isResolved(raw: RunTaskInput): raw is ResolvedTaskInput {
  return (
    raw.date !== undefined &&
    raw.runKey !== undefined &&
    raw.scheduledFor !== undefined &&
    raw.params !== undefined &&
    raw.spec !== undefined
  );
}
