import { ErrorReply } from '@redis/client';

/** Redis cannot answer now: down, cut off, loading, read-only, full, or it does not let us in. Nothing may run unlocked; try again later. */
export class LockStoreUnreachable extends Error {
  override readonly name = 'LockStoreUnreachable';
  constructor(
    /** Host, port and database, without credentials. */
    readonly address: string,
    cause: unknown,
  ) {
    super(
      `Redis for locks at ${address} does not answer: ${text(cause)}. Nothing runs without its lock; see "daychain doctor".`,
      {
        cause,
      },
    );
  }
}

/** Redis answered that what was asked is wrong, as for a key of another type. Trying again does not help. */
export class LockStoreError extends Error {
  override readonly name = 'LockStoreError';
  constructor(
    /** Host, port and database, without credentials. */
    readonly address: string,
    /** What was tried: "acquire lock:task_x:20260203". */
    readonly operation: string,
    cause: unknown,
  ) {
    super(`Redis for locks at ${address} refused to ${operation}: ${text(cause)}${advice(cause)}`, { cause });
  }
}

/** Whether an error means that Redis cannot answer now, rather than that the question was wrong. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof ErrorReply)) return true;
  return UNABLE.test(error.message);
}

// Old servers wrap a script's error in text of their own, so the word may stand anywhere.
const UNABLE =
  /(^|[\s-])(LOADING|READONLY|NOAUTH|WRONGPASS|NOPERM|OOM|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNKILLABLE)\s/;

function text(cause: unknown): string {
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  return message.replace(/ script: \w+, on @user_script:\d+/, '').replace(/\.+$/, '');
}

function advice(cause: unknown): string {
  return text(cause).includes('WRONGTYPE')
    ? '. That key holds something other than a text; look at it with redis-cli TYPE, then remove it.'
    : '';
}
