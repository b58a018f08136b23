/** The retryCall workflow: a call that failed, or that was kept before it was tried, until it succeeds or is given up. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  defineQuery,
  isCancellation,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import {
  callDelayMs,
  callFailureMessage,
  type CallRecord,
  type CallResult,
  type CallTried,
  type RetryCallInput,
} from '../plan/calls.js';
import type { CallTry } from '../plan/calls.js';
import { durationText } from '../plan/duration.js';
import { MAX_ATTEMPT_ERRORS, NOT_HERE_PATIENCE_MS, NOT_HERE_RETRY_MS, SECOND, cut } from '../plan/limits.js';
import { MEMO, PROGRESS_QUERY } from '../plan/names.js';
import type { AttemptError, Json } from '../plan/types.js';
import { ensureAttributes, setStatus, taskAttributes } from './attributes.js';
import { lookups } from './engine.js';
import { type OrderName, takeOrders } from './orders.js';

/** A worker silent for this long has lost the try. */
const HEARTBEAT_MS = 30 * SECOND;
/** The worker enforces the time-out itself; this is how much longer the server waits for its word. */
const TIMEOUT_GRACE_MS = 20 * SECOND;

/**
 * Waits, tries, and waits again. Its workflow ID is made of the retryable and its arguments: while it is open, the same call
 * is this one.
 * @throws ApplicationFailure once no try is left, with the CallResult as its first detail
 */
export async function retryCall(input: RetryCallInput): Promise<CallResult> {
  refuseBadInput(input);
  const call = new KeptCall(input);
  call.listen();
  try {
    return await call.toItsEnd();
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => call.closeAsCancelled());
    throw error;
  }
}

/** @throws ApplicationFailure `bad_input`: a plain error would fail the workflow task, which is tried for ever */
function refuseBadInput(input: unknown): void {
  const { retryable, args, callId, retries, delayMs } = (input ?? {}) as Partial<RetryCallInput>;
  const right =
    [retryable, callId].every((text) => typeof text === 'string' && text !== '') &&
    typeof args === 'object' &&
    args !== null &&
    [retries, delayMs].every((number) => Number.isFinite(number));
  if (right) return;
  throw ApplicationFailure.nonRetryable(
    `retryCall is started by a retryable's own execute(); got ${JSON.stringify(input) ?? 'none'}`,
    'bad_input',
  );
}

class KeptCall {
  private phase: 'waiting' | 'running' | 'waiting_for_worker' = 'waiting';
  private nudges = 0;
  /** Nudges that have ended a wait. */
  private heeded = 0;
  private errors: AttemptError[] = [];
  private tried = 0;
  private nextTryAt: number;
  private notHereUntil: number | null = null;

  constructor(private readonly input: RetryCallInput) {
    const { failed } = input;
    this.nextTryAt = Date.now();
    if (failed !== null) this.noteFailure(failed.message, failed.at, failed.delayMs);
  }

  /** Answers the progress query and takes retry now. */
  listen(): void {
    setHandler(defineQuery(PROGRESS_QUERY), () => ({ kind: 'call', phase: this.phase, ...this.record() }));
    takeOrders(
      (name) => this.refusal(name),
      () => {
        this.nudges++;
        return 'trying again now';
      },
    );
  }

  /** @throws ApplicationFailure */
  async toItsEnd(): Promise<CallResult> {
    const { retryable, date, tags, failed } = this.input;
    ensureAttributes(taskAttributes({ task: retryable, date, tags }));
    if (failed !== null && (failed.final || this.isUsedUp())) throw this.givenUp('error', failed.message);
    for (;;) {
      await this.untilDue();
      const tried = await this.tryOnce();
      if (tried === 'failed') continue;
      if (tried.outcome === 'done') return this.succeeded(tried.value);
      if (tried.outcome === 'not_here') this.awaitWorker(tried.detail);
      else this.nextTryAt = Date.now();
    }
  }

  /** Leaves word of who took it back. */
  async closeAsCancelled(): Promise<void> {
    const { workflowId, runId } = workflowInfo();
    const { by, reason } = await lookups.whoCancelled({ workflowId, runId });
    this.close(this.result('cancelled', null, `by ${by}${reason ? `: ${reason}` : ''}`), null);
  }

  private async untilDue(): Promise<void> {
    upsertMemo({ [MEMO.call]: this.record() });
    if (this.phase !== 'waiting_for_worker') this.show('waiting');
    const left = this.nextTryAt - Date.now();
    // An order may have come before there was a worker. Runs of earlier versions passed it over.
    const early = this.nudges > this.heeded && patched('nudged-before-its-wait');
    const nudges = this.nudges;
    if (left > 0 && !early) await condition(() => this.nudges > nudges, left);
    this.heeded = this.nudges;
  }

  private async tryOnce(): Promise<CallTried | 'failed'> {
    const { retryable, args, callId, timeoutMs, summary } = this.input;
    const wasNudged = this.nudges;
    this.show('running');
    const { callRetryable } = proxyActivities<{ callRetryable(wanted: CallTry): Promise<CallTried> }>({
      startToCloseTimeout: timeoutMs + TIMEOUT_GRACE_MS,
      heartbeatTimeout: HEARTBEAT_MS,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      // Each try is one activity: the pauses between them are timers here, which retry now can end and lists can read.
      retry: { maximumAttempts: 1 },
      ...(summary === null ? {} : { summary }),
    });
    try {
      const tried = await callRetryable({ retryable, args, callId, attempt: this.tried + 1, timeoutMs });
      if (tried.outcome !== 'not_here') this.notHereUntil = null;
      return tried;
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      this.notHereUntil = null;
      this.nudges = wasNudged;
      const { message, final, delayMs } = this.failure(error);
      this.noteFailure(message, new Date(Date.now()).toISOString(), delayMs);
      if (final || this.isUsedUp()) throw this.givenUp('error', message);
      return 'failed';
    }
  }

  private failure({ cause, message }: ActivityFailure): { message: string; final: boolean; delayMs: number | null } {
    if (cause instanceof TimeoutFailure) {
      const lost = cause.timeoutType === 'HEARTBEAT';
      const text = lost
        ? `the worker was lost: no heartbeat for ${durationText(HEARTBEAT_MS)}`
        : `no answer within ${durationText(this.input.timeoutMs)}`;
      return { message: text, final: false, delayMs: null };
    }
    if (!(cause instanceof ApplicationFailure)) return { message, final: false, delayMs: null };
    const delayMs = cause.details?.[0] as number | null | undefined;
    return { message: cause.message, final: cause.nonRetryable === true, delayMs: delayMs ?? null };
  }

  /** @throws ApplicationFailure after five minutes without a worker that has the retryable */
  private awaitWorker(detail: string): void {
    const now = Date.now();
    this.notHereUntil ??= now + NOT_HERE_PATIENCE_MS;
    if (now >= this.notHereUntil) {
      throw this.givenUp('unknown_task', `${detail}. Looked for five minutes. See what the project has: daychain list`);
    }
    this.nextTryAt = now + NOT_HERE_RETRY_MS;
    this.show('waiting_for_worker', detail);
  }

  private noteFailure(message: string, at: string, delayMs: number | null): void {
    this.tried++;
    this.errors = [...this.errors, { attempt: this.tried, at, message: cut(message) }].slice(-MAX_ATTEMPT_ERRORS);
    this.nextTryAt = Date.now() + (delayMs ?? callDelayMs(this.input, this.tried));
  }

  private isUsedUp(): boolean {
    return this.tried > this.input.retries;
  }

  private refusal(name: OrderName): string | null {
    const { workflowId } = workflowInfo();
    if (name !== 'retryNow')
      return `${workflowId} cannot be told to ${name}; to take it back: daychain retries cancel ${workflowId}`;
    return this.phase === 'running' ? `${workflowId} is running its try ${this.tried + 1}: there is no pause to end` : null;
  }

  private succeeded(value: Json): CallResult {
    const result = this.result('success', null, null, value);
    this.close(result, value);
    return result;
  }

  private givenUp(kind: 'error' | 'unknown_task', reason: string): ApplicationFailure {
    const result = this.result('failed', kind, cut(reason));
    this.close(result, null);
    return ApplicationFailure.create({
      type: kind,
      nonRetryable: true,
      message: callFailureMessage(result, workflowInfo().workflowId),
      details: [result],
    });
  }

  private close(result: CallResult, value: Json): void {
    upsertMemo({ [MEMO.call]: { ...this.record(), nextTryAt: null }, [MEMO.result]: { ...result, value } });
    setStatus(result.status);
    setCurrentDetails(`${result.status} after ${result.attempts} tries${result.reason ? `: ${result.reason}` : ''}`);
  }

  private result(status: CallResult['status'], kind: CallResult['kind'], reason: string | null, value: Json = null): CallResult {
    const { retryable, callId, calledAt } = this.input;
    return {
      retryable,
      call_id: callId,
      called_at: calledAt,
      status,
      kind,
      reason,
      attempts: status === 'success' ? this.tried + 1 : this.tried,
      attempt_errors: this.errors,
      finished: new Date(Date.now()).toISOString(),
      value,
    };
  }

  private record(): CallRecord {
    const { tried, errors } = this;
    return { tried, tries: this.input.retries + 1, nextTryAt: new Date(this.nextTryAt).toISOString(), errors };
  }

  private show(phase: KeptCall['phase'], detail?: string): void {
    this.phase = phase;
    const next = `try ${this.tried + 1} of ${this.input.retries + 1}`;
    const last = this.errors.at(-1)?.message;
    const lines = {
      running: `running ${next}`,
      waiting: `${next} at ${new Date(this.nextTryAt).toISOString()}${last === undefined ? '' : `; last error: ${last}`}`,
      waiting_for_worker: `waiting for a worker that has it: ${detail}`,
    };
    setCurrentDetails(lines[phase]);
  }
}
