/** Why a task or chain has not run for a date, or what it does, or how it ended: the one thing, in one sentence. */
import type { LockStore } from '../lock/redis-store.js';
import { nearest, type Registry } from '../registry/index.js';
import { BadInput } from './errors.js';
import type { Server } from './server.js';
import { decideWhy } from './why-decide.js';
import { gatherWhy } from './why-gather.js';
import type { WhyView, WhyWish } from './why-view.js';
import { sentenceOf } from './why-words.js';

/**
 * What Temporal and the lock store know, and nothing else: local files and logs change no answer.
 * @param locks null where nobody knows where Redis is; one that does not answer is told in the answer
 * @param now epoch milliseconds
 * @throws BadInput for a wish without date and run key, or for a chain that the task does not stand in
 */
export async function readWhy(
  server: Server,
  registry: Registry,
  locks: LockStore | null,
  wish: WhyWish,
  now: number,
): Promise<WhyView> {
  const chains = chainsFor(registry, wish);
  const facts = await gatherWhy({ server, registry, locks }, wish, chains, now);
  const { predicate, run, ...decided } = decideWhy(facts);
  const others = chains.filter((chain) => chain !== facts.chain);
  const also = others.length === 0 ? [] : [{ label: 'stands in', text: alsoText(facts.chain, others) }];
  return {
    task: facts.id,
    date: facts.date,
    runKey: facts.runKey,
    timezone: facts.timezone,
    run,
    chain: facts.chain,
    cause: decided.cause,
    sentence: sentenceOf(facts, { ...decided, predicate }),
    details: [...decided.details, ...also],
    commands: decided.commands,
    at: new Date(now).toISOString(),
  };
}

/** A task with a schedule of its own runs by itself, also where it stands in a chain; then that is asked for by name. */
function chainsFor(registry: Registry, { task, chain }: WhyWish): string[] {
  if (registry.chain(task) !== undefined) return [];
  const chains = registry.chainsOf(task);
  if (chain === undefined) return registry.timingOf(task)?.schedule ? [] : chains;
  if (chains.includes(chain)) return [chain];
  const near = nearest(chain, chains);
  const have = chains.length === 0 ? 'It stands in none.' : `It stands in ${chains.join(', ')}.`;
  throw new BadInput(`${task} does not stand in a chain "${chain}".${near === null ? '' : ` Did you mean ${near}?`} ${have}`);
}

function alsoText(chosen: string | null, others: readonly string[]): string {
  return `${chosen}, of which this speaks; and in ${others.join(', ')}: --chain names another`;
}
