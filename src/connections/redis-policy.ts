import { ErrorReply } from '@redis/client';
import type { RedisConnection } from './redis.js';

/** `ok` is null where the server does not tell, as managed ones do. */
export type RedisPolicy = { policy: string; ok: boolean } | { policy: null; ok: null; reason: string };

/**
 * Asks what Redis does when its memory is full. Only `noeviction` is fit for locks: with any other policy it may throw away a lock
 * that is held. Throws what the connection throws when the server does not answer.
 */
export async function checkRedisPolicy(connection: Pick<RedisConnection, 'send'>): Promise<RedisPolicy> {
  let reason = 'CONFIG GET names no maxmemory-policy';
  try {
    const reply = await connection.send(['CONFIG', 'GET', 'maxmemory-policy']);
    const policy: unknown = Array.isArray(reply) ? reply[1] : null;
    if (typeof policy === 'string' && policy !== '') return { policy, ok: policy === 'noeviction' };
  } catch (error) {
    if (!(error instanceof ErrorReply)) throw error;
    reason = error.message;
  }
  try {
    const info = await connection.send(['INFO', 'memory']);
    const policy = /^maxmemory_policy:(\S+)/m.exec(String(info))?.[1];
    if (policy !== undefined) return { policy, ok: policy === 'noeviction' };
  } catch (error) {
    if (!(error instanceof ErrorReply)) throw error;
  }
  return { policy: null, ok: null, reason };
}
