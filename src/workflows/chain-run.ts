/** One run of a chain while it is open: which tasks have ended, which are under way, and what people ordered. */
import { TemporalFailure } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { deadlineText } from '../plan/deadline.js';
import { canonicalId, parseCanonicalId } from '../plan/ids.js';
import { bareOutcome } from '../plan/results.js';
import { treatments } from '../plan/selection.js';
import type {
  Asked,
  ChainProgress,
  Hold,
  Order,
  PlanTask,
  ResolvedChainInput,
  RunChainInput,
  TaskOutcome,
} from '../plan/types.js';
import { step } from '../plan/walk.js';
import { ChainTasks } from './chain-tasks.js';
import { type OrderName, askedBy, holdOf, refused, releaseProblem, takeOrders } from './orders.js';

export class ChainRun {
  readonly outcomes = new Map<string, TaskOutcome>();
  private readonly open = new Set<string>();
  private readonly skips = new Map<string, Asked>();
  private readonly holds = new Map<string, Hold>();
  private held: Hold | null;
  /** Somebody decided that what has not begun need not run. */
  private skip: Asked | null;
  private input: ResolvedChainInput | null = null;
  private tasks: ChainTasks | null = null;
  /** An error no task's outcome can hold: it fails the walk. */
  private broken: unknown = null;
  /** The deadline has passed while tasks were undecided. */
  private overdue = false;
  /** What has not ended will end as cancelled, whatever anybody orders now. */
  private cancelled = false;
  /** Grows with every change the walk must look at. */
  private changes = 0;

  constructor(private readonly raw: RunChainInput) {
    this.held = raw.hold ?? null;
    this.skip = raw.skip ?? null;
  }

  /** Who skipped the chain as a whole, and why. */
  get skipped(): Asked | null {
    return this.skip;
  }

  /** Takes orders for the chain and, where they name one, for a task of it. */
  listen(): void {
    takeOrders(
      (name, order) => this.refusal(name, order),
      (name, order) => this.take(name, order),
    );
  }

  /** Starts what may start until every task is decided; at the deadline (epoch milliseconds) the rest fails. */
  async walk(input: ResolvedChainInput, deadline: number | null): Promise<void> {
    this.input = input;
    this.tasks = new ChainTasks(input, treatments(input.plan, input.rerun), deadline);
    const bell = new CancellationScope();
    if (deadline !== null) this.ring(bell, deadline);
    try {
      await this.decideAll(input);
    } finally {
      bell.cancel();
    }
  }

  private ring(bell: CancellationScope, deadline: number): void {
    void bell
      .run(() => sleep(Math.max(1, deadline - Date.now()), { summary: 'the deadline' }))
      .then(() => {
        this.overdue = true;
        this.changes++;
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) this.broken = error;
      });
  }

  private async decideAll(input: ResolvedChainInput): Promise<void> {
    for (;;) {
      if (this.broken !== null) throw this.broken;
      this.expireHolds(Date.now());
      if (this.overdue) this.failUnstarted(input);
      this.launchSkipped();
      const { decided, ready } = step(input.plan, this.outcomes, this.open, new Set(this.holds.keys()));
      for (const [id, outcome] of decided) this.outcomes.set(id, outcome);
      if (this.held === null) for (const task of ready) this.launch(task);
      if (this.outcomes.size === input.plan.tasks.length) return;
      this.show();
      const seen = this.changes;
      const changed = () => this.changes > seen;
      const expiry = this.nextExpiry();
      if (expiry === null) await condition(changed);
      else await condition(changed, Math.max(1, expiry - Date.now()));
    }
  }

  /** Resolves when no task is under way any more: after a cancellation, before the table is written. Takes no more orders. */
  async drained(): Promise<void> {
    this.cancelled = true;
    await condition(() => this.open.size === 0);
  }

  progress(): ChainProgress {
    const tasks: ChainProgress['tasks'] = {};
    for (const { id } of this.input?.plan.tasks ?? []) {
      const outcome = this.outcomes.get(id);
      tasks[id] = outcome
        ? { status: outcome.status, kind: outcome.kind, phase: null, reason: outcome.reason }
        : {
            status: 'pending',
            kind: null,
            phase: this.open.has(id) ? 'running' : this.holds.has(id) ? 'held' : 'waiting_for_upstream',
            reason: this.open.has(id) ? null : this.holderOf(id),
          };
    }
    const id = parseCanonicalId(workflowInfo().workflowId);
    return {
      kind: 'chain',
      chain: this.raw.chain ?? '',
      date: this.input?.date ?? this.raw.date ?? '',
      run_key: this.input?.runKey ?? this.raw.runKey ?? id?.runKey ?? '',
      status: 'pending',
      held: this.held,
      tasks,
    };
  }

  private holderOf(task: string): string | null {
    const hold = this.holds.get(task);
    return hold === undefined ? null : `by ${hold.by}${hold.reason ? `: ${hold.reason}` : ''}`;
  }

  private launch(task: PlanTask): void {
    this.open.add(task.id);
    void this.tasks!.run(task, this.skipOf(task.id))
      .then((outcome) => void this.outcomes.set(task.id, outcome))
      .catch((error: unknown) => {
        if (isCancellation(error))
          this.outcomes.set(task.id, bareOutcome('cancelled', null, 'the chain was cancelled', this.runOf(task.id)));
        else this.broken = error;
      })
      .finally(() => {
        this.open.delete(task.id);
        this.changes++;
      });
  }

  /** A task skipped before its turn needs no parents: its run only records the decision. */
  private launchSkipped(): void {
    for (const task of this.input!.plan.tasks) {
      if (this.skipOf(task.id) !== null && !this.open.has(task.id) && !this.outcomes.has(task.id)) this.launch(task);
    }
  }

  private skipOf(task: string): Asked | null {
    return this.skips.get(task) ?? this.skip;
  }

  private nextExpiry(): number | null {
    const until = [...this.holds.values(), ...(this.held ? [this.held] : [])].map((hold) => hold.until);
    return until.length > 0 ? Math.min(...until) : null;
  }

  /** A hold never runs anything by itself: what it kept back fails. */
  private expireHolds(now: number): void {
    if (this.held !== null && this.held.until <= now) {
      for (const { id } of this.input!.plan.tasks) {
        if (!this.open.has(id) && !this.outcomes.has(id)) this.expire(id, this.held);
      }
      this.held = null;
    }
    for (const [id, hold] of this.holds) {
      if (hold.until > now) continue;
      // Its rule may have decided it while it was held: then nothing was kept back.
      if (this.outcomes.has(id) && patched('hold-of-a-decided-task')) this.holds.delete(id);
      else this.expire(id, hold);
    }
  }

  private expire(id: string, hold: Hold): void {
    this.holds.delete(id);
    const text = `held by ${hold.by}${hold.reason ? ` (${hold.reason})` : ''} and not released until ${new Date(hold.until).toISOString()}`;
    this.outcomes.set(id, bareOutcome('failed', 'hold_expired', text));
  }

  /** What is under way ends itself, or is not awaited any longer. */
  private failUnstarted({ plan, deadline }: ResolvedChainInput): void {
    this.holds.clear();
    for (const { id } of plan.tasks) {
      if (this.open.has(id) || this.outcomes.has(id)) continue;
      this.outcomes.set(id, bareOutcome('failed', 'deadline', `not begun at the deadline, ${deadlineText(deadline!)}`));
    }
  }

  private refusal(name: OrderName, order: Order | undefined): string | null {
    if (this.cancelled) return `${workflowInfo().workflowId} is being cancelled`;
    const task = order?.task;
    if (task === undefined) {
      if (name === 'hold' || name === 'skip') return null;
      if (name === 'release') return releaseProblem(this.held, order);
      return `${name} a task of the chain: name it, as in {"task": "…"}`;
    }
    if (this.input !== null && !this.input.plan.tasks.some(({ id }) => id === task)) {
      return `${this.input.chain} has no task "${task}"; it has ${this.input.plan.tasks.map(({ id }) => id).join(', ')}`;
    }
    const outcome = this.outcomes.get(task);
    if (outcome !== undefined) return `${task} has ended: ${outcome.status}`;
    if (name === 'release' && !this.holds.has(task) && !this.open.has(task)) return `${task} is not held`;
    if (name === 'retryNow' && !this.open.has(task)) return `${task} has not started; there is nothing to try again`;
    return null;
  }

  private async take(name: OrderName, order: Order | undefined): Promise<string> {
    const task = order?.task;
    if (task === undefined) return this.takeForAll(name, order);
    if (this.open.has(task)) {
      const { task: _task, ...rest } = order!;
      const run = this.runOf(task);
      try {
        await getExternalWorkflowHandle(run).signal(name, rest);
      } catch (error) {
        if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
        throw refused(`${run} has just ended, or is not there yet: look at it, and try again`);
      }
      return `passed on to ${run}`;
    }
    if (name === 'skip') this.skips.set(task, askedBy(order));
    if (name === 'hold') this.holds.set(task, holdOf(order, Date.now()));
    else this.holds.delete(task);
    this.changes++;
    return `${task}: ${name === 'skip' ? 'will end as skipped_by_operator' : name === 'hold' ? 'held' : 'released'}`;
  }

  private takeForAll(name: OrderName, order: Order | undefined): string {
    if (name === 'skip') {
      // Runs of earlier versions knew a skip of single tasks only.
      if (!patched('skip-of-a-chain')) throw refused('skip a task of the chain: name it, as in {"task": "…"}');
      this.skip = askedBy(order);
      this.holds.clear();
    }
    this.held = name === 'hold' ? holdOf(order, Date.now()) : null;
    this.changes++;
    if (name === 'skip') return 'what has not begun will end as skipped_by_operator';
    return name === 'hold' ? 'held: no further task starts' : 'released';
  }

  private runOf(task: string): string {
    return canonicalId(task, this.input?.runKey ?? '');
  }

  private show(): void {
    const total = this.input!.plan.tasks.length;
    const names = [...this.open].slice(0, 5).join(', ');
    const more = this.open.size > 5 ? ` and ${this.open.size - 5} more` : '';
    const held = this.held ? `**held by ${this.held.by}**, ` : '';
    setCurrentDetails(
      `${held}${this.outcomes.size} of ${total} tasks decided${this.open.size > 0 ? `; under way: ${names}${more}` : ''}`,
    );
  }
}
