/** What a queue in a table is: its rows' states, the columns it keeps its books in, and the rules by which a row is tried again. */
import { durationMs, type Duration } from '../../plan/duration.js';

/**
 * A table whose rows wait to be worked on, named once and used for claiming, sweeping, counting and migrations:
 * `const domains = { table: 'domains', order: 'created_at' } as const satisfies BatchQueue`.
 */
export interface BatchQueue<Table extends string = string> {
  /** `'domains'`, or with its schema `'crm.domains'`. */
  table: Table;
  /** Column that tells one row from all others. Default `'id'`. */
  key?: string;
  /** Column by which rows are taken, the smallest first and empty ones last; among equals the key decides. Default: the key. */
  order?: string;
  /** Stands before the names of the queue's columns, so that one table can hold several queues: `'sitemap_'`. Default: none. */
  prefix?: string;
  /** Columns with names of their own, such as a table's old status column: `{ status: 'sitemap_analysis_status' }`. */
  columns?: Partial<BatchColumns>;
  /** Words in the status column. Rows with any other word are left alone. */
  states?: Partial<BatchStates>;
  /** Attempts of a row before it is given up, 1 to 100. Default: one more than `backoff` has pauses. */
  attempts?: number;
  /** Pauses before a row's further attempts, the last one for all that follow. Default 5, 10 and 20 minutes (O-91). */
  backoff?: readonly Duration[];
}

/** The columns by what is in them. Defaults: these names, with underscores and the queue's prefix. */
export interface BatchColumns {
  status: string;
  /** How often work on the row has begun. `attempts` */
  attempts: string;
  /** Grows with every claim: who holds an older one can no longer write a result. `fence` */
  fence: string;
  /** The batch that has the row, or had it last. `batch_id` */
  batchId: string;
  /** Until when the row is that batch's. `leased_until` */
  leasedUntil: string;
  /** When work on it began under this claim. `started_at` */
  startedAt: string;
  /** Not to be taken before this. `next_attempt_at` */
  nextAttemptAt: string;
  /** When the status was last written. `changed_at` */
  changedAt: string;
  /** Why the last attempt failed, at most 1,024 characters (O-89). `last_error` */
  lastError: string;
}

export interface BatchStates {
  /** Default `'queued'`: to be taken, at once or at `next_attempt_at`. */
  waiting: string;
  /** Default `'processing'`. */
  working: string;
  /** Default `'completed'`. */
  done: string;
  /** Default `'error'`: given up, with the cause in `last_error`. */
  dead: string;
}

/** A queue with nothing left open. */
export interface SettledQueue {
  table: string;
  key: string;
  order: string;
  columns: BatchColumns;
  states: BatchStates;
  attempts: number;
  backoffMs: readonly number[];
}

const COLUMNS: BatchColumns = {
  status: 'status',
  attempts: 'attempts',
  fence: 'fence',
  batchId: 'batch_id',
  leasedUntil: 'leased_until',
  startedAt: 'started_at',
  nextAttemptAt: 'next_attempt_at',
  changedAt: 'changed_at',
  lastError: 'last_error',
};
const STATES: BatchStates = { waiting: 'queued', working: 'processing', done: 'completed', dead: 'error' };
const BACKOFF: readonly Duration[] = ['5 minutes', '10 minutes', '20 minutes'];

/** Postgres cuts a longer name silently, and two of them may then be one. */
const MAX_NAME_BYTES = 63;

/** @throws RangeError in words for what is out of its range, a name Postgres would cut, or two states with one word */
export function settleQueue(queue: BatchQueue): SettledQueue {
  const { table, key = 'id', order = key, prefix = '', backoff = BACKOFF } = queue;
  const named = Object.entries(COLUMNS).map(([role, name]) => [
    role,
    queue.columns?.[role as keyof BatchColumns] ?? prefix + name,
  ]);
  const columns = Object.fromEntries(named) as BatchColumns;
  const states = { ...STATES, ...queue.states };
  for (const name of [...table.split('.'), key, order, ...wordsOf(columns)]) checkName(name, table);
  refuseTwins(`columns of the queue in "${table}"`, [key, ...wordsOf(columns)]);
  refuseTwins(`states of the queue in "${table}"`, wordsOf(states));
  if (backoff.length === 0) throw new RangeError(`backoff of the queue in "${table}" is empty: name at least one pause`);
  const attempts = inRange('attempts', queue.attempts ?? backoff.length + 1, 1, 100);
  return { table, key, order, columns, states, attempts, backoffMs: backoff.map(durationMs) };
}

/** A whole number between two others, themselves included. @throws RangeError that names the option */
export function inRange(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${option} is ${value}; a whole number from ${least} to ${most} is expected`);
}

/** The names or words themselves. */
export function wordsOf(words: BatchColumns | BatchStates): string[] {
  return Object.values({ ...words });
}

function checkName(name: string, table: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes >= 1 && bytes <= MAX_NAME_BYTES && !name.includes('\0')) return;
  throw new RangeError(`${JSON.stringify(name)}, named by the queue in "${table}", is no name in Postgres: 1 to 63 bytes`);
}

function refuseTwins(what: string, words: readonly string[]): void {
  const twin = words.find((word, at) => words.indexOf(word) !== at);
  if (twin !== undefined) throw new RangeError(`two ${what} are both called "${twin}"`);
}
