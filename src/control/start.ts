/** Starting a task or chain by hand: once per run key, whoever else asks at the same moment. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { canonicalId } from '../plan/ids.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { Asked, JsonObject, ResolvedChainInput, ResolvedTaskInput } from '../plan/types.js';
import { chainAttributes, taskAttributes } from './attributes.js';
import { canonicalJson } from './canonical-json.js';
import { describeRun } from './describe-run.js';
import { Refused } from './errors.js';
import { readInput } from './run-input.js';
import type { RunSummary } from './run-summary.js';
import type { Server } from './server.js';

/** `running` and `completed`: nothing was started, because the run key is being done or done. */
export interface Started {
  outcome: 'started' | 'running' | 'completed';
  workflowId: string;
  runId: string;
}

/**
 * Starts the run of a task for its run key, or says that it is there already. `force` repeats a settled one.
 * @throws Refused: `id_taken`, `other_params`, and for a forced start `running`
 */
export async function startTask(server: Server, input: ResolvedTaskInput, force?: Asked): Promise<Started> {
  const { mark: _mark, ...rest } = input;
  return await startOnce(server, {
    workflowType: WORKFLOWS.runTask,
    workflowId: canonicalId(input.task, input.runKey),
    input: { ...rest, mark: Date.now(), ...(force ? { force } : {}) },
    attributes: taskAttributes({ ...input, tags: input.spec.tags }),
    memo: { [MEMO.params]: input.params },
    summary: input.spec.summary,
    repeat: force !== undefined,
    params: input.params,
    paramsOf: async (run) => run.params ?? (await readInput(server, run))?.params ?? {},
  });
}

/**
 * Starts the run of a chain for its run key, or says that it is there already. A rerun repeats the chain's run;
 * which of its tasks it repeats, `input.rerun` says.
 * @throws Refused: `id_taken`, `other_params`, and for a rerun `running`
 */
export async function startChain(server: Server, input: ResolvedChainInput): Promise<Started> {
  return await startOnce(server, {
    workflowType: WORKFLOWS.runChain,
    workflowId: canonicalId(input.chain, input.runKey),
    input: { ...input, mark: Date.now() },
    attributes: chainAttributes(input),
    memo: {},
    summary: null,
    repeat: input.rerun !== undefined,
    params: (input.params as JsonObject | undefined) ?? null,
    paramsOf: async (run) => (await readInput(server, run))?.params ?? {},
  });
}

interface Start {
  workflowType: string;
  workflowId: string;
  input: object;
  attributes: SearchAttributePair[];
  memo: Record<string, unknown>;
  summary: string | null;
  /** Start even if the ID has completed; never while it runs. */
  repeat: boolean;
  /** Null: any params of a run met will do. */
  params: JsonObject | null;
  paramsOf(run: RunSummary): Promise<JsonObject>;
}

/** The server refuses an ID that describe does not know only while it is being deleted or restored. */
const MAX_STARTS = 10;

async function startOnce(server: Server, start: Start): Promise<Started> {
  const { workflowId } = start;
  for (let tries = 1; ; tries++) {
    try {
      const handle = await server.client.workflow.start(start.workflowType, {
        workflowId,
        taskQueue: server.taskQueue,
        args: [start.input],
        workflowIdReusePolicy: start.repeat ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
        workflowIdConflictPolicy: 'FAIL',
        typedSearchAttributes: start.attributes,
        memo: { ...start.memo, ...(server.reason ? { [MEMO.asked]: { by: server.by, reason: server.reason } } : {}) },
        ...(start.summary ? { staticSummary: start.summary } : {}),
      });
      return { outcome: 'started', workflowId, runId: handle.firstExecutionRunId };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const met = await describeRun(server, workflowId, { ask: false });
    if (met !== null) return await judge(server, start, met);
    if (tries === MAX_STARTS) {
      throw new Error(`${workflowId} is refused as already started, yet the server knows no such run, after ${MAX_STARTS} tries`);
    }
  }
}

async function judge(server: Server, start: Start, met: RunSummary): Promise<Started> {
  if (met.taskQueue !== server.taskQueue) {
    throw new Refused(
      'id_taken',
      `The workflow ID ${met.workflowId} belongs to the task queue "${met.taskQueue}", not to "${server.taskQueue}".\n` +
        `Two projects on one namespace need different ids.`,
      { workflowId: met.workflowId, taskQueue: met.taskQueue },
    );
  }
  if (start.repeat) {
    throw new Refused(
      'running',
      `${met.workflowId} is running; it is never repeated while it runs.\nTo stop it: daychain cancel ${met.workflowId} --reason "…"`,
      {
        workflowId: met.workflowId,
        runId: met.runId,
      },
    );
  }
  // A start that was refused because a run was open has met it running, even if it has failed since.
  const outcome = met.end === 'completed' ? 'completed' : 'running';
  if (start.params !== null) {
    const theirs = await start.paramsOf(met);
    if (canonicalJson(theirs) !== canonicalJson(start.params)) throw otherParams(met, outcome, theirs, start.params);
  }
  return { outcome, workflowId: met.workflowId, runId: met.runId };
}

function otherParams(met: RunSummary, outcome: 'running' | 'completed', theirs: JsonObject, yours: JsonObject): Refused {
  const next =
    outcome === 'completed'
      ? `To repeat it with yours: the same command with --force --reason "…"`
      : `To stop it first: daychain cancel ${met.workflowId} --reason "…"`;
  return new Refused(
    'other_params',
    [
      `${met.workflowId} ${outcome === 'completed' ? 'has completed' : 'is running'} with other params.`,
      `  its params  ${canonicalJson(theirs)}`,
      `  yours       ${canonicalJson(yours)}`,
      next,
    ].join('\n'),
    { workflowId: met.workflowId, runId: met.runId, outcome, theirs, yours },
  );
}
