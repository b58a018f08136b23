/** The oneShot workflow: a task or a chain, once, at an instant. */
import type { SearchAttributePair } from '@temporalio/common';
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { canonicalId, idProblem, oneShotKey } from '../plan/ids.js';
import { MEMO, PROGRESS_QUERY } from '../plan/names.js';
import type { Hold, Json, JsonObject, OneShotInput, OneShotProgress, Order, Status } from '../plan/types.js';
import { chainAttributes, ensureAttributes, setStatus, taskAttributes } from './attributes.js';
import { lookups } from './engine.js';
import { startOrFollow, type Start } from './follow.js';
import { type OrderName, holdOf, takeOrders } from './orders.js';
import { patiently } from './resolve.js';
import { endAs, isBenign } from './shell.js';

/**
 * Sleeps until the instant, then starts or awaits the run `<task or chain>:at-<id>`, by the definition of then, and ends
 * as it ends. Cancelled before, it closes as cancelled and nothing runs. A hold delays it; one that expires fails it.
 */
export async function oneShot(input: OneShotInput): Promise<Json> {
  refuseBadInput(input);
  const shot = new OneShot(input);
  shot.listen();
  try {
    await shot.untilDue();
    return await shot.run();
  } catch (error) {
    await CancellationScope.nonCancellable(() => shot.close(error));
    throw error;
  }
}

/** @throws ApplicationFailure `bad_input`: a plain error would fail the workflow task, which is tried for ever */
function refuseBadInput(input: unknown): void {
  const { id, at, task, chain } = (input ?? {}) as Partial<OneShotInput>;
  const target = typeof task === 'string' ? task : chain;
  const right =
    typeof id === 'string' &&
    idProblem(id) === null &&
    typeof at === 'string' &&
    !Number.isNaN(Date.parse(at)) &&
    typeof target === 'string' &&
    (task === undefined || chain === undefined);
  if (right) return;
  throw ApplicationFailure.nonRetryable(
    `oneShot expects an input like {"id": "…", "at": "2026-03-01T07:00:00Z", "task": "…"}, or "chain"; got ${JSON.stringify(input) ?? 'none'}`,
    'bad_input',
  );
}

class OneShot {
  private phase: OneShotProgress['phase'] = 'waiting_for_instant';
  private held: Hold | null = null;
  private readonly instant: number;
  /** Workflow ID of the run it starts. */
  private readonly runId: string;

  constructor(private readonly input: OneShotInput) {
    this.instant = Date.parse(input.at);
    this.runId = canonicalId((input.task ?? input.chain)!, oneShotKey(input.id));
  }

  /** Answers the progress query and takes hold and release. */
  listen(): void {
    setHandler(defineQuery<OneShotProgress>(PROGRESS_QUERY), () => this.progress());
    takeOrders(
      (name, order) => this.refusal(name, order),
      (name, order) => this.take(name, order),
    );
  }

  /** @throws ApplicationFailure `hold_expired` */
  async untilDue(): Promise<void> {
    for (;;) {
      setCurrentDetails(this.detail());
      const held = this.held;
      if (held !== null) {
        const changed = await condition(() => this.held !== held, Math.max(1, held.until - Date.now()));
        if (!changed) throw expired(this.runId, held);
        continue;
      }
      const left = this.instant - Date.now();
      if (left <= 0) break;
      await condition(() => this.held !== null, left);
    }
    this.phase = 'running';
    setCurrentDetails(this.detail());
  }

  async run(): Promise<Json> {
    const due = await this.resolve(Date.now());
    ensureAttributes(due.searchAttributes);
    setCurrentDetails(this.detail());
    const result = endAs(this.runId, await startOrFollow(due));
    const status = (result as { status?: Status } | null)?.status;
    this.show(status === 'skipped' ? 'skipped' : 'success');
    return result;
  }

  /** Leaves word of an end without a result. */
  async close(error: unknown): Promise<void> {
    if (isCancellation(error)) {
      const { workflowId, runId } = workflowInfo();
      const { by, reason } = await lookups.whoCancelled({ workflowId, runId });
      this.show('cancelled', `by ${by}${reason ? `: ${reason}` : ''}`);
    } else if (error instanceof ApplicationFailure) {
      const status = error.type === 'cancelled' ? 'cancelled' : isBenign(error.type ?? null) ? 'skipped' : 'failed';
      this.show(status, error.message);
    }
  }

  /** What to start, by the files of today. `now`: a failure of an earlier time does not answer for it. */
  private async resolve(now: number): Promise<Start & { searchAttributes: SearchAttributePair[] }> {
    const { id, at, task, chain, params, force } = this.input;
    const when = { runKey: oneShotKey(id), scheduledFor: at };
    const start = { workflowId: this.runId, askedAt: now, ...(force ? { repeat: true } : {}) };
    if (task !== undefined) {
      const due = await patiently(() => lookups.resolveTask({ task, ...when, ...(params ? { params } : {}) }));
      return {
        ...start,
        workflowType: 'runTask',
        input: { ...due, ...(force ? { force } : {}) },
        searchAttributes: taskAttributes({ ...due, tags: due.spec.tags }),
        memo: { [MEMO.params]: due.params },
        params: due.params,
        ...(due.spec.summary ? { summary: due.spec.summary } : {}),
      };
    }
    const wanted = { chain: chain!, ...when, ...(params ? { params: params as Record<string, JsonObject> } : {}) };
    const due = await patiently(() => lookups.resolveChain(wanted));
    const rerun = force ? { rerun: { ...force, mode: 'all' as const } } : {};
    return { ...start, workflowType: 'runChain', input: { ...due, ...rerun }, searchAttributes: chainAttributes(due) };
  }

  private refusal(name: OrderName, order: Order | undefined): string | null {
    const { workflowId } = workflowInfo();
    if (name === 'skip' || name === 'retryNow')
      return `${workflowId} cannot be told to ${name}; to take it back: daychain at cancel ${this.input.id}`;
    if (name === 'release') return this.held === null ? `${workflowId} is not held` : null;
    if (this.phase === 'running') return `it is too late to hold ${workflowId}: its run ${this.runId} is under way`;
    if (order?.until !== undefined && Date.parse(order.until) <= this.instant) {
      return `a hold until ${order.until} would end before ${workflowId} is due, at ${this.input.at}: hold it for longer, or take it back`;
    }
    return null;
  }

  private take(name: OrderName, order: Order | undefined): string {
    // It keeps nothing back before the instant, so that is when its usual time begins.
    this.held = name === 'hold' ? holdOf(order, Math.max(Date.now(), this.instant)) : null;
    this.phase = this.held === null ? 'waiting_for_instant' : 'held';
    upsertMemo({ [MEMO.held]: this.held });
    return this.held === null ? 'released' : `held until ${new Date(this.held.until).toISOString()}`;
  }

  private detail(): string {
    if (this.phase === 'running') return `due: the run itself is ${this.runId}`;
    if (this.held === null) return `waits until ${this.input.at}, then starts ${this.runId}`;
    const { by, reason, until } = this.held;
    return `held by ${by}${reason ? `: ${reason}` : ''}, until ${new Date(until).toISOString()}; due at ${this.input.at}`;
  }

  private show(status: Status, text?: string): void {
    setStatus(status);
    setCurrentDetails(`${status}${text ? `: ${text}` : ''}. The run: ${this.runId}`);
  }

  private progress(): OneShotProgress {
    const { id, at } = this.input;
    return { kind: 'one_shot', id, at, run: this.runId, phase: this.phase, detail: this.detail(), held: this.held };
  }
}

function expired(run: string, { by, reason, until }: Hold): ApplicationFailure {
  const text = `held by ${by}${reason ? ` (${reason})` : ''} and not released until ${new Date(until).toISOString()}`;
  return ApplicationFailure.nonRetryable(`hold_expired: ${text}. ${run} was not started`, 'hold_expired');
}
