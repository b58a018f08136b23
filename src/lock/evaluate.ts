/** Asks Redis one thing: a script in one step, and errors that say whether asking again may help. */
import { ErrorReply } from '@redis/client';
import { isUnreachable, LockStoreError, LockStoreUnreachable } from './errors.js';
import type { Script } from './scripts.js';

/** The one thing the stores need of a connection: a command sent, its reply or an error within a bounded time. */
export interface LockConnection {
  /** Host, port and database, without credentials. */
  readonly address: string;
  send(words: readonly string[]): Promise<unknown>;
}

/** Runs a script by its checksum, and by its text where Redis does not know it (any more). */
export async function evaluate(
  connection: LockConnection,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...args];
  try {
    return await connection.send(['EVALSHA', script.sha1, ...rest]);
  } catch (error) {
    if (!(error instanceof ErrorReply) || !error.message.startsWith('NOSCRIPT')) throw error;
    return await connection.send(['EVAL', script.text, ...rest]);
  }
}

/** @throws LockStoreUnreachable where Redis cannot answer now, LockStoreError where it refuses */
export async function ask<T>(connection: LockConnection, operation: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (isUnreachable(error)) throw new LockStoreUnreachable(connection.address, error);
    throw new LockStoreError(connection.address, operation, error);
  }
}
