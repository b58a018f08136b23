/** Keeping a call of a retryable: one open workflow for the same retryable and arguments. */
import { createHash, randomUUID } from 'node:crypto';
import { isGrpcServiceError, ServiceError, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type InternalWorkflowStartOptions, InternalWorkflowStartOptionsSymbol } from '@temporalio/client/lib/internal.js';
import { callWorkflowId, type CallRecord, type RetryCallInput } from '../plan/calls.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { JsonObject } from '../plan/types.js';
import { taskAttributes } from './attributes.js';
import { canonicalJson } from './canonical-json.js';
import type { Server } from './server.js';

/** Whoever called waits. Milliseconds. */
const KEPT_WITHIN_MS = 10_000;
/** gRPC's code for an answer that did not come in time. */
const DEADLINE_EXCEEDED = 4;

/**
 * Starts the call's workflow, or finds the same call open. One that has ended, well or not, never stands in the way. A server
 * that does not answer in time is asked once more.
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
  const request: InternalWorkflowStartOptions[typeof InternalWorkflowStartOptionsSymbol] = { requestId: randomUUID() };
  const start = () =>
    client.withDeadline(Date.now() + KEPT_WITHIN_MS, () =>
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
        // By it the server knows the second time for the first, even where that one has run and ended meanwhile.
        ...{ [InternalWorkflowStartOptionsSymbol]: request },
      }),
    );
  try {
    await start().catch(async (error: unknown) => {
      if (!isLate(error)) throw error;
      await start();
    });
    return { workflowId, reused: false };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, reused: true };
    throw error;
  }
}

function isLate(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && Number(cause.code) === DEADLINE_EXCEEDED;
}

/** The same for the same arguments, however their names are ordered. */
function argumentHash(args: JsonObject): string {
  return createHash('sha256').update(canonicalJson(args)).digest('hex').slice(0, 16);
}
