/** What a body's own process has of its worker: log, Redis, locks and limits, each by asking for it. */
import type { AppRedis, ClientRedis } from '../../define/types.js';
import type { RateLimiter } from '../../lock/rate-limit.js';
import type { LockStore } from '../../lock/redis-store.js';
import type { AttemptLog } from '../attempt-log.js';
import type { SharedStores } from '../shared.js';
import type { Line } from './line.js';

export function parentsLog(line: Line): AttemptLog {
  const author =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields = {}) =>
      line.tell('log', { level, message, fields });
  return {
    event: (event, fields = {}) => line.tell('event', { event, fields }),
    author: { debug: author('debug'), info: author('info'), warn: author('warn'), error: author('error') },
    console: (level, method, text) => line.tell('console', { level, method, text }),
  };
}

export function parentsRedis(line: Line): AppRedis {
  const ask = (method: keyof AppRedis, args: unknown[]) => line.call({ to: 'redis', method, args });
  return {
    get: async (key) => (await ask('get', [key])) as string | null,
    set: async (key, value, options) => void (await ask('set', [key, value, options])),
    delete: async (...keys) => (await ask('delete', keys)) as number,
    command: (...words) => ask('command', words),
  };
}

/** As clients of the project find it: a connection of their own they can have, and commands go through the worker's. */
export async function parentsClientRedis(line: Line): Promise<ClientRedis> {
  const facts = (await line.call({ to: 'client_redis', method: 'facts', args: [] })) as Omit<ClientRedis, 'send'>;
  return { ...facts, send: (words) => line.call({ to: 'client_redis', method: 'send', args: [[...words]] }) };
}

/** Of locks only what a body's own locks need. They are renewed by the worker, too: this process may be busy. */
export function parentsStores(line: Line): SharedStores {
  const locks = (ttlSeconds: number): LockStore => {
    const ask = (method: keyof LockStore, given: unknown) => line.call({ to: 'locks', method, args: [ttlSeconds, given] });
    const store: Pick<LockStore, 'ttlMs' | 'acquire' | 'renew' | 'release'> = {
      ttlMs: ttlSeconds * 1_000,
      acquire: async (wanted) => (await ask('acquire', wanted)) as Awaited<ReturnType<LockStore['acquire']>>,
      renew: async (held) => (await ask('renew', held)) as Awaited<ReturnType<LockStore['renew']>>,
      release: async (held) => (await ask('release', held)) as boolean,
    };
    return store as LockStore;
  };
  const rates: RateLimiter = {
    take: async (name, limit, perMs) =>
      (await line.call({ to: 'rates', method: 'take', args: [name, limit, perMs] })) as Awaited<ReturnType<RateLimiter['take']>>,
  };
  return { locks, rates };
}
