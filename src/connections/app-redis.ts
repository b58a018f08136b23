import type { RedisConnection } from './redis.js';

/** One day: what the old scheduler gave its records. */
const DEFAULT_TTL_SECONDS = 86_400;

/**
 * Application data as tasks see it: `ctx.redis`. The prefix stands before the keys of get, set and delete; `command` sends its
 * words as they are, because only the author knows which of them are keys.
 */
export function appRedis(connection: Pick<RedisConnection, 'send'>, prefix = '') {
  return {
    async get(key: string): Promise<string | null> {
      return (await connection.send(['GET', prefix + key])) as string | null;
    },

    /** `ttlSeconds`: whole seconds, at least 1; 86,400 when absent. */
    async set(key: string, value: string, { ttlSeconds = DEFAULT_TTL_SECONDS }: { ttlSeconds?: number } = {}): Promise<void> {
      if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 1) {
        throw new RangeError(`ttlSeconds of redis.set("${key}") is a whole number of seconds, at least 1; got ${ttlSeconds}`);
      }
      await connection.send(['SET', prefix + key, value, 'EX', String(ttlSeconds)]);
    },

    async delete(...keys: string[]): Promise<number> {
      if (keys.length === 0) return 0;
      return (await connection.send(['DEL', ...keys.map((key) => prefix + key)])) as number;
    },

    async command(...words: [string, ...string[]]): Promise<unknown> {
      return await connection.send(words);
    },
  };
}
