/**
 * What Redis runs for the lock, in one step each. Every script reads before it writes, so that a key of another
 * type stops it before anything has changed.
 */
import { defineScript } from '@redis/client';

/** Seven days: longer than any run, so that a fence outlives the run that may still carry it. */
export const FENCE_TTL_SECONDS = 7 * 24 * 3600;

export interface Script {
  text: string;
  sha1: string;
}

// The next fence. Counting on from the server's milliseconds means that an emptied Redis does not start again at 1.
const NEXT_FENCE = `
local function next_fence(key, ttl)
  local known = tonumber(redis.call('GET', key) or '0') or 0
  local now = redis.call('TIME')
  local fence = math.max(known + 1, tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
  local text = string.format('%.0f', fence)
  redis.call('SET', key, text, 'EX', ttl)
  return text
end
`;

/**
 * KEYS lock, success, fence. ARGV value, task_id, attempt, ttl, fence ttl, '1' to respect the success key.
 * The same value found again is an answer that was lost: the attempt gets the fence it was given then.
 */
export const ACQUIRE = script(`${NEXT_FENCE}
local value, ttl, fence_ttl = ARGV[1], ARGV[4], ARGV[5]
if ARGV[6] == '1' and redis.call('EXISTS', KEYS[2]) == 1 then return { 'already_completed' } end
local holder = redis.call('GET', KEYS[1])
local fence = redis.call('GET', KEYS[3])
local took_over = '0'
if holder == value then
  redis.call('EXPIRE', KEYS[1], ttl)
  return { 'acquired', fence or next_fence(KEYS[3], fence_ttl), took_over }
end
if holder then
  local task_id, attempt = string.match(holder, '^([^:]+):(%d+)$')
  if task_id ~= ARGV[2] or tonumber(attempt) >= tonumber(ARGV[3]) then
    return { 'held', holder, tostring(redis.call('PTTL', KEYS[1])) }
  end
  took_over = '1'
end
fence = next_fence(KEYS[3], fence_ttl)
redis.call('SET', KEYS[1], value, 'EX', ttl)
return { 'acquired', fence, took_over }
`);

/**
 * KEYS lock, fence. ARGV value, ttl, fence, fence ttl.
 * A key that is gone is set again unless the fence has moved on: then somebody held the lock in between.
 */
export const RENEW = script(`
local holder = redis.call('GET', KEYS[1])
local fence = redis.call('GET', KEYS[2])
if holder == ARGV[1] then
  redis.call('EXPIRE', KEYS[1], ARGV[2])
  if fence then redis.call('EXPIRE', KEYS[2], ARGV[4]) else redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4]) end
  return { 'renewed' }
end
if holder then return { 'lost', holder } end
if fence and fence ~= ARGV[3] then return { 'lost', '' } end
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return { 'reclaimed' }
`);

/** KEYS lock, success. ARGV value, '1' to write the success key, its ttl. Answers 1 if the lock was ours. */
export const RELEASE = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '1' then redis.call('SET', KEYS[2], 'completed', 'EX', ARGV[3]) end
if not holder then return 0 end
return redis.call('DEL', KEYS[1])
`);

/** KEYS lock. ARGV value, tombstone, ttl for a key that has none. Answers 1 if the lock was ours. */
export const ABANDON = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local left = redis.call('PTTL', KEYS[1])
if left > 0 then redis.call('SET', KEYS[1], ARGV[2], 'PX', left) else redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
return 1
`);

/** KEYS lock, success, fence. */
export const PEEK = script(`
return {
  'state', redis.call('GET', KEYS[1]) or '', tostring(redis.call('PTTL', KEYS[1])),
  tostring(redis.call('EXISTS', KEYS[2])), redis.call('GET', KEYS[3]) or ''
}
`);

/** KEYS any. Answers value and remaining milliseconds of each; an empty value where there is none. */
export const VALUES = script(`
local found = {}
for _, key in ipairs(KEYS) do
  local value = redis.pcall('GET', key)
  if type(value) ~= 'string' then value = '' end
  found[#found + 1] = value
  found[#found + 1] = tostring(redis.call('PTTL', key))
end
return found
`);

/**
 * KEYS lock, fence. ARGV expected holder, fence ttl. Answers 1 if that holder lost its lock.
 * The fence moves on, so that a holder that is alive learns of it at its next renewal instead of setting the key again.
 */
export const FORCE_RELEASE = script(`${NEXT_FENCE}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
next_fence(KEYS[2], ARGV[2])
return redis.call('DEL', KEYS[1])
`);

/** KEYS key. ARGV expected value. Answers 1 if the key had it, and is gone. */
export const DELETE_IF = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);

/** A script with its checksum. */
export function script(text: string): Script {
  // defineScript wants a parser for a command we never register; its checksum is all that is used here.
  const { SHA1 } = defineScript({ SCRIPT: text, parseCommand: () => {}, transformReply: undefined as unknown as () => unknown });
  return { text, sha1: SHA1 };
}
