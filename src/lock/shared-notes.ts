/**
 * Who holds a shared lock and who waits for what, as notes beside it: for people who look. The lock itself never depends on them.
 *
 * `shared:who:{name}` holds the holder's value and its run, `shared:waits:{lock|rate}:{name}` the runs that wait and until when,
 * `shared:taken:{name}` who took the lock away from whom, and why.
 */
import { ask, evaluate, type LockConnection } from './evaluate.js';
import { script } from './scripts.js';

/** Before the keys of shared locks and all that is noted of them, so that no task's lock is meant. */
export const SHARED_PREFIX = 'shared:';

export type SharedKind = 'lock' | 'rate';

export interface Taken {
  /** From whom: the value in the lock. */
  holder: string;
  by: string;
  reason: string;
}

/** What attempts note. Every call may fail: then there is no note. */
export interface SharedNotes {
  /** `who`: workflow ID of the run. */
  holds(name: string, value: string, who: string): Promise<void>;
  /** For so long at most; a further note prolongs it. */
  waits(kind: SharedKind, name: string, who: string, forMs: number): Promise<void>;
  /** Neither waits for it nor, of a lock, holds it any more. */
  isDone(kind: SharedKind, name: string, who: string): Promise<void>;
  /** Whether the lock was taken away from this value by a person. */
  taken(name: string, value: string): Promise<Taken | null>;
}

/** Longer than any attempt may run. */
const WHO_SECONDS = 8 * 86_400;
const TAKEN_SECONDS = 86_400;

export function sharedKeys(prefix: string, name: string) {
  const start = prefix + SHARED_PREFIX;
  return {
    who: `${start}who:${name}`,
    taken: `${start}taken:${name}`,
    waits: (kind: SharedKind) => `${start}waits:${kind}:${name}`,
  };
}

export function createSharedNotes(connection: LockConnection, prefix = ''): SharedNotes {
  return {
    async holds(name, value, who) {
      const keys = sharedKeys(prefix, name);
      await evaluate(connection, HOLDS, [keys.who, keys.waits('lock')], [`${value} ${who}`, who, String(WHO_SECONDS)]);
    },
    async waits(kind, name, who, forMs) {
      await evaluate(connection, WAITS, [sharedKeys(prefix, name).waits(kind)], [who, String(Math.ceil(forMs))]);
    },
    async isDone(kind, name, who) {
      const keys = sharedKeys(prefix, name);
      await evaluate(connection, DONE, [keys.waits(kind), keys.who], [who, kind]);
    },
    async taken(name, value) {
      const text = await connection.send(['GET', sharedKeys(prefix, name).taken]);
      const taken = typeof text === 'string' ? (JSON.parse(text) as Taken) : null;
      return taken?.holder === value ? taken : null;
    },
  };
}

/** Notes that a person took a lock away. */
export async function noteTaken(connection: LockConnection, prefix: string, name: string, taken: Taken): Promise<void> {
  const words = ['SET', sharedKeys(prefix, name).taken, JSON.stringify(taken), 'EX', String(TAKEN_SECONDS)];
  await ask(connection, `note who took ${name}`, () => connection.send(words));
}

/** Who holds the lock under this value, and who waits. */
export async function readNotes(
  connection: LockConnection,
  prefix: string,
  kind: SharedKind,
  name: string,
): Promise<{ who: { value: string; run: string } | null; waiting: string[] }> {
  const keys = sharedKeys(prefix, name);
  const answer = await ask(connection, `look at ${name}`, () => evaluate(connection, READ, [keys.who, keys.waits(kind)], []));
  const [text = '', ...waiting] = (answer as unknown[]).map(String);
  const at = text.indexOf(' ');
  return { who: at < 1 ? null : { value: text.slice(0, at), run: text.slice(at + 1) }, waiting };
}

const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;

/** KEYS who, waits. ARGV value and run, run, seconds. */
const HOLDS = script(`
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
redis.call('ZREM', KEYS[2], ARGV[2])
return 'ok'
`);

/** KEYS waits. ARGV run, milliseconds. The key lives as long as its last member. */
const WAITS = script(`${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('ZADD', KEYS[1], string.format('%.0f', now + tonumber(ARGV[2])), ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', tonumber(last[2]) - now + 1))
return 'ok'
`);

/** KEYS waits, who. ARGV run, kind. */
const DONE = script(`
redis.call('ZREM', KEYS[1], ARGV[1])
if ARGV[2] == 'lock' then
  local who = redis.call('GET', KEYS[2])
  if who and string.sub(who, -string.len(ARGV[1]) - 1) == ' ' .. ARGV[1] then redis.call('DEL', KEYS[2]) end
end
return 'ok'
`);

/** KEYS who, waits. */
const READ = script(`${NOW}
local answer = redis.call('ZRANGEBYSCORE', KEYS[2], string.format('%.0f', now), '+inf')
table.insert(answer, 1, redis.call('GET', KEYS[1]) or '')
return answer
`);
