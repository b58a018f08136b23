/** What all workers have to know of each other's requests: what was used today, and which providers are left alone. */
import type { ClientRedis } from '../../define/types.js';
import { evaluate } from '../../lock/evaluate.js';
import { script } from '../../lock/scripts.js';
import { DAY } from '../../plan/limits.js';
import type { LlmBudget, LlmTroubleKind } from './types.js';

/** Whether a request may be sent; one that may is counted. */
export type Leave =
  { is: 'given' } | { is: 'resting'; kind: LlmTroubleKind; restMs: number } | { is: 'spent'; of: keyof LlmBudget; used: number };

export interface LlmState {
  /** `now` in epoch milliseconds: by it goes the day. */
  begin(provider: string, budget: LlmBudget, now: number): Promise<Leave>;
  spend(tokens: number, cost: number, now: number): Promise<void>;
  rest(provider: string, kind: LlmTroubleKind, ms: number): Promise<void>;
  spent(now: number): Promise<Required<LlmBudget>>;
}

/** When the day of this instant ends, by UTC. */
export function nextDay(now: number): number {
  return Math.floor(now / DAY) * DAY + DAY;
}

/** Costs are kept in millionths: whole numbers add up without loss. */
const COST_UNIT = 1_000_000;
/** Kept for a look back. */
const KEEP_SECONDS = (3 * DAY) / 1_000;

/** Keys are `llm:{name}:spent:{date}` and `llm:{name}:rest:{provider}`, under the prefix. */
export function redisState(redis: ClientRedis, name: string): LlmState {
  const spentKey = (now: number) => `${redis.prefix}llm:${name}:spent:${dateOf(now)}`;
  const restKey = (provider: string) => `${redis.prefix}llm:${name}:rest:${provider}`;
  return {
    async begin(provider, { calls, tokens, cost }, now) {
      const limits = [calls, tokens, cost === undefined ? undefined : cost * COST_UNIT];
      const args = [...limits.map((limit) => (limit === undefined ? '' : String(limit))), String(KEEP_SECONDS)];
      const answer = await evaluate(redis, BEGIN, [restKey(provider), spentKey(now)], args);
      const [word, what, figure] = (answer as unknown[]).map(String);
      if (word === 'resting') return { is: 'resting', kind: what as LlmTroubleKind, restMs: Number(figure) };
      if (word !== 'spent') return { is: 'given' };
      const of = what as keyof LlmBudget;
      return { is: 'spent', of, used: of === 'cost' ? Number(figure) / COST_UNIT : Number(figure) };
    },
    async spend(tokens, cost, now) {
      const amounts = [String(tokens), String(Math.ceil(cost * COST_UNIT))];
      await evaluate(redis, SPEND, [spentKey(now)], [...amounts, String(KEEP_SECONDS)]);
    },
    async rest(provider, kind, ms) {
      await redis.send(['SET', restKey(provider), kind, 'PX', String(Math.ceil(ms))]);
    },
    async spent(now) {
      const found = (await redis.send(['HMGET', spentKey(now), 'calls', 'tokens', 'cost'])) as (string | null)[];
      const [calls, tokens, cost] = found.map(Number);
      return { calls: calls!, tokens: tokens!, cost: cost! / COST_UNIT };
    },
  };
}

/** For one process: programs and tests without Redis. */
export function memoryState(clock: () => number): LlmState {
  const days = new Map<string, Required<LlmBudget>>();
  const rests = new Map<string, { kind: LlmTroubleKind; until: number }>();
  const dayOf = (now: number) => {
    const date = dateOf(now);
    const day = days.get(date) ?? { calls: 0, tokens: 0, cost: 0 };
    days.set(date, day);
    return day;
  };
  return {
    begin(provider, budget, now) {
      const rest = rests.get(provider);
      if (rest !== undefined && rest.until > now) {
        return Promise.resolve({ is: 'resting', kind: rest.kind, restMs: rest.until - now });
      }
      const day = dayOf(now);
      const of = (['calls', 'tokens', 'cost'] as const).find((one) => day[one] >= (budget[one] ?? Infinity));
      if (of !== undefined) return Promise.resolve({ is: 'spent', of, used: day[of] });
      day.calls++;
      return Promise.resolve({ is: 'given' });
    },
    spend(tokens, cost, now) {
      const day = dayOf(now);
      day.tokens += tokens;
      day.cost += cost;
      return Promise.resolve();
    },
    rest: (provider, kind, ms) => Promise.resolve(void rests.set(provider, { kind, until: clock() + ms })),
    spent: (now) => Promise.resolve({ ...dayOf(now) }),
  };
}

function dateOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
}

/** KEYS rest, spent. ARGV limits of calls, tokens and cost, empty for none; seconds to keep. */
const BEGIN = script(`
local kind = redis.call('GET', KEYS[1])
if kind then
  local left = redis.call('PTTL', KEYS[1])
  if left > 0 then return { 'resting', kind, tostring(left) } end
end
local fields = { 'calls', 'tokens', 'cost' }
for at = 1, 3 do
  local used = redis.call('HGET', KEYS[2], fields[at]) or '0'
  if ARGV[at] ~= '' and tonumber(used) >= tonumber(ARGV[at]) then return { 'spent', fields[at], used } end
end
redis.call('HINCRBY', KEYS[2], 'calls', 1)
redis.call('EXPIRE', KEYS[2], ARGV[4])
return { 'given' }
`);

/** KEYS spent. ARGV tokens, cost, seconds to keep. */
const SPEND = script(`
redis.call('HINCRBY', KEYS[1], 'tokens', ARGV[1])
redis.call('HINCRBY', KEYS[1], 'cost', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 'ok'
`);
