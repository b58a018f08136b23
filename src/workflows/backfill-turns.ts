/**
 * Turns of a backfill. Every run is started at once, held, so that all of them are seen; so many at a time are released,
 * in their order. A run that somebody else started is awaited beside, and takes no place.
 */
import {
  CancellationScope,
  condition,
  defineQuery,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import {
  count,
  countedAs,
  emptyTally,
  endedIn,
  noteEnd,
  paceOf,
  runIdOf,
  tallyText,
  type BackfillInput,
  type BackfillProgress,
  type BackfillRun,
  type BackfillState,
  type Tally,
} from '../plan/backfill.js';
import { HANDLERS, PROGRESS_QUERY } from '../plan/names.js';
import type { Hold, Order } from '../plan/types.js';
import { startOfRun } from './backfill-start.js';
import { startOrFollow, type Followed } from './follow.js';
import { holdOf, releaseProblem, takeOrders, type OrderName } from './orders.js';

/** Temporal allows 2,000 open children; a cache of this worker's size still holds these. */
const MAX_OPEN = 500;
/** Starts the server has not answered yet: few, so that a fresh run is not held up behind all of them. */
const MAX_STARTING = 25;
/** Results that may still come once the history is long enough: the server ends histories of 50 MiB. */
const OPEN_RESULT_BYTES = 10_000_000;

/** A run that is started or awaited, and has not ended. */
interface Entry {
  run: BackfillRun;
  /** Its turn has come: it may work. */
  turn: boolean;
  child: ChildWorkflowHandle<Workflow> | null;
  /** Somebody else's run holds the ID. */
  met: boolean;
  /** Its turn came while it was met. */
  passedOver: boolean;
  scope: CancellationScope;
}

export class BackfillTurns {
  readonly tally: Tally;
  /** Why nothing further is begun: a hold ran out. */
  expired: string | null = null;
  private readonly entries = new Map<number, Entry>();
  private readonly total: number;
  private readonly started: number;
  private readonly ends: number[];
  private readonly most: number;
  private held: Hold | null;
  private closed: 'has ended' | 'is being cancelled' | null = null;
  private begun = false;
  /** The first run that has not been started, and the first whose turn has not come. */
  private next = 0;
  private turn = 0;
  private changes = 0;

  constructor(private readonly input: BackfillInput) {
    const { before, runs, resultBytes } = input;
    this.tally = before?.tally ?? emptyTally();
    this.total = before?.total ?? runs.length;
    this.started = before?.started ?? workflowInfo().startTime.getTime();
    this.ends = before?.ends ?? [];
    this.held = before?.held ?? null;
    this.most = Math.max(1, Math.min(MAX_OPEN, Math.floor(OPEN_RESULT_BYTES / Math.max(1, resultBytes))));
  }

  /** Takes hold and release, and tells its progress. */
  listen(): void {
    setHandler(defineQuery<BackfillProgress>(PROGRESS_QUERY), () => this.progress());
    takeOrders(
      (name, order) => this.refusal(name, order),
      (name, order) => {
        this.held = name === 'hold' ? holdOf(order, Date.now()) : null;
        this.changes++;
        return name === 'hold' ? 'held: no further run begins; those under way go on' : 'released';
      },
    );
  }

  /** Resolves when all runs have ended, or as many as one history holds: see `rest`. */
  async take(): Promise<void> {
    for (;;) {
      this.expireHold();
      if (this.expired === null) {
        this.startAhead();
        if (this.hasBegun()) this.giveTurns();
      }
      if (this.entries.size === 0 && (this.expired !== null || this.rest.length === 0 || this.isFull())) break;
      this.show();
      const seen = this.changes;
      const changed = () => this.changes > seen;
      if (this.held === null) await condition(changed);
      else await condition(changed, Math.max(1, this.held.until - Date.now()));
    }
    this.closed = 'has ended';
  }

  /** Resolves when no run is open any more. */
  async drained(): Promise<void> {
    this.closed = 'is being cancelled';
    await condition(() => this.entries.size === 0);
  }

  /** What has not been started. */
  get rest(): BackfillRun[] {
    return this.input.runs.slice(this.next);
  }

  state(): BackfillState {
    const { tally, total, started, ends, held } = this;
    return { tally, total, started, ends, held };
  }

  /** Work would slow the starts down: it begins when all that fit are started. */
  private hasBegun(): boolean {
    this.begun ||= this.starting() === 0 && (this.rest.length === 0 || !this.hasRoom());
    return this.begun;
  }

  private giveTurns(): void {
    while (this.held === null && this.working() < this.input.concurrency) {
      const late = this.startedLate();
      if (late !== undefined) {
        this.release(late);
        continue;
      }
      if (this.turn >= this.input.runs.length) return;
      if (this.turn === this.next) {
        if (!this.hasRoom()) return;
        this.start(true);
      } else {
        const entry = this.entries.get(this.turn);
        if (entry !== undefined && !this.passesOver(entry)) this.release(entry);
      }
      this.turn++;
    }
  }

  /**
   * One that met another's run works only if that turns out to be an old failure and is started again: then it has its turn,
   * as soon as there is room for it.
   */
  private passesOver(entry: Entry): boolean {
    entry.passedOver = !this.input.strict && entry.met && patched('turn-once-started');
    return entry.passedOver;
  }

  private startedLate(): Entry | undefined {
    return [...this.entries.values()].find(({ passedOver, turn, met, child }) => passedOver && !turn && !met && child !== null);
  }

  private startAhead(): void {
    while (this.next < this.input.runs.length && this.hasRoom() && this.starting() < MAX_STARTING) this.start(false);
  }

  private start(turn: boolean): void {
    const index = this.next++;
    const run = this.input.runs[index]!;
    const scope = new CancellationScope();
    const entry: Entry = { run, turn, child: null, met: false, passedOver: false, scope };
    this.entries.set(index, entry);
    const watch = {
      started: (child: ChildWorkflowHandle<Workflow>) => {
        entry.child = child;
        entry.met = false;
        // Its turn came between the start and the server's answer.
        if (!turn && entry.turn) this.release(entry);
        this.changes++;
      },
      meets: () => {
        entry.met = true;
        this.changes++;
      },
    };
    void scope
      .run(() => startOrFollow(startOfRun(this.input, run, turn), watch))
      .then((followed) => this.count(run, followed))
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        count(this.tally, runIdOf(this.input, run), isCancellation(error) ? { as: 'cancelled' } : { as: 'failed', message });
      })
      .finally(() => {
        this.entries.delete(index);
        this.changes++;
      });
  }

  private release(entry: Entry): void {
    entry.turn = true;
    const { workflowId } = workflowInfo();
    const order: Order = { by: workflowId, heldBy: workflowId };
    // One that has closed meanwhile is told by its end.
    void entry.child?.signal(HANDLERS.release, order).catch(() => {});
  }

  private count(run: BackfillRun, { met, run: end }: Followed): void {
    count(this.tally, runIdOf(this.input, run), countedAs(end, met, this.input.tasks));
    if (!met) noteEnd(this.ends, Date.now());
  }

  private working(): number {
    let working = 0;
    for (const { turn, met } of this.entries.values()) if (turn && (this.input.strict || !met)) working++;
    return working;
  }

  private starting(): number {
    let starting = 0;
    for (const { child, met } of this.entries.values()) if (child === null && !met) starting++;
    return starting;
  }

  private hasRoom(): boolean {
    return this.entries.size < this.most && !this.isFull();
  }

  /** The rest goes on in a new execution. The server's own advice: at 4,096 events or 4 MiB unless told otherwise. */
  private isFull(): boolean {
    return workflowInfo().continueAsNewSuggested;
  }

  /** A hold never runs anything by itself: what it kept back is cancelled, what works goes on. */
  private expireHold(): void {
    if (this.held === null || this.held.until > Date.now()) return;
    const { by, reason, until } = this.held;
    this.expired = `held by ${by}${reason ? ` (${reason})` : ''} and not released until ${new Date(until).toISOString()}`;
    this.held = null;
    for (const { turn, scope } of this.entries.values()) if (!turn) scope.cancel();
  }

  private refusal(name: OrderName, order: Order | undefined): string | null {
    const { workflowId } = workflowInfo();
    if (name === 'skip' || name === 'retryNow')
      return `${workflowId} is a backfill: it is held, released or cancelled; ${name} one of its runs`;
    if (this.closed !== null) return `${workflowId} ${this.closed}`;
    return name === 'release' ? releaseProblem(this.held, order) : null;
  }

  private progress(): BackfillProgress {
    const left = this.total - endedIn(this.tally);
    const working = this.working();
    const pace = paceOf(this.ends, left);
    return {
      kind: 'backfill',
      status: 'pending',
      started: new Date(this.started).toISOString(),
      total: this.total,
      ...this.tally,
      working,
      waiting: [...this.entries.values()].filter(({ turn, child }) => !turn && child !== null).length,
      left,
      held: this.held,
      perMinute: pace?.perMinute ?? null,
      timeLeft: pace?.timeLeft ?? null,
    };
  }

  private show(): void {
    const held = this.held ? `**held by ${this.held.by}**, ` : '';
    setCurrentDetails(`${held}${tallyText(this.tally, this.total - endedIn(this.tally))}; ${this.working()} under way`);
  }
}
