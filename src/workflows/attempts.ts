/** Getting a task's body run: attempts, lock waits, hand-backs and workers without the task. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { CancellationScope, isCancellation, proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import { durationText } from '../plan/duration.js';
import { MAX_ATTEMPT_ERRORS, NOT_HERE_PATIENCE_MS, NOT_HERE_RETRY_MS, SECOND, cut } from '../plan/limits.js';
import type { Ending } from '../plan/results.js';
import type {
  AttemptError,
  AttemptInput,
  AttemptOutput,
  AttemptTrace,
  AttemptWaits,
  Carry,
  FailKind,
  Phase,
  TaskResult,
  TaskSpec,
  WaitingAttempt,
} from '../plan/types.js';
import { itemErrorsOf } from '../plan/item-errors.js';
import { lockWait } from './engine.js';
import { unknownText } from './resolve.js';
import { type RunState, untilInterrupted } from './until-interrupted.js';

/** A body that was run to its end, a run that ended without, or a wait someone interrupted. */
export type Attempted = { result: TaskResult } | { ending: Ending } | 'interrupted';

/** The boilerplate enforces the timeout itself; this is how much longer the server waits for its word. */
const TIMEOUT_GRACE_MS = 20 * SECOND;

export class Attempts {
  private carry: Carry = { attemptsUsed: 0, tries: 0, checkpoint: null, attemptErrors: [] };
  private lockDeadline: number | null = null;
  private notHereDeadline: number | null = null;
  /** Attempts used when the run last began to wait: what waited before an attempt has waited for something else. */
  private usedBefore = 0;
  /** Around the attempt under way. */
  private scope: CancellationScope | null = null;
  private takenBack = false;
  /** Attempts used when the condition let the body begin; null while it has not. */
  private metAfter: number | null = null;
  /** A body has begun and came back unfinished. */
  private handedBack = false;
  /** Epoch milliseconds at which the condition, or the first body, was to begin. */
  private since: number | null = null;

  constructor(
    private readonly spec: TaskSpec,
    private readonly input: Omit<AttemptInput, keyof Carry>,
    private readonly state: RunState,
  ) {}

  /** Runs attempts until the body has ended, for good or ill, or someone interrupts a wait. */
  async run(): Promise<Attempted> {
    // Somebody may have held it for longer than it would have waited.
    this.beginWaiting();
    for (;;) {
      let output: AttemptOutput;
      try {
        output = await this.attempt();
      } catch (error) {
        if (this.takenBack && isCancellation(error)) {
          this.takenBack = false;
          this.state.phase = 'queued';
          return 'interrupted';
        }
        const ending = this.failure(error);
        if (ending === null) throw error;
        return { ending };
      }
      if (output.outcome === 'done') return { result: output.result };
      this.note(output);
      const ending =
        output.outcome === 'lock_held'
          ? await this.awaitLock(output)
          : output.outcome === 'not_here'
            ? await this.awaitWorker(output.detail)
            : null;
      if (ending !== null) return { ending };
      if (this.state.interrupted()) return 'interrupted';
    }
  }

  private beginWaiting(): void {
    this.usedBefore = this.carry.attemptsUsed;
    this.lockDeadline = null;
    this.notHereDeadline = null;
  }

  private note(output: Exclude<AttemptOutput, { outcome: 'done' }>): void {
    const { outcome, carry } = output;
    this.carry = carry;
    if (carry.attemptsUsed > this.usedBefore) this.beginWaiting();
    if (outcome === 'condition_met') this.metAfter = carry.attemptsUsed;
    if (outcome === 'handed_back') {
      this.lockDeadline = null;
      this.handedBack ||= !this.asks;
    }
    // While it waits for another's lock, what the condition found may pass.
    const held = outcome === 'lock_held' && !output.unreachable;
    if (held && !this.handedBack && carry.attemptsUsed === this.metAfter) this.metAfter = null;
  }

  /** Whether the condition is still to be asked. Who forces a run has decided already. */
  private get asks(): boolean {
    return this.spec.waits?.condition !== undefined && this.metAfter === null && this.input.force === null;
  }

  /** Ends the pause before the next attempt without that attempt; what came before it is kept. */
  takeBack({ attempt, trace }: WaitingAttempt): void {
    if (this.takenBack || this.scope === null) return;
    this.takenBack = true;
    this.carry = {
      attemptsUsed: this.carry.attemptsUsed + attempt - 1 - (trace?.looks ?? 0),
      tries: this.carry.tries + attempt - 1,
      checkpoint: (trace ?? this.carry).checkpoint,
      attemptErrors: trace?.attemptErrors ?? this.carry.attemptErrors,
      ...((trace ?? this.carry).items && { items: (trace ?? this.carry).items }),
    };
    this.scope.cancel();
  }

  /** Attempts begun so far, as far as their own word has come back; the one under way counts. */
  get begun(): number {
    return this.carry.attemptsUsed + (this.state.phase === 'running' && !this.asks ? 1 : 0);
  }

  /** Errors of the attempts that have ended, without those of the activity under way. */
  get errors(): AttemptError[] {
    return this.carry.attemptErrors;
  }

  private async attempt(): Promise<AttemptOutput> {
    this.scope = new CancellationScope();
    try {
      return await this.scope.run(() => this.scheduled());
    } finally {
      this.scope = null;
    }
  }

  private scheduled(): Promise<AttemptOutput> {
    const { spec } = this;
    const waits = this.waits();
    this.show('running', null);
    const body = proxyActivities<Record<string, (input: AttemptInput) => Promise<AttemptOutput>>>({
      startToCloseTimeout: spec.timeoutMs + TIMEOUT_GRACE_MS,
      heartbeatTimeout: spec.heartbeatMs,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      retry: {
        // Never 0: that would mean without end. One that looks again and again counts its attempts itself.
        ...(waits === null && { maximumAttempts: this.attemptsLeft() }),
        initialInterval: Math.max(1, spec.retryDelayMs),
        backoffCoefficient: spec.retryBackoff,
        maximumInterval: Math.max(1, spec.retryDelayMs, spec.retryMaximumDelayMs),
      },
      ...(spec.summary ? { summary: spec.summary } : {}),
    });
    return body[this.input.task]!({ ...this.input, ...(waits !== null && { waits }), ...this.carry });
  }

  private waits(): AttemptWaits | null {
    const { waits, maximumAttempts, retryDelayMs, retryBackoff, retryMaximumDelayMs } = this.spec;
    const { asks } = this;
    if (waits === undefined || !(asks || waits.recheck)) return null;
    this.since ??= Date.now();
    return { ...waits, asks, since: this.since, retry: { maximumAttempts, retryDelayMs, retryBackoff, retryMaximumDelayMs } };
  }

  private attemptsLeft(): number {
    return Math.max(1, this.spec.maximumAttempts - this.carry.attemptsUsed);
  }

  /** The ending a thrown activity failure means; null if it is none of ours to judge (a cancellation). */
  private failure(error: unknown): Ending | null {
    if (!(error instanceof ActivityFailure)) return null;
    const cause = error.cause;
    if (cause instanceof ApplicationFailure) {
      const trace = cause.details?.[0] as AttemptTrace | undefined;
      const kind: FailKind = cause.type === 'timed_out' || cause.type === 'output_too_large' ? cause.type : 'error';
      return this.failed(kind, cause.message, trace);
    }
    if (cause instanceof TimeoutFailure) {
      const lost = cause.timeoutType === 'HEARTBEAT';
      const text = lost
        ? `the worker was lost: no heartbeat for ${durationText(this.spec.heartbeatMs)}`
        : `no answer within ${durationText(this.spec.timeoutMs)}`;
      return this.failed('timed_out', text, cause.lastHeartbeatDetails as AttemptTrace | undefined);
    }
    return null;
  }

  private failed(kind: FailKind, reason: string, trace: AttemptTrace | undefined): Ending {
    const attemptErrors = trace?.attemptErrors ?? this.carry.attemptErrors;
    const last = attemptErrors[attemptErrors.length - 1];
    // A lost worker uses all that was left; a thrown error says itself which attempt it was.
    const attempts = kind === 'timed_out' || !last ? this.carry.attemptsUsed + this.attemptsLeft() : last.attempt;
    const now = new Date(Date.now()).toISOString();
    const told = last?.attempt === attempts ? attemptErrors : [...attemptErrors, { attempt: attempts, at: now, message: reason }];
    return {
      status: 'failed',
      kind,
      reason: cut(reason),
      settled: false,
      errors: trace === undefined ? [] : itemErrorsOf(trace),
      warnings: trace?.warnings ?? [],
      attemptErrors: told.slice(-MAX_ATTEMPT_ERRORS),
      attempts,
      finished: now,
    };
  }

  /** Waits for the lock outside the attempt count. An ending once the task's patience is over, else null. */
  private async awaitLock(held: Extract<AttemptOutput, { outcome: 'lock_held' }>): Promise<Ending | null> {
    const lock = this.spec.lock;
    if (lock === false) return null;
    this.lockDeadline ??= Date.now() + lock.waitMs;
    const left = this.lockDeadline - Date.now();
    if (left <= 0) return this.lockNotHad(held);
    this.show('waiting_for_lock', held.detail);
    const { task, date, runKey, taskId } = this.input;
    await untilInterrupted(this.state, left, async () => {
      await lockWait(left).awaitLock({ task, date, runKey, taskId, by: lock.by });
    });
    return null;
  }

  private lockNotHad(held: { unreachable: boolean; detail: string }): Ending {
    const now = new Date(Date.now()).toISOString();
    const { attemptsUsed, attemptErrors } = this.carry;
    const common = { settled: false, attempts: attemptsUsed, attemptErrors, finished: now };
    return held.unreachable
      ? { status: 'failed', kind: 'error', reason: held.detail, ...common }
      : { status: 'skipped', kind: 'lock_held', reason: held.detail, ...common };
  }

  private async awaitWorker(detail: string): Promise<Ending | null> {
    this.notHereDeadline ??= Date.now() + NOT_HERE_PATIENCE_MS;
    if (Date.now() >= this.notHereDeadline) {
      return {
        status: 'failed',
        kind: 'unknown_task',
        reason: unknownText(detail),
        settled: false,
        attempts: this.carry.attemptsUsed,
        finished: new Date(Date.now()).toISOString(),
      };
    }
    this.show('waiting_for_worker', detail);
    await untilInterrupted(this.state, NOT_HERE_RETRY_MS, () =>
      sleep(NOT_HERE_RETRY_MS, { summary: 'no worker has this task yet' }),
    );
    return null;
  }

  private show(phase: Phase, detail: string | null): void {
    this.state.phase = phase;
    this.state.detail = detail;
    setCurrentDetails(detail === null ? phase.replaceAll('_', ' ') : `${phase.replaceAll('_', ' ')}: ${detail}`);
  }
}
