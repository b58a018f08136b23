/** The tasks of one chain run: each started or met by its canonical ID, its end turned into an outcome. */
import { canonicalId } from '../plan/ids.js';
import { MAX_CHAIN_OUTPUT_BYTES, MAX_UPSTREAM_BYTES } from '../plan/limits.js';
import { MEMO } from '../plan/names.js';
import { bareOutcome, outcomeOf } from '../plan/results.js';
import type { Treatment } from '../plan/selection.js';
import type {
  Asked,
  AwaitedRun,
  FailKind,
  PlanTask,
  ResolvedChainInput,
  RunEnd,
  RunTaskInput,
  TaskOutcome,
  TaskResult,
  Upstream,
  UpstreamResult,
} from '../plan/types.js';
import { taskAttributes } from './attributes.js';
import { lookups } from './engine.js';
import { startOrFollow } from './follow.js';
import { otherParams } from './shell.js';

/** Inputs of all tasks together stay in the chain's history beside the outputs; the server ends histories of 50 MiB. */
const MAX_CHAIN_UPSTREAM_BYTES = 3 * MAX_CHAIN_OUTPUT_BYTES;

export class ChainTasks {
  private readonly ended = new Map<string, { upstream: UpstreamResult; bytes: number }>();
  private outputBytes = 0;
  private upstreamBytes = 0;

  constructor(
    private readonly chain: ResolvedChainInput,
    private readonly treatment: (task: string) => Treatment,
    /** Epoch milliseconds; null if the chain has no deadline, or began after it. */
    private readonly deadline: number | null,
  ) {}

  /** Runs a task to its end, or takes the end of the run that is there. Never throws for a task's own failure. */
  async run(task: PlanTask, skip: Asked | null): Promise<TaskOutcome> {
    const id = canonicalId(task.id, this.chain.runKey);
    const treatment = skip === null ? this.treatment(task.id) : 'start';
    if (treatment === 'keep') return await this.keep(task, id);
    const upstream: Upstream = {};
    let bytes = 0;
    for (const parent of task.dependsOn) {
      const known = this.ended.get(parent);
      upstream[parent] = known?.upstream ?? { status: 'pending', kind: null, reason: 'not known', output: {} };
      bytes += known?.bytes ?? 0;
    }
    this.upstreamBytes += bytes;
    if (bytes > MAX_UPSTREAM_BYTES)
      return this.tooLarge(task, `the outputs of its parents are ${bytes} bytes together, at most ${MAX_UPSTREAM_BYTES} fit`);
    if (this.upstreamBytes > MAX_CHAIN_UPSTREAM_BYTES) {
      return this.tooLarge(task, `the outputs handed down in this chain come to over ${MAX_CHAIN_UPSTREAM_BYTES} bytes`);
    }
    return await this.startOrMeet(task, id, upstream, skip, treatment === 'repeat');
  }

  private async startOrMeet(
    task: PlanTask,
    id: string,
    upstream: Upstream,
    skip: Asked | null,
    repeat: boolean,
  ): Promise<TaskOutcome> {
    const { chain } = this;
    const input: RunTaskInput = {
      task: task.id,
      date: chain.date,
      runKey: chain.runKey,
      scheduledFor: chain.scheduledFor,
      params: chain.params !== undefined && Object.hasOwn(chain.params, task.id) ? chain.params[task.id]! : task.params,
      spec: task.spec,
      upstream,
      chain: chain.chain,
      ...(chain.backfill ? { backfill: true } : {}),
      ...(this.deadline !== null && chain.deadline !== undefined ? { deadline: chain.deadline } : {}),
      ...(task.dependsOnPast ? { dependsOnPast: chain.chain } : {}),
      ...(skip ? { skip } : {}),
      ...(repeat && chain.rerun ? { force: { by: chain.rerun.by, reason: chain.rerun.reason } } : {}),
    };
    const params = input.params ?? {};
    const start = {
      workflowType: 'runTask' as const,
      workflowId: id,
      input,
      searchAttributes: taskAttributes({ task: task.id, date: chain.date, chain: chain.chain, tags: task.spec.tags }),
      memo: { [MEMO.params]: params },
      turnAt: Date.now(),
      ...(skip ? {} : { params }),
      ...(this.deadline === null ? {} : { awaitUntil: this.deadline }),
      ...(task.spec.summary ? { summary: task.spec.summary } : {}),
    };
    let { met, run } = await startOrFollow({ ...start, repeat });
    if (
      met &&
      run.end === 'completed' &&
      chain.rerun?.mode === 'skipped' &&
      (run.result as unknown as TaskResult).status === 'skipped'
    ) {
      const force = { by: chain.rerun.by, reason: chain.rerun.reason };
      ({ met, run } = await startOrFollow({ ...start, input: { ...input, force }, repeat: true }));
    }
    return this.outcome(task, id, run, met);
  }

  /** A task the rerun leaves alone: how its own run ended, if there is one. */
  private async keep(task: PlanTask, id: string): Promise<TaskOutcome> {
    const run = await lookups.peekRun({ workflowId: id });
    if (run.end === 'absent' || run.end === 'open') {
      const outcome = bareOutcome(
        'pending',
        null,
        run.end === 'open' ? 'still running; not part of this rerun' : 'never ran; not part of this rerun',
        id,
      );
      return this.note(task, outcome, undefined);
    }
    return this.outcome(task, id, run, true);
  }

  private outcome(task: PlanTask, id: string, run: RunEnd | AwaitedRun, satisfied: boolean): TaskOutcome {
    switch (run.end) {
      case 'completed':
      case 'failed':
      case 'cancelled':
        if (isTaskResult(run.result)) return this.note(task, outcomeOf(run.result, satisfied), run.result);
        if (run.end === 'cancelled') return this.note(task, bareOutcome('cancelled', null, run.message, id), undefined);
        return this.note(
          task,
          bareOutcome('failed', failKind(run), 'message' in run ? run.message : 'an unknown result', id),
          undefined,
        );
      case 'terminated':
      case 'timed_out':
        return this.note(task, bareOutcome('failed', run.end, run.message, id), undefined);
      case 'id_taken':
        return this.note(
          task,
          bareOutcome('failed', 'id_taken', `${id} belongs to the task queue "${run.taskQueue}"`, id),
          undefined,
        );
      case 'other_params':
        return this.note(task, bareOutcome('failed', 'error', otherParams(id, run.theirs), id), undefined);
      case 'awaited_enough':
        return this.note(
          task,
          bareOutcome('failed', 'deadline', `${id} is still running at the deadline; it was not started here, and goes on`, id),
          undefined,
        );
      case 'absent':
        return this.note(task, bareOutcome('failed', 'error', 'its run is gone', id), undefined);
    }
  }

  private tooLarge(task: PlanTask, reason: string): TaskOutcome {
    return this.note(task, bareOutcome('failed', 'output_too_large', reason), undefined);
  }

  /** Remembers what children will be handed. */
  private note(task: PlanTask, outcome: TaskOutcome, result: TaskResult | undefined): TaskOutcome {
    const output = result?.output ?? {};
    const bytes = JSON.stringify(output).length;
    this.outputBytes += bytes;
    const fits = this.outputBytes <= MAX_CHAIN_OUTPUT_BYTES;
    const noted: TaskOutcome = fits
      ? outcome
      : {
          ...outcome,
          status: 'failed',
          kind: 'output_too_large',
          settled: false,
          reason: `the outputs of this chain come to over ${MAX_CHAIN_OUTPUT_BYTES} bytes`,
        };
    const upstream = { status: noted.status, kind: noted.kind, reason: noted.reason, output: fits ? output : {} };
    this.ended.set(task.id, { upstream, bytes: fits ? bytes : 0 });
    return noted;
  }
}

function isTaskResult(value: unknown): value is TaskResult {
  return typeof value === 'object' && value !== null && 'task_id' in value && 'settled' in value;
}

function failKind(run: RunEnd): FailKind {
  return run.end === 'failed' && (run.type === 'unknown_task' || run.type === 'id_taken') ? run.type : 'error';
}
