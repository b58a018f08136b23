/**
 * Batches from a table in three short phases: claim and mark, work with no connection held, write the result (O-74, O-88).
 * Any number of consumers, in any number of workers, may work on one table.
 */
import { randomBytes } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { TaskContext } from '../../define/types.js';
import { durationMs, type Duration } from '../../plan/duration.js';
import { requireColumns } from './columns.js';
import { keepLease } from './lease.js';
import { marksOf, type ClaimedRow, type Marks } from './marks.js';
import { inRange, settleQueue, type BatchQueue, type SettledQueue } from './queue.js';
import { errorText, workOnRow, type BatchEnd, type BatchItem, type RowOutcome, type RowWork } from './row.js';
import { tellReclaimed } from './sweep.js';

export interface BatchOptions<Table extends string = string> extends BatchQueue<Table> {
  /** Rows claimed at a time, 1 to 10,000. Default 10. */
  size?: number;
  /** Batches one after the other, until one finds nothing, 1 to 100,000. Default 1. */
  batches?: number;
  /** Rows of a batch worked on at a time, 1 to 100. Default 1. */
  concurrency?: number;
  /** How long rows stay claimed when their worker is gone; renewed while it lives. 1 second to 1 day, default `'2 minutes'`. */
  lease?: Duration;
  /** Longest work on one row; longer has failed. 1 millisecond to 7 days, default `'5 minutes'`. */
  timeout?: Duration;
}

/** What became of the rows. Plain data, fit to be the task's output. */
export interface BatchDone {
  /** The last batch that found rows; null if none did. */
  batch: string | null;
  /** Rows that were worked on: succeeded, failed and lost ones. */
  processed: number;
  succeeded: number;
  /** To be tried again or given up. */
  failed: number;
  /** Given up here: failed ones, and those whose workers were lost too often. */
  dead: number;
  /** Taken over by another consumer in the middle: nothing was written here. */
  lost: number;
  /** Found with workers that are gone, and queued again. */
  reclaimed: number;
  /** How many rows ended with each label. */
  labels: Record<string, number>;
  [name: string]: string | number | null | Record<string, number>;
}

type BatchContext = Pick<TaskContext, 'task' | 'runKey' | 'signal' | 'forEach' | 'warn' | 'log'>;

/**
 * Claims rows that are due, works on each, and writes what became of it. A row that fails is tried again after its pause, and
 * given up after its last attempt, or at once for a PermanentError; a RetryAfter names its own pause. Errors of rows are in the
 * run's result. Counts are those of this attempt.
 * @param work is handed the row as it was claimed, and returns how it ended; whatever it throws is the row's error
 * @throws TaskError if there were rows and none succeeded (O-16), PermanentError where the table or columns are missing, RangeError
 *   for options out of range, the signal's reason once that is aborted, and what the database throws
 */
export async function claimBatch<Tables, Table extends keyof Tables & string>(
  ctx: BatchContext,
  db: Kysely<Tables>,
  options: BatchOptions<Table>,
  work: (row: Selectable<Tables[Table]>, item: BatchItem) => BatchEnd<Tables> | Promise<BatchEnd<Tables>>,
): Promise<BatchDone> {
  const queue = settleQueue(options);
  const size = inRange('size', options.size ?? 10, 1, 10_000);
  const batches = inRange('batches', options.batches ?? 1, 1, 100_000);
  const parts = { ...partsOf(options), ctx, queue, work: work as unknown as RowWork };
  await requireColumns(db as Kysely<unknown>, queue, options);
  const marks = await marksOf(db as Kysely<unknown>, queue);

  const done: BatchDone = { batch: null, processed: 0, succeeded: 0, failed: 0, dead: 0, lost: 0, reclaimed: 0, labels: {} };
  let allFailed: Error | undefined;
  for (let left = batches; left > 0; left--) {
    ctx.signal.throwIfAborted();
    const { waiting, dead } = tellReclaimed(ctx, queue, await marks.reclaim());
    done.reclaimed += waiting;
    done.dead += dead;
    const batchId = `${ctx.task}:${ctx.runKey}:${randomBytes(4).toString('hex')}`;
    const askedAt = performance.now();
    const rows = await marks.claim(size, batchId, parts.leaseMs);
    if (rows.length === 0) break;
    done.batch = batchId;
    try {
      await workOnBatch({ ...parts, marks, batchId, askedAt }, rows, done);
    } catch (error) {
      ctx.signal.throwIfAborted();
      allFailed = error as Error;
    }
  }
  if (done.lost > 0)
    ctx.warn(
      `${done.lost} rows of "${queue.table}" were taken over by another consumer, as their lease was not kept: nothing of them was written here`,
    );
  if (allFailed !== undefined && done.succeeded === 0) throw allFailed;
  const { labels, ...counts } = done;
  ctx.log.info('batch finished', { table: queue.table, ...counts, labels });
  return done;
}

function partsOf(options: BatchOptions): { leaseMs: number; timeoutMs: number; concurrency: number } {
  return {
    leaseMs: inRange('lease in milliseconds', durationMs(options.lease ?? '2 minutes'), 1_000, 86_400_000),
    timeoutMs: inRange('timeout in milliseconds', durationMs(options.timeout ?? '5 minutes'), 1, 604_800_000),
    concurrency: inRange('concurrency', options.concurrency ?? 1, 1, 100),
  };
}

interface BatchParts {
  ctx: BatchContext;
  queue: SettledQueue;
  marks: Marks;
  batchId: string;
  /** When its rows were asked for, by performance.now(): their lease does not last from later on. */
  askedAt: number;
  leaseMs: number;
  timeoutMs: number;
  concurrency: number;
  work: RowWork;
}

/** Whatever happens, no row stays claimed by a batch that is over, unless the database is out of reach: then its lease ends. */
async function workOnBatch(parts: BatchParts, claimed: ClaimedRow[], done: BatchDone): Promise<void> {
  const { ctx, marks, batchId, askedAt, leaseMs, queue } = parts;
  // What may have taken a worker down is worked on last and alone, so that it takes no other row down with it again.
  const rows = [...claimed.filter(({ suspect }) => !suspect), ...claimed.filter(({ suspect }) => suspect)];
  const lease = keepLease(leaseMs, askedAt, () => marks.renew(batchId, leaseMs));
  const outcomes = atATime(parts.concurrency, rows, (row) => workOnRow({ ...parts, lease, signal: ctx.signal }, row));
  const outcomeOf = new Map(rows.map((row, at) => [row, outcomes[at]!]));
  try {
    const key = ({ key: value, fence }: ClaimedRow) => `${queue.table} ${String(value)}, claim ${fence}`;
    // The table knows what is finished.
    await ctx.forEach(rows, { key, resume: false }, async (row) => count(done, await outcomeOf.get(row)!));
  } finally {
    await Promise.allSettled(outcomes);
    lease.end();
    await marks
      .handBack(batchId)
      .catch((error: unknown) => ctx.log.warn('rows could not be handed back', { error: errorText(error) }));
  }
}

function count(done: BatchDone, outcome: RowOutcome): void {
  done.processed++;
  if (outcome.is === 'lost') done.lost++;
  if (outcome.is === 'failed') {
    done.failed++;
    if (outcome.dead) done.dead++;
    throw new Error(`${errorText(outcome.error)}${outcome.dead ? ' (given up)' : ''}`);
  }
  if (outcome.is !== 'done') return;
  done.succeeded++;
  if (outcome.label !== undefined) done.labels[outcome.label] = (done.labels[outcome.label] ?? 0) + 1;
}

/** Runs a function per row, in order, so many at a time and suspects alone. Nobody need wait for all of them. */
function atATime<R>(limit: number, rows: readonly ClaimedRow[], run: (row: ClaimedRow) => Promise<R>): Promise<R>[] {
  const running = new Set<Promise<unknown>>();
  let turn: Promise<unknown> = Promise.resolve();
  return rows.map((row) => {
    const begun = turn.then(async () => {
      while (running.size >= (row.suspect ? 1 : limit)) await Promise.race(running);
      const result: Promise<R> = run(row);
      const over: Promise<void> = result.then(
        () => void running.delete(over),
        () => void running.delete(over),
      );
      running.add(over);
      return { result };
    });
    turn = begun;
    const outcome = begun.then(({ result }) => result);
    outcome.catch(() => {});
    return outcome;
  });
}
