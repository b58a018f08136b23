/** What a task's `run` is handed. */
import type { Json, JsonObject, Status } from '../plan/types.js';
import type { ForEachOptions, ForEachResult, ItemOutcome, ItemsDone, ItemTools } from './for-each-types.js';
import type { RateLimit, SharedLockHeld, SharedLockOptions } from './shared-types.js';
import type { Ended, OutputOf, ProjectClients, ProjectSettings, Task, UpstreamOf } from './types.js';

export interface TaskLog {
  debug(message: string, fields?: JsonObject): void;
  info(message: string, fields?: JsonObject): void;
  warn(message: string, fields?: JsonObject): void;
  error(message: string, fields?: JsonObject): void;
}

/** Application data in Redis: its own database, apart from the locks. */
export interface AppRedis {
  get(key: string): Promise<string | null>;
  /** Sets a key. `ttlSeconds` defaults to 86,400. */
  set(key: string, value: string, options?: { ttlSeconds?: number }): Promise<void>;
  delete(...keys: string[]): Promise<number>;
  /** Any other command, word by word. */
  command(...words: [string, ...string[]]): Promise<unknown>;
}

export interface Checkpoint {
  /** What was saved last, by this attempt or an earlier one of the same run; null if nothing was. */
  readonly value: Json;
  /** Keeps a value for a later attempt. It travels with a heartbeat: keep it under a few kilobytes. */
  save(value: Json): void;
}

/** All that reaches `run`. A task's unit test is `run(fakeContext)`. */
export interface TaskContext<P = unknown> {
  readonly task: string;
  /** The local date the slot is for, `YYYYMMDD`. A task never reads the clock to learn it. */
  readonly date: string;
  readonly runKey: string;
  /** The slot. */
  readonly scheduledFor: Date;
  /** Eight random hex characters, one per run. */
  readonly taskId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly backfill: boolean;
  readonly params: P;
  readonly clients: ProjectClients;
  readonly redis: AppRedis;
  /** The project's settings, as it declares them. */
  readonly settings: ProjectSettings;
  /** Values of the environment by name; they never enter history. */
  readonly secrets: { get(name: string): string; has(name: string): boolean };
  /** Aborted by timeout, cancellation, a lost lock or the worker's shutdown. */
  readonly signal: AbortSignal;
  readonly log: TaskLog;
  readonly checkpoint: Checkpoint;
  /** A number that only grows per lock: a resource that remembers the highest can refuse an old writer. 0 without a lock. */
  readonly fence: number;
  /** The date n days away, `YYYYMMDD`: `day(-1)` is the day before. */
  day(n: number): string;
  /** How a parent ended. Name its type to have the output typed: `ctx.upstream<typeof crawl>('task_firecrawl')`. */
  upstream<T extends Task<never> | Task = Task>(task: string): UpstreamOf<OutputOf<T>>;
  /** Tells how far the work is: shown by the CLI and the page. Liveness needs no call; it is reported anyway. */
  heartbeat(progress?: Json): void;
  /** Tells how many items are done: shown with their rate by the CLI and the page. `forEach` does it by itself. Costs nothing. */
  progress(items: ItemsDone): void;
  /**
   * Runs a function per item, of a list or a stream. A failing item is recorded and the rest go on; if all fail, the task fails. A later
   * attempt, on whatever worker, does not do again what is finished.
   */
  forEach<T>(
    items: Iterable<T> | AsyncIterable<T>,
    options: ForEachOptions<T>,
    run: (item: T, tools: ItemTools) => ItemOutcome | Promise<ItemOutcome>,
  ): Promise<ForEachResult>;
  /**
   * Does work while no other task, run or worker holds the lock of that name, and returns what it returns. Not tied to a date;
   * independent of the task's own lock. Throws LockNotFree if it is not free in time; fails if the lock is lost meanwhile.
   */
  lock<T>(name: string, options: SharedLockOptions, work: (held: SharedLockHeld) => T | Promise<T>): Promise<T>;
  /** Returns once one more call of this kind is allowed, counted over all workers. Throws RateLimitReached if not in time. */
  rateLimit(name: string, limit: RateLimit): Promise<void>;
  /** Ends the run: there was nothing to do. Settles the date. */
  noWork(reason: string): Ended;
  /** Ends the run as skipped. `settled: false` leaves the date runnable. Default true. */
  skip(reason: string, options?: { settled?: boolean }): Ended;
  /** Notes something that is no failure; a success with warnings is shown as such. */
  warn(message: string): void;
}

export type UpstreamStatus = Status | 'absent';
