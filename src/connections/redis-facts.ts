/** What doctor wants to know of a Redis. What the server does not tell is null. */
import { ErrorReply } from '@redis/client';
import type { RedisConnection } from './redis.js';

type Asked = Pick<RedisConnection, 'send'>;

/** Whether it appends every change to disk, and whether it saves the whole from time to time. */
export async function readPersistence(connection: Asked): Promise<{ appendOnly: boolean | null; snapshots: boolean | null }> {
  const info = await told(connection, ['INFO', 'persistence']);
  const appendOnly = /^aof_enabled:(\d)/m.exec(String(info))?.[1];
  const save = await told(connection, ['CONFIG', 'GET', 'save']);
  const rule: unknown = Array.isArray(save) ? save[1] : undefined;
  return {
    appendOnly: appendOnly === undefined ? null : appendOnly === '1',
    snapshots: typeof rule === 'string' ? rule !== '' : null,
  };
}

/** Its time, and ours before and after it told it; epoch milliseconds. */
export async function readRedisTime(connection: Asked): Promise<{ theirs: number; before: number; after: number } | null> {
  const before = Date.now();
  const reply = await told(connection, ['TIME']);
  const after = Date.now();
  if (!Array.isArray(reply)) return null;
  const [seconds, micros] = reply.map(Number) as [number, number];
  const theirs = Math.round(seconds * 1_000 + micros / 1_000);
  return Number.isFinite(theirs) ? { theirs, before, after } : null;
}

/** Null where the server refuses the command. */
async function told(connection: Asked, words: readonly string[]): Promise<unknown> {
  try {
    return await connection.send(words);
  } catch (error) {
    if (error instanceof ErrorReply) return null;
    throw error;
  }
}
