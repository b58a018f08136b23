/** Keeping a call of a retryable: one open workflow for the same retryable and arguments. */
import { createHash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { callWorkflowId, type CallRecord, type RetryCallInput } from '../plan/calls.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { JsonObject } from '../plan/types.js';
import { taskAttributes } from './attributes.js';
import { canonicalJson } from './canonical-json.js';
import type { Server } from './server.js';

/** Whoever called waits. Milliseconds. */
const KEPT_WITHIN_MS = 10_000;

/**
 * Starts the call's workflow, or finds the same call open. One that has ended, well or not, never stands in the way.
 * @throws what the server throws
 */
export async function keepCall(
  server: Server,
  project: string,
  input: RetryCallInput,
): Promise<{ workflowId: string; reused: boolean }> {
  return await startCall(server, callWorkflowId(project, input.retryable, argumentHash(input.args)), input);
}

/** The same under a workflow ID that is known already. */
export async function startCall(
  server: Server,
  workflowId: string,
  input: RetryCallInput,
): Promise<{ workflowId: string; reused: boolean }> {
  const { retryable, args, date, tags, summary, failed, retries } = input;
  const record: CallRecord = {
    tried: failed === null ? 0 : 1,
    tries: retries + 1,
    nextTryAt: null,
    errors: failed === null ? [] : [{ attempt: 1, at: failed.at, message: failed.message }],
  };
  const { client } = server;
  try {
    await client.withDeadline(Date.now() + KEPT_WITHIN_MS, () =>
      client.workflow.start(WORKFLOWS.retryCall, {
        workflowId,
        taskQueue: server.taskQueue,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        typedSearchAttributes: taskAttributes({ task: retryable, date, tags }),
        memo: {
          [MEMO.args]: args,
          [MEMO.call]: record,
          ...(server.reason ? { [MEMO.asked]: { by: server.by, reason: server.reason } } : {}),
        },
        staticSummary: summary ?? retryable,
      }),
    );
    return { workflowId, reused: false };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, reused: true };
    throw error;
  }
}

/** The same for the same arguments, however their names are ordered. */
function argumentHash(args: JsonObject): string {
  return createHash('sha256').update(canonicalJson(args)).digest('hex').slice(0, 16);
}
