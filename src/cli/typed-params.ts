/** `--params`: as JSON, or as name=value, once or several times. */
import { BadInput } from '../control/errors.js';
import type { JsonObject } from '../plan/types.js';
import { typedParams, type Registry } from '../registry/index.js';
import { readParams, type NamedEntry } from '../control/run-words.js';

const PAIR = /^([\w-]+)(?:\.([\w-]+))?=(.*)$/s;

/**
 * Params for one run of a task or chain. JSON stands for all of them; name=value changes one and leaves the others as they
 * would be. A chain's are named by task: `task_mail.limit=5`. None where no words are given.
 * @throws BadInput for what is neither JSON nor name=value
 */
export function readParamWords(registry: Registry, entry: NamedEntry, words: readonly string[]): JsonObject | undefined {
  if (words.length === 0) return undefined;
  const json = words.filter((word) => word.trimStart().startsWith('{'));
  if (json.length > 1) throw new BadInput('--params came twice as JSON; one object holds them all.');
  const pairs = words.filter((word) => !json.includes(word)).map(readPair);
  const whole = json[0] === undefined ? undefined : readParams(json[0]);
  if (pairs.length === 0) return whole;
  return entry.kind === 'task' ? ofTask(registry, entry.id, whole, pairs) : ofChain(registry, entry.id, whole, pairs);
}

interface Pair {
  word: string;
  first: string;
  second: string | undefined;
  text: string;
}

function readPair(word: string): Pair {
  const [, first, second, text] = PAIR.exec(word) ?? [];
  if (first !== undefined && text !== undefined) return { word, first, second, text };
  throw new BadInput(`--params ${word}: expected JSON, like '{"limit": 10}', or name=value, like limit=10`);
}

function ofTask(registry: Registry, task: string, whole: JsonObject | undefined, pairs: readonly Pair[]): JsonObject {
  for (const { word, second } of pairs) {
    if (second !== undefined)
      throw new BadInput(`--params ${word}: ${task} is a task; its params have no task's name before them`);
  }
  const given = pairs.map(({ first, text }): [string, string] => [first, text]);
  return { ...(whole ?? usual(registry, task)), ...typedParams(registry, task, given) };
}

function ofChain(registry: Registry, chain: string, whole: JsonObject | undefined, pairs: readonly Pair[]): JsonObject {
  const planned = new Map(registry.plan(chain).tasks.map(({ id, params }) => [id, params]));
  const params = new Map<string, JsonObject>(Object.entries((whole ?? {}) as Record<string, JsonObject>));
  for (const { word, first: task, second: name, text } of pairs) {
    if (name === undefined)
      throw new BadInput(`--params ${word}: say of which task of ${chain}, like ${[...planned.keys()][0]}.${task}=…`);
    // A task that is not the chain's is refused with the likely typo where the run is made.
    const before = params.get(task) ?? planned.get(task) ?? {};
    params.set(task, { ...before, ...typedParams(registry, task, [[name, text]]) });
  }
  return Object.fromEntries(params);
}

/** What the task runs with when nothing is said. */
function usual(registry: Registry, task: string): JsonObject {
  const resolved = registry.resolveTask({ task, date: '20000101' });
  if (!('problem' in resolved)) return resolved.params;
  // What is missing may come with the words.
  for (const chain of registry.chainsOf(task)) {
    const placed = registry.plan(chain).tasks.find(({ id }) => id === task);
    if (placed) return placed.params;
  }
  return {};
}
