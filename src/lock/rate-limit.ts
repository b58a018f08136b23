/** How often something may be done, over all workers: never more than so many times in any stretch of time of that length. */
import { ask, evaluate, type LockConnection } from './evaluate.js';
import { script } from './scripts.js';

export interface RateLimiter {
  /**
   * Takes a turn, or says in how many milliseconds one may be free. Redis's clock counts, and a turn is taken when it is given.
   * @throws LockStoreUnreachable, LockStoreError
   */
  take(name: string, limit: number, perMs: number): Promise<{ taken: true } | { taken: false; waitMs: number }>;
}

/** A limit as it stands. */
export interface RateState {
  limit: number;
  perMs: number;
  /** Turns that count now. */
  used: number;
  /** Until a turn is free; 0 if one is. */
  waitMs: number;
}

/**
 * Keys are `rate:{name}`: the instants of the turns that still count, and nothing once the last of them is over; and
 * `rate-rule:{name}`: the limit by which the last turn was judged, for those who look.
 */
export function createRateLimiter(connection: LockConnection, prefix = ''): RateLimiter {
  return {
    async take(name, limit, perMs) {
      const key = `${prefix}rate:${name}`;
      const args = [String(limit), String(perMs * 1_000), crypto.randomUUID(), String(Math.ceil(perMs))];
      const keys = [key, ruleKey(prefix, name)];
      const answer = await ask(connection, `take a turn of ${key}`, () => evaluate(connection, TAKE, keys, args));
      const wait = Number(answer);
      return wait === 0 ? { taken: true } : { taken: false, waitMs: Math.ceil(wait / 1_000) };
    },
  };
}

/** Null where no turn counts any more. */
export async function rateState(connection: LockConnection, prefix: string, name: string): Promise<RateState | null> {
  const keys = [`${prefix}rate:${name}`, ruleKey(prefix, name)];
  const answer = await ask(connection, `look at ${keys[0]}`, () => evaluate(connection, LOOK, keys, []));
  const [limit, per, used, wait] = (answer as unknown[]).map(Number);
  if (!used) return null;
  return { limit: limit!, perMs: per! / 1_000, used, waitMs: Math.ceil(wait! / 1_000) };
}

function ruleKey(prefix: string, name: string): string {
  return `${prefix}rate-rule:${name}`;
}

/**
 * KEYS turns, rule. ARGV limit, length in microseconds, a name for this turn, length in milliseconds.
 * Answers 0 for a turn that is taken, else the microseconds until the oldest that counts is over. A clock that was set back
 * waits for itself: turns never lie in the future.
 */
const TAKE = script(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if last[2] and tonumber(last[2]) > now then now = tonumber(last[2]) end
local limit, per = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - per))
local count = redis.call('ZCARD', KEYS[1])
if count < limit then
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  redis.call('SET', KEYS[2], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[4])
  return '0'
end
local first = redis.call('ZRANGE', KEYS[1], count - limit, count - limit, 'WITHSCORES')
return string.format('%.0f', math.max(1, tonumber(first[2]) + per - now))
`);

/** KEYS turns, rule. Answers limit, length, turns that count, and how long until one is free, in microseconds. */
const LOOK = script(`
local rule = redis.call('GET', KEYS[2])
if not rule then return { '0', '0', '0', '0' } end
local limit, per = string.match(rule, '(%d+) (%d+)')
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local used = redis.call('ZCOUNT', KEYS[1], string.format('(%.0f', now - tonumber(per)), '+inf')
local wait = 0
if used >= tonumber(limit) then
  local first = redis.call('ZRANGE', KEYS[1], -tonumber(limit), -tonumber(limit), 'WITHSCORES')
  wait = math.max(1, tonumber(first[2]) + tonumber(per) - now)
end
return { limit, per, tostring(used), string.format('%.0f', wait) }
`);
