/** What `ctx.forEach` takes, gives and tells. */
import type { Duration } from '../plan/duration.js';

export interface ItemRetry {
  /** Further tries of an item after the first, within the same attempt of the task. 0 to 20. Default 0. */
  retries?: number;
  /** Pause before the first further try. Default `'1 second'`. */
  delay?: Duration;
  /** Factor by which each further pause grows, 1 to 10. Default 2. */
  backoff?: number;
  /** No pause is longer. An error that asks for a longer one (RetryAfter) fails the item at once. Default `'1 minute'`. */
  maximumDelay?: Duration;
  /** Errors of these classes are not tried again; nor, ever, is a PermanentError. */
  giveUpOn?: readonly (abstract new (...args: never[]) => Error)[];
}

export interface ForEachOptions<T> {
  /** Names an item, the same in every attempt: not empty, and no two items alike. What is finished is known by it. */
  key(item: T): string;
  /** Tells one `forEach` of a body from another: each has its own, the same in every attempt. Default `'items'`. At most 8 per body. */
  name?: string;
  /** Items at work at once, 1 to 100. Default 1: one after the other, in order. */
  concurrency?: number;
  /** Longest duration of one try of an item, at least 1 millisecond. Default: none but the task's own. */
  timeout?: Duration;
  retry?: ItemRetry;
  /**
   * `'collect'`: a failing item is recorded, and the rest go on (default). `'stop'`: no further item begins, and the attempt fails with
   * the item's error; the next attempt begins with that item.
   */
  onError?: 'collect' | 'stop';
  /**
   * `false`: a later attempt does all it is given, as nothing is kept of what is finished: for items whose state is kept elsewhere,
   * such as rows of a table. Then a body may have any number of them, and `name` tells nothing. Default true.
   */
  resume?: boolean;
}

/** What the function of an item is handed besides the item. */
export interface ItemTools {
  readonly key: string;
  /** 1 for the item's first try in this attempt of the task. */
  readonly attempt: number;
  /** Aborted by the item's own timeout, and by all that aborts `ctx.signal`. */
  readonly signal: AbortSignal;
}

/** How an item ended: a label to be counted, or numbers to be added up, or nothing. At most 50 different labels and names. */
export type ItemOutcome = string | Readonly<Record<string, number>> | void;

export interface ForEachResult {
  /** Items tried in this run, failed ones included, whichever attempt it was. */
  processed: number;
  succeeded: number;
  failed: number;
  /** How many of them earlier attempts had finished. */
  resumed: number;
  /** How many items ended with this label, the text their function returned. */
  count(label: string): number;
  /** Sum of the numbers of this name that the items returned. */
  sum(name: string): number;
}

/** How far items are, as `ctx.progress` takes it. */
export interface ItemsDone {
  /** Items done, failed ones included. */
  processed: number;
  /** How many there are; null if nobody knows. */
  of: number | null;
  failed?: number;
  /** What is being worked on. */
  current?: string | null;
}
