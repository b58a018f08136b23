/** The boilerplate around a task's body: success key, lock, heartbeats, limits, result, release. */
import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { AppRedis, ProjectClients, RunFound } from '../define/types.js';
import { LockStoreUnreachable } from '../lock/errors.js';
import { type Acquired, lockValue, renewalPeriodMs } from '../lock/protocol.js';
import type { LockStore } from '../lock/redis-store.js';
import { durationText } from '../plan/duration.js';
import { taskResult } from '../plan/results.js';
import type { AttemptInput, AttemptOutput, AttemptTrace, Carry, Status, TaskResult } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { type AttemptLog, type Log, attemptLog, type TaskEvent } from './attempt-log.js';
import { withConsole } from './body-console.js';
import { type BodyEnd, type RunnableBody, bodyOf, runToEnd } from './body.js';
import { conditionContext, conditionVerdict } from './condition.js';
import { type ContextParts, taskContext } from './context.js';
import { endingOf, failureOf } from './verdict.js';
import { type HeldLock, keepRenewed } from './held-lock.js';
import type { SharedStores } from './shared.js';
import { Recorder } from './recorder.js';
import { pause, stopOn, StopSwitch } from './stop.js';
import { Trace } from './trace.js';
import { boundedRetry, lookAgain, lostTooOften, waited } from './waits.js';

/** Points at which a test may look on, or end the process. */
export type Step = 'before_lock' | 'after_lock' | 'body_started' | 'body_ended' | 'before_release' | 'before_reply';

export interface AttemptParts {
  registry: Registry;
  locks: LockStore;
  /** What legacy success keys mean here. */
  successKeys: 'off' | 'read' | 'read-write';
  clients: ProjectClients;
  redis: AppRedis;
  /** Named locks and limits. */
  shared: SharedStores;
  /** As in ContextParts. */
  clientRedis?: ContextParts['clientRedis'];
  /** The environment that secrets and programs see. */
  environment: Record<string, string | undefined>;
  /** Aborted when the worker will not wait for bodies any longer. */
  shutdown: AbortSignal;
  /** The newest run of a workflow ID, if it is one of this project's. */
  runOf(workflowId: string): Promise<RunFound>;
  log: Log;
  /** Heartbeats are sent this often, or three times within their timeout: a cancellation comes back with one. Milliseconds. Default 5,000. */
  heartbeatEveryMs?: number;
  onStep?(step: Step, run: { task: string; date: string; taskId: string }): void | Promise<void>;
}

const HEARTBEAT_EVERY_MS = 5_000;

const ENDED: Partial<Record<Status, TaskEvent>> = { success: 'TASK_COMPLETED', failed: 'TASK_FAILED' };

/**
 * Makes the activity that runs one attempt of any task; the activity's type names the task.
 * It returns what is no fault of the body (a held lock, a hand-back, a worker without the task) and throws what uses an attempt up.
 */
export function createAttempt(parts: AttemptParts): (input: AttemptInput) => Promise<AttemptOutput> {
  return (input) => new Attempt(parts, input).run();
}

class Attempt {
  private readonly activity = Context.current();
  private readonly number: number;
  private readonly trace: Trace;
  private readonly stop = new StopSwitch();
  private readonly log: AttemptLog;
  private readonly started = new Date().toISOString();
  /** By this process's steady clock. */
  private readonly startedAt = performance.now();

  constructor(
    private readonly parts: AttemptParts,
    private readonly input: AttemptInput,
  ) {
    const { info } = this.activity;
    this.trace = new Trace(input, info.heartbeatDetails as AttemptTrace | undefined, (trace) => this.activity.heartbeat(trace));
    this.number = input.attemptsUsed + info.attempt - this.trace.looks;
    this.log = attemptLog(parts.log, { ...input, attempt: this.number, workflowId: info.workflowExecution?.workflowId ?? '' });
    this.noteLostAttempt();
  }

  async run(): Promise<AttemptOutput> {
    const { input, parts } = this;
    const body = bodyOf(parts, input.task);
    if ('notHere' in body) return { outcome: 'not_here', detail: body.notHere, carry: this.carry() };
    if ('disabled' in body) return this.skipped('condition_not_met', body.disabled);
    if (input.waits && this.number > input.waits.retry.maximumAttempts) throw lostTooOften(this.trace);
    // An edit may have taken the condition away.
    if (input.waits?.asks && body.condition === undefined) return { outcome: 'condition_met', carry: this.carry() };
    await this.step('before_lock');
    if (input.lock === false || input.waits?.asks) return await this.withLock(body, null);

    const lock = { task: input.task, scope: input.lock.by === 'date' ? input.date : input.runKey };
    const value = lockValue(input.taskId, this.carry().tries);
    let acquired: Acquired;
    try {
      acquired = await this.acquire(lock, value);
    } catch (error) {
      if (!(error instanceof LockStoreUnreachable)) throw error;
      return this.lockHeld(true, error.message);
    }
    if (acquired.outcome === 'already_completed')
      return this.skipped('already_completed', `the success key of ${input.date} says completed`);
    if (acquired.outcome === 'held') {
      const left = acquired.ttlMs === null ? 'it never expires' : `${durationText(acquired.ttlMs)} left`;
      return this.lockHeld(false, `lock:${lock.task}:${lock.scope} is held by ${acquired.holder} (${left})`);
    }
    return await this.withLock(body, { ...lock, value, fence: acquired.fence }, acquired.tookOver);
  }

  private async acquire(lock: { task: string; scope: string }, value: string): Promise<Acquired> {
    const { input, parts } = this;
    const usesKeys = input.successKeys && parts.successKeys !== 'off';
    if (usesKeys && input.force !== null && parts.successKeys === 'read-write') await parts.locks.deleteSuccess(lock);
    return await parts.locks.acquire({ ...lock, value, checkSuccess: usesKeys && input.force === null });
  }

  private async withLock(body: RunnableBody, lock: HeldLock | null, tookOver = false): Promise<AttemptOutput> {
    const { input, parts, activity, stop } = this;
    const heartbeatMs = activity.info.heartbeatTimeoutMs ?? 30_000;
    const endRenewing = lock ? keepRenewed(parts.locks, lock, heartbeatMs, stop) : async () => {};
    const forget = this.watch(heartbeatMs);
    await this.step('after_lock');
    // The attempt before may still be alive somewhere: within one renewal period it learns that the lock is ours.
    if (tookOver) await pause(renewalPeriodMs(parts.locks.ttlMs, heartbeatMs), stop);

    const recorder = new Recorder(activity, this.trace, stop);
    let lookedAtSignal = () => false;
    const work = () => {
      const host: ContextParts = {
        input,
        attempt: this.number,
        params: body.params(input.params),
        fence: lock?.fence ?? 0,
        stop,
        trace: this.trace,
        log: this.log,
        clients: parts.clients,
        redis: parts.redis,
        settings: parts.registry.settingValues(),
        shared: parts.shared,
        ...(parts.clientRedis && { clientRedis: parts.clientRedis }),
        lockValue: lockValue(input.taskId, this.carry().tries),
        record: () => recorder.record(),
        secret: (name) => parts.environment[name],
      };
      const context = taskContext(host);
      lookedAtSignal = context.lookedAtSignal;
      if (!input.waits?.asks) return body.run(context.ctx, host);
      return body.condition!(conditionContext(context.ctx, { ...input.waits, now: this.serverNow(), runOf: parts.runOf }));
    };
    if (!input.waits?.asks) this.log.event('TASK_START', { lock: lock?.value ?? null, fence: lock?.fence ?? null });
    await this.step('body_started');
    let end: BodyEnd;
    try {
      end = stop.cause === null ? await withConsole(this.log.console, () => runToEnd(work, stop)) : { threw: stop.cause };
    } finally {
      forget();
      await endRenewing();
    }
    await this.step('body_ended');
    return await this.conclude(lock, end, lookedAtSignal());
  }

  /** Judges how the body ended, lets the lock go, and only then answers. */
  private async conclude(lock: HeldLock | null, end: BodyEnd, lookedAtSignal: boolean): Promise<AttemptOutput> {
    const { waits, timeoutMs } = this.input;
    const said = endingOf(end, this.stop.cause, lookedAtSignal, timeoutMs, waits?.asks ? conditionVerdict : undefined);
    // A postponement is another look, or the end of the run.
    const verdict = waited(said, this.input, this.serverNow());
    const result = verdict.is === 'ending' ? this.result(verdict.ending) : null;
    await this.step('before_release');
    if (lock) await this.letGo(lock, end === 'abandoned', result?.settled ?? false);
    await this.step('before_reply');
    switch (verdict.is) {
      case 'ending':
        this.log.event(ENDED[result!.status] ?? 'TASK_SKIPPED', {
          status: result!.status,
          kind: result!.kind,
          reason: result!.reason,
          output: result!.output,
        });
        return { outcome: 'done', result: result! };
      case 'condition_met':
        return { outcome: 'condition_met', carry: this.carry() };
      case 'look_again':
        this.log.event('TASK_WAITING', { reason: verdict.reason, phase: verdict.what, again_in: durationText(verdict.inMs) });
        throw lookAgain(verdict, this.trace);
      case 'handed_back':
        this.log.event('TASK_HANDED_BACK', { reason: verdict.detail });
        return { outcome: 'handed_back', detail: verdict.detail, carry: this.carry() };
      case 'lock_unreachable':
        return this.lockHeld(true, verdict.detail);
      case 'cancelled':
        this.log.event('TASK_FAILED', { error: 'cancelled', recoverable: false });
        throw new CancelledFailure('cancelled');
      case 'failure':
        throw this.failed(verdict.error);
    }
  }

  private failed(error: unknown): ApplicationFailure {
    const said = failureOf(error);
    const { waits } = this.input;
    const failure = waits ? { ...said, ...boundedRetry(waits, this.number, said) } : said;
    this.trace.attemptFailed(this.number, new Date().toISOString(), failure.message);
    // A heartbeat just before a throw does arrive: the next attempt learns from it what went wrong in this one.
    this.trace.send();
    this.log.event('TASK_FAILED', { error: failure.message, recoverable: !failure.nonRetryable });
    return ApplicationFailure.create({ ...failure, details: [this.trace.toFailure()] });
  }

  /** Epoch milliseconds; the server's time, so that simulated time counts as well. */
  private serverNow(): number {
    return this.activity.info.currentAttemptScheduledTimestampMs + performance.now() - this.startedAt;
  }

  private async letGo(lock: HeldLock, abandoned: boolean, settled: boolean): Promise<void> {
    const { parts, input } = this;
    try {
      if (abandoned) await parts.locks.abandon(lock);
      else if (this.stop.cause?.why !== 'lock_lost') {
        const write = settled && input.successKeys && parts.successKeys === 'read-write';
        await parts.locks.release({ ...lock, success: write ? 'write' : 'none' });
      }
    } catch (error) {
      // The work is done or undone whatever Redis says; the lock runs out by its TTL.
      this.log.author.warn(`the lock was not released: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Starts heartbeats and everything that may stop the body. Returns what ends them. */
  private watch(heartbeatMs: number): () => void {
    const { activity, stop, parts, input } = this;
    this.trace.send();
    const beat = setInterval(() => this.trace.send(), Math.min(parts.heartbeatEveryMs ?? HEARTBEAT_EVERY_MS, heartbeatMs / 3));
    const endListening = stopOn(stop, input.timeoutMs, activity.cancellationSignal, parts.shutdown);
    return () => {
      clearInterval(beat);
      endListening();
    };
  }

  private result(ending: Parameters<typeof taskResult>[1]): TaskResult {
    return taskResult(this.input, {
      errors: this.trace.errors,
      warnings: this.trace.warnings,
      attemptErrors: this.trace.attemptErrors,
      attempts: this.number,
      started: this.started,
      finished: new Date().toISOString(),
      by: this.input.force?.by ?? null,
      ...ending,
    });
  }

  /** Ends the run without its body, settled. */
  private skipped(kind: 'already_completed' | 'condition_not_met', reason: string): AttemptOutput {
    this.log.event('TASK_SKIPPED', { kind, reason });
    const attempts = this.carry().attemptsUsed;
    return { outcome: 'done', result: this.result({ status: 'skipped', kind, reason, settled: true, attempts, started: null }) };
  }

  private lockHeld(unreachable: boolean, detail: string): AttemptOutput {
    this.log.event('TASK_WAITING', { reason: detail });
    return { outcome: 'lock_held', unreachable, detail, carry: this.carry() };
  }

  /** What this attempt leaves to the next activity of the run if its body used nothing up. */
  private carry(): Carry {
    return {
      attemptsUsed: this.number - 1,
      tries: this.input.tries + this.activity.info.attempt,
      checkpoint: this.trace.value,
      attemptErrors: this.trace.attemptErrors,
      ...(this.trace.hasItems && { items: this.trace.items }),
    };
  }

  /** An attempt that left no word died with its worker. */
  private noteLostAttempt(): void {
    const lost = this.number - 1;
    if (lost === this.input.attemptsUsed || this.trace.attemptErrors.some(({ attempt }) => attempt === lost)) return;
    this.trace.attemptFailed(
      lost,
      new Date(this.activity.info.currentAttemptScheduledTimestampMs).toISOString(),
      'the worker was lost (no word from this attempt)',
    );
  }

  private async step(step: Step): Promise<void> {
    await this.parts.onStep?.(step, this.input);
  }
}
