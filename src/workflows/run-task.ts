/** The runTask workflow: one task, one run key. */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { deadlineMs, deadlineText, isLate } from '../plan/deadline.js';
import { canonicalId, parseCanonicalId } from '../plan/ids.js';
import { MEMO, PROGRESS_QUERY } from '../plan/names.js';
import { type Ending, skippedByOperator, taskFailureMessage, taskResult } from '../plan/results.js';
import type { Asked, Hold, Order, ResolvedTaskInput, RunTaskInput, Status, TaskProgress, TaskResult } from '../plan/types.js';
import { Attempts } from './attempts.js';
import { ensureAttributes, setStatus, taskAttributes } from './attributes.js';
import { findableAnyway } from './ended-early.js';
import { earlierResult, isCanonical, statedDate, statedId } from './canonical.js';
import { lookups } from './engine.js';
import { askedBy, holdOf, refused, releaseProblem, takeOrders, type OrderName } from './orders.js';
import { PastWait } from './past-wait.js';
import { patiently, requireInput } from './resolve.js';
import { isBenign } from './shell.js';
import { isResolved, taskShell } from './task-shell.js';
import type { RunState } from './until-interrupted.js';
import { watchEnd } from './watched.js';

/**
 * Runs one task for one run key. `{task, date}` is enough; the worker's registry fills in the rest.
 * Under any workflow ID but `<task>:<run key>` it is a shell that starts or awaits that one.
 * @returns TaskResult, if the run settled its key
 * @throws ApplicationFailure whose type is the result's kind and whose first detail is the TaskResult
 */
export async function runTask(raw: RunTaskInput): Promise<TaskResult> {
  requireInput('runTask', raw, 'task');
  const run = new TaskRun(raw);
  // Handlers must stand before the first await, or an update that came with the start would be refused.
  if (parseCanonicalId(workflowInfo().workflowId)?.id === raw.task) run.listen();
  const stated = statedId(raw.task, raw);
  const early = stated !== null && isCanonical(stated);
  const earlier = early ? await earlierResult(raw.mark) : undefined;
  if (earlier !== undefined) return earlier as unknown as TaskResult;
  const known = early ? taskAttributes({ task: raw.task, date: statedDate(raw), tags: [] }) : null;
  const input = isResolved(raw) ? raw : await findableAnyway(known, () => patiently(() => lookups.resolveTask(raw)));
  const id = canonicalId(input.task, input.runKey);
  if (!isCanonical(id)) return await taskShell(id, input);
  const late = early ? undefined : await earlierResult(raw.mark);
  if (late !== undefined) return late as unknown as TaskResult;
  return await run.toItsEnd(input);
}

class TaskRun {
  private readonly taskId = uuid4().slice(0, 8);
  private readonly state: RunState = {
    phase: 'queued',
    detail: null,
    nudges: 0,
    interrupted: () => this.held !== null || this.skip !== null,
  };
  private status: Status = 'pending';
  private held: Hold | null;
  private skip: Asked | null;
  private attempts: Attempts | null = null;
  private past: PastWait | null = null;
  /** It began after its deadline. */
  private late = false;

  constructor(private readonly raw: RunTaskInput) {
    this.held = raw.hold ?? null;
    this.skip = raw.skip ?? null;
  }

  /** Answers the progress query and takes orders. */
  listen(): void {
    setHandler(defineQuery<TaskProgress>(PROGRESS_QUERY), () => this.progress());
    takeOrders(
      (name, order) => this.refusal(name, order),
      async (name, order) => {
        switch (name) {
          case 'skip':
            await this.setAside(name);
            this.skip = askedBy(order);
            return 'will end as skipped_by_operator';
          case 'hold':
            await this.setAside(name);
            this.held = holdOf(order, Date.now());
            return `held until ${new Date(this.held.until).toISOString()}`;
          case 'release':
            this.held = null;
            return 'released';
          case 'retryNow':
            this.state.nudges++;
            return this.state.phase === 'running'
              ? await lookups.retryNow({ workflowId: workflowInfo().workflowId })
              : 'trying again now';
        }
      },
    );
  }

  async toItsEnd(input: ResolvedTaskInput): Promise<TaskResult> {
    ensureAttributes(taskAttributes({ ...input, tags: input.spec.tags }));
    if (workflowInfo().memo?.[MEMO.params] === undefined) upsertMemo({ [MEMO.params]: input.params });
    // In a chain, the chain's end is told.
    if (input.chain === undefined) watchEnd(input);
    let result: TaskResult;
    try {
      result = await this.workInTime(input);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      await CancellationScope.nonCancellable(() => this.closeAsCancelled(input));
      throw error;
    }
    return this.close(result);
  }

  /** Whatever the run does or waits for ends at its deadline. What its chain gave it is never too late: the chain waits. */
  private async workInTime(input: ResolvedTaskInput): Promise<TaskResult> {
    const { deadline } = input;
    const startedMs = workflowInfo().startTime.getTime();
    this.late = input.chain === undefined && isLate(deadline, startedMs);
    const at = deadlineMs(deadline, input.chain === undefined ? startedMs : 0);
    if (deadline === undefined || at === null) return await this.work(input);
    try {
      return await CancellationScope.withTimeout(Math.max(1, at - Date.now()), () => this.work(input));
    } catch (error) {
      if (!isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
      return this.result(input, this.unfinished(deadline));
    }
  }

  private unfinished(deadline: string): Ending {
    const text = deadlineText(deadline);
    return (
      this.past?.ending(`until the deadline, ${text},`) ?? {
        status: 'failed',
        kind: 'deadline',
        reason: `unfinished at the deadline, ${text}`,
        settled: false,
        finished: isoNow(),
        ...this.tried(),
      }
    );
  }

  private async work(input: ResolvedTaskInput): Promise<TaskResult> {
    for (;;) {
      const ended = await this.awaitRelease(input);
      if (ended !== null) return ended;
      const past = await this.awaitPast(input);
      if (past === 'interrupted') continue;
      if (past !== 'settled') return this.result(input, past.ending);
      this.attempts ??= new Attempts(input.spec, await this.attemptInput(input), this.state);
      const attempted = await this.attempts.run();
      if (attempted === 'interrupted') continue;
      return 'result' in attempted ? attempted.result : this.result(input, attempted.ending);
    }
  }

  private async awaitPast({ task, runKey, scheduledFor, dependsOnPast }: ResolvedTaskInput): ReturnType<PastWait['run']> {
    if (dependsOnPast === undefined || this.attempts !== null) return 'settled';
    this.past ??= new PastWait({ task, runKey, scheduledFor, schedule: dependsOnPast }, this.state);
    return await this.past.run();
  }

  /** Waits while held. A result if the run ends here: skipped, or the hold ran out. */
  private async awaitRelease(input: ResolvedTaskInput): Promise<TaskResult | null> {
    while (this.held !== null && this.skip === null) {
      const { by, reason, until } = this.held;
      this.state.phase = 'held';
      this.state.detail = `by ${by}${reason ? `: ${reason}` : ''}, until ${new Date(until).toISOString()}`;
      setCurrentDetails(`held ${this.state.detail}`);
      const hold = this.held;
      const changed = await condition(() => this.held !== hold || this.skip !== null, Math.max(1, until - Date.now()));
      if (!changed) {
        const text = `held by ${by}${reason ? ` (${reason})` : ''} and not released until ${new Date(until).toISOString()}`;
        return this.result(input, {
          status: 'failed',
          kind: 'hold_expired',
          reason: text,
          settled: false,
          by,
          finished: isoNow(),
          ...this.tried(),
        });
      }
    }
    return this.skip === null ? null : skippedByOperator({ ...input, taskId: this.taskId }, this.skip, isoNow(), this.tried());
  }

  private tried(): Pick<Ending, 'attempts' | 'attemptErrors'> {
    return { attempts: this.attempts?.begun ?? 0, attemptErrors: this.attempts?.errors ?? [] };
  }

  private async attemptInput(input: ResolvedTaskInput) {
    // A chain hands its results down; a run by hand reads what the parents' own runs of this key ended with.
    const upstream = input.upstream ?? (await lookups.upstreamOf({ task: input.task, runKey: input.runKey }));
    return {
      task: input.task,
      date: input.date,
      runKey: input.runKey,
      scheduledFor: input.scheduledFor,
      taskId: this.taskId,
      params: input.params,
      upstream,
      backfill: input.backfill ?? false,
      chain: input.chain ?? null,
      lock: input.spec.lock,
      timeoutMs: input.spec.timeoutMs,
      successKeys: input.spec.successKeys,
      force: input.force ?? null,
    };
  }

  private result(input: ResolvedTaskInput, ending: Ending): TaskResult {
    return taskResult({ ...input, taskId: this.taskId }, ending);
  }

  private close(ended: TaskResult): TaskResult {
    const result: TaskResult = this.late ? { ...ended, late: true } : ended;
    this.status = result.status;
    setStatus(result.status);
    setCurrentDetails(`${result.status}${result.kind ? ` (${result.kind})` : ''}${result.reason ? `: ${result.reason}` : ''}`);
    if (result.settled) return result;
    throw ApplicationFailure.create({
      type: result.kind ?? 'error',
      message: taskFailureMessage(result),
      nonRetryable: true,
      details: [result],
      ...(isBenign(result.kind) ? { category: 'BENIGN' } : {}),
    });
  }

  /** A cancellation carries no result, so the run leaves it in its memo. */
  private async closeAsCancelled(input: ResolvedTaskInput): Promise<void> {
    // From here on no order is taken.
    this.status = 'cancelled';
    const info = workflowInfo();
    const asked = await lookups.whoCancelled({ workflowId: info.workflowId, runId: info.runId });
    const reason = asked.reason ?? 'cancelled';
    upsertMemo({
      [MEMO.result]: this.result(input, {
        status: 'cancelled',
        reason,
        settled: false,
        by: asked.by,
        finished: isoNow(),
        ...this.tried(),
      }),
    });
    setStatus('cancelled');
    setCurrentDetails(`cancelled by ${asked.by}: ${reason}`);
  }

  private refusal(name: OrderName, order: Order | undefined): string | null {
    if (this.status !== 'pending') return `${workflowInfo().workflowId} has ended: ${this.status}`;
    if (name === 'release') return releaseProblem(this.held, order);
    if (name === 'retryNow') return this.held === null ? null : `${workflowInfo().workflowId} is held; release it`;
    return null;
  }

  /** Takes an attempt back that has not begun. @throws ApplicationFailure `refused` if the body is running, or the run has ended */
  private async setAside(name: 'skip' | 'hold'): Promise<void> {
    if (this.state.phase !== 'running') return;
    const { workflowId } = workflowInfo();
    const tooLate = `${workflowId} is running: it is too late to ${name} it. To stop it: daychain cancel ${workflowId} --reason "…"`;
    // Runs of earlier versions refused without a look.
    if (!patched('orders-before-next-attempt')) throw refused(tooLate);
    const waiting = await lookups.waitingAttempt({ workflowId });
    // It may have gone on, or ended, during the look.
    if (this.status !== 'pending') throw refused(`${workflowId} has ended: ${this.status}`);
    if (this.state.phase !== 'running') return;
    if (waiting === null) throw refused(tooLate);
    this.attempts!.takeBack(waiting);
  }

  private progress(): TaskProgress {
    const id = parseCanonicalId(workflowInfo().workflowId);
    return {
      kind: 'task',
      task: this.raw.task,
      date: this.raw.date ?? id?.runKey.slice(0, 8) ?? '',
      run_key: this.raw.runKey ?? id?.runKey ?? '',
      phase: this.status === 'pending' ? this.state.phase : null,
      status: this.status,
      detail: this.state.detail,
      held: this.held,
    };
  }
}

function isoNow(): string {
  return new Date(Date.now()).toISOString();
}
