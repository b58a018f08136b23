/** Redis for a project's own data, with every command typed. */
import type { RedisClientType } from '@redis/client';
import type { ClientRedis, ClientTools } from '../define/types.js';

/** The client of `@redis/client`: `await redis.hSet('contribution:7', { verdict: 'valid' })`. */
export type Redis = RedisClientType<{}, {}, {}, 2>;

export interface RedisClientOptions {
  /** `redis://user:password@host:port`, or `rediss://`. Null or left out: the project's own, where locks are too. */
  url?: string | null;
  /** Default: the project's for application data, which is 5 unless `REDIS_DB` says otherwise; 0 with a URL that names none. */
  database?: number;
  /** Before every key. Default: as `ctx.redis` has it, `lock.prefix` of the project; none with a URL. */
  prefix?: string;
}

/**
 * A client for `clients` of the project: `clients: { redis: redisClient() }`, then `const redis = await ctx.clients.redis()`.
 * Keys are sent with the prefix; patterns of SCAN and keys that come back have to be dealt with by whoever asks for them.
 */
export function redisClient(options: RedisClientOptions | ((tools: ClientTools) => RedisClientOptions) = {}) {
  return {
    async open(tools: ClientTools): Promise<Redis> {
      const { url, database, prefix } = typeof options === 'function' ? options(tools) : options;
      if (url) return await openRedis({ url, ...(database === undefined ? {} : { database }) }, prefix ?? '');
      const own = await tools.redis();
      return await openRedis({ ...own.connect, ...(database === undefined ? {} : { database }) }, prefix ?? own.prefix);
    },
    async check(redis: Redis): Promise<string> {
      await redis.ping();
      return `${/redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'Redis'} answers`;
    },
    close: (redis: Redis) => redis.destroy(),
  };
}

const CONNECT_TIMEOUT_MS = 5_000;
/** A connection silent for so long is dead: it was pinged in between. */
const SILENT_MS = 5_000;
const PING_EVERY_MS = 2_000;
const LONGEST_PAUSE_MS = 1_000;

/** Resolves once connected, rejects with the first trouble. Later on it reconnects by itself; commands fail at once meanwhile. */
async function openRedis(place: Partial<ClientRedis['connect']>, prefix: string): Promise<Redis> {
  const { createClient } = await import('@redis/client');
  const { url, host, port, tls, ...rest } = place;
  const secure = tls === undefined || tls === false ? {} : { tls: true as const, ...(tls === true ? {} : tls) };
  const client = createClient({
    RESP: 2, // understood by every server, as in the rest of daychain
    ...(url === undefined ? {} : { url }),
    ...rest,
    name: 'daychain-client',
    ...(prefix === '' ? {} : { keyPrefix: prefix }),
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    pingInterval: PING_EVERY_MS,
    socket: {
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...secure,
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy: (retries) => Math.min(25 * 2 ** Math.min(retries, 6), LONGEST_PAUSE_MS),
    },
  });
  let trouble: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => (trouble = reject));
  // It stays: without a listener an error of a connection that breaks later would end the process.
  client.on('error', (error: Error) => trouble(error));
  try {
    await Promise.race([client.connect(), failed]);
    failed.catch(() => {});
    return client;
  } catch (error) {
    client.destroy();
    throw error;
  }
}
