import type { Duration } from '../../plan/duration.js';

/** What went wrong with a request. */
export type HttpTrouble =
  /** The guard does not let this address, scheme or port be reached. */
  | 'refused'
  /** No answer within the time. */
  | 'timeout'
  /** No connection, or one that broke. */
  | 'network'
  /** An answer with a status that is no success. */
  | 'status'
  /** More bytes than allowed. */
  | 'too_large'
  /** A redirect that leads nowhere, or where it must not lead. */
  | 'redirect'
  /** An answer that is not what was asked for. */
  | 'unreadable';

interface HttpErrorParts {
  trouble: HttpTrouble;
  /** Whether a later attempt of the task may do better. */
  fate: 'retry' | 'give_up';
  url: URL;
  status?: number;
  delay?: Duration;
  cause?: unknown;
}

/**
 * A request that did not succeed. Its fate says what becomes of the task's attempt, as with `TaskError` and `PermanentError`;
 * a server that named the time after which to come back has it in `delay`.
 * The message names the URL without its query, where keys tend to stand.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly trouble: HttpTrouble;
  readonly fate: 'retry' | 'give_up';
  /** Of the answer; null where there was none. */
  readonly status: number | null;
  readonly delay?: Duration;

  constructor(message: string, { trouble, fate, url, status, delay, cause }: HttpErrorParts) {
    super(`${url.origin}${url.pathname} ${message}`, { cause });
    this.trouble = trouble;
    this.fate = fate;
    this.status = status ?? null;
    if (delay !== undefined) this.delay = delay;
  }
}
