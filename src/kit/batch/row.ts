/** One row of a batch: begun, worked on within its time, and its end written where it is still ours. */
import type { Transaction } from 'kysely';
import { TaskError } from '../../define/errors.js';
import { askedDelayMs } from '../../plan/asked-delay.js';
import { MAX_ERROR_TEXT, cut } from '../../plan/limits.js';
import { fateOf } from '../items/run-item.js';
import type { Lease } from './lease.js';
import type { ClaimedRow, Marks } from './marks.js';
import type { SettledQueue } from './queue.js';

/** What the work is told of its row besides the row itself. */
export interface BatchItem {
  /** 1 for the first. */
  attempt: number;
  /** Grows with every claim of the row: a resource that remembers the highest can refuse who comes too late. */
  fence: number;
  batchId: string;
  /** Aborted by the item's time-out, a lost lease, and with `ctx.signal`. */
  signal: AbortSignal;
}

/** How the work on a row ended well: nothing, a label to be counted, or more. */
export type BatchEnd<Tables> =
  | void
  | string
  | {
      /** Counted in the batch's `labels`. */
      label?: string;
      /** A word for the status column instead of the queue's `done`: `'filtered'`. */
      as?: string;
      /** Written in one short transaction together with the row's end, or not at all. Never runs for a row that was lost. */
      write?: (transaction: Transaction<Tables>) => unknown;
    };

export type RowWork = (row: Record<string, unknown>, item: BatchItem) => BatchEnd<never> | Promise<BatchEnd<never>>;

export interface RowParts {
  queue: SettledQueue;
  marks: Marks;
  lease: Lease;
  leaseMs: number;
  timeoutMs: number;
  batchId: string;
  /** The attempt's own. */
  signal: AbortSignal;
  work: RowWork;
}

export type RowOutcome =
  | { is: 'done'; label?: string }
  /** Another consumer has it: nothing was written. */
  | { is: 'lost' }
  | { is: 'failed'; error: unknown; dead: boolean };

/** @throws the signal's reason where the whole attempt is told to stop: the row is then handed back with its batch */
export async function workOnRow(parts: RowParts, claimed: ClaimedRow): Promise<RowOutcome> {
  const { marks, signal, queue } = parts;
  signal.throwIfAborted();
  const begun = await marks.begin(claimed, parts.leaseMs);
  if (begun === null) return { is: 'lost' };
  let end: BatchEnd<never>;
  try {
    end = await withinItsTime(parts, claimed, begun.attempt);
    const { label, as = queue.states.done, write } = typeof end === 'object' ? end : { label: end ?? undefined };
    refuseState(as, queue);
    const written = await marks.finish(claimed, as, write);
    return written ? { is: 'done', ...(label === undefined ? {} : { label }) } : { is: 'lost' };
  } catch (error) {
    // A body that ran into the attempt's time-out failed. One that was told to stop otherwise has done nothing wrong.
    if (signal.aborted && !isTimeout(signal.reason)) throw signal.reason;
    const marked = await marks
      .fail(claimed, errorText(error), delayAfter(error, begun.attempt, queue))
      .catch((cause: unknown) => {
        throw new AggregateError([error, cause], `${errorText(error)}; and this could not be written down: ${errorText(cause)}`);
      });
    return marked === null ? { is: 'lost' } : { is: 'failed', error, dead: marked === 'dead' };
  }
}

/** An item that ignores its time-out, or that its row is lost, is left behind; one that ignores the attempt's end is waited for. */
async function withinItsTime(parts: RowParts, claimed: ClaimedRow, attempt: number): Promise<BatchEnd<never>> {
  const { key, fence, row } = claimed;
  const own = new AbortController();
  const item = { attempt, fence, batchId: parts.batchId, signal: AbortSignal.any([own.signal, parts.signal]) };
  const late = new TaskError(`the row ${String(key)} took longer than ${parts.timeoutMs} ms`);
  const timer = setTimeout(() => own.abort(late), parts.timeoutMs);
  const unwatch = parts.lease.watch(claimed, (reason) => own.abort(reason));
  try {
    const left = new Promise<never>((_, reject) =>
      own.signal.addEventListener('abort', () => reject(own.signal.reason as Error)),
    );
    return await Promise.race([left, Promise.resolve().then(() => parts.work(row, item))]);
  } finally {
    clearTimeout(timer);
    unwatch();
  }
}

/** Milliseconds until the row's next attempt; null if there is none. */
function delayAfter(error: unknown, attempt: number, { attempts, backoffMs }: SettledQueue): number | null {
  if (fateOf(error) === 'give_up' || attempt >= attempts) return null;
  return askedDelayMs(error) ?? backoffMs[Math.min(attempt, backoffMs.length) - 1]!;
}

function refuseState(as: string, { table, states }: SettledQueue): void {
  const taken = [states.waiting, states.working, states.dead].includes(as);
  if (taken)
    throw new TypeError(
      `a row of "${table}" cannot end as ${JSON.stringify(as)}: that is the queue's own word for something else`,
    );
}

function isTimeout(reason: unknown): boolean {
  return (reason as { why?: unknown } | null)?.why === 'timeout';
}

/** Postgres keeps no NUL in a text. */
export function errorText(error: unknown): string {
  return cut((error instanceof Error ? error.message : String(error)).replaceAll('\0', ''), MAX_ERROR_TEXT);
}
