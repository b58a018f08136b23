/** How people name tasks, chains, dates and runs. */
import { BadInput, NotFound } from './errors.js';
import { canonicalId, isRunKey } from '../plan/ids.js';
import type { JsonObject } from '../plan/types.js';
import { nearest, type Registry } from '../registry/index.js';
import { addDays, parseDate } from '../time/dates.js';
import { localDate } from '../time/zones.js';

export type NamedEntry = { kind: 'task' | 'chain'; id: string };

/**
 * A task or chain of the project that can run.
 * @throws BadInput with the likely typo, or with what is wrong with its file
 */
export function findEntry(registry: Registry, id: string): NamedEntry {
  const why = registry.broken.get(id);
  if (why !== undefined) {
    const file = registry.chain(id)?.file ?? registry.task(id)?.file;
    throw new BadInput(`${id} cannot run: ${file}: ${why}\nSee all: daychain check`);
  }
  if (registry.chain(id) !== undefined) return { kind: 'chain', id };
  if (registry.task(id) !== undefined) return { kind: 'task', id };
  throw new NotFound(unknownEntry(registry, id));
}

/**
 * Only what has a schedule of its own has slots.
 * @throws BadInput
 */
export function requireSchedule(registry: Registry, id: string): void {
  const { kind } = findEntry(registry, id);
  if (kind === 'chain' || registry.timingOf(id)?.schedule) return;
  const [chain] = registry.chainsOf(id);
  const next = chain === undefined ? `One run of it: daychain show ${id} today` : `It runs in a chain: daychain history ${chain}`;
  throw new BadInput(`${id} is a task without a schedule of its own, so it has no slots.\n${next}`);
}

export function unknownEntry(registry: Registry, id: string): string {
  const near = nearest(id, [...registry.chainIds(), ...registry.taskIds()]);
  return [
    `There is no task or chain "${id}" in project ${registry.project.name}.${near === null ? '' : ` Did you mean ${near}?`}`,
    'See all: daychain list',
  ].join('\n');
}

/**
 * `20260203`, `2026-02-03`, `today`, `yesterday`, `tomorrow`, as `YYYYMMDD` in the zone. `now` in epoch milliseconds.
 * @throws BadInput in words
 */
export function readDate(text: string, zone: string, now: number): string {
  if (text === 'today') return localDate(now, zone);
  if (text === 'yesterday') return addDays(localDate(now, zone), -1);
  if (text === 'tomorrow') return addDays(localDate(now, zone), 1);
  try {
    return parseDate(text);
  } catch (error) {
    if (error instanceof RangeError)
      throw new BadInput(/write it as/.test(error.message) ? `${error.message}, or today, yesterday, tomorrow` : error.message);
    throw error;
  }
}

/**
 * A run's workflow ID: from `daily-chain:20260203`, `daily-chain 2026-02-03`, `task_a yesterday`, or a workflow ID of any other form.
 * @throws BadInput where the words name no run
 */
export function readRun(words: readonly string[], zoneOf: (id: string) => string, now: number): string {
  const [first = '', second] = words;
  if (words.length > 2) throw new BadInput(`A run is one id and one date, like daily-chain 20260203; got ${words.join(' ')}`);
  if (second !== undefined) return canonicalId(first, readKey(first, second, zoneOf, now));
  // The shells that schedules start have IDs of their own: daily-chain-2026-02-03T05:00:00Z.
  if (/-\d{4}-\d{2}-\d{2}T\d{2}:/.test(first)) return first;
  const colon = first.indexOf(':');
  if (colon <= 0) {
    if (!/^[a-z][a-z0-9_-]{0,79}$/.test(first)) return first;
    throw new BadInput(`Which run of ${first}? Name its date too: ${first}:${localDate(now, zoneOf(first))}`);
  }
  const id = first.slice(0, colon);
  const key = first.slice(colon + 1);
  return /^\d|^(?:today|yesterday|tomorrow)$/.test(key) ? canonicalId(id, readKey(id, key, zoneOf, now)) : first;
}

function readKey(id: string, text: string, zoneOf: (id: string) => string, now: number): string {
  if (isRunKey(text) && !/^\d{8}$/.test(text)) return text;
  return readDate(text, zoneOf(id), now);
}

/** @throws BadInput unless the text is a JSON object */
export function readParams(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`--params is no JSON: ${(error as Error).message}\nLike this: --params '{"limit": 10}'`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadInput(`--params is ${JSON.stringify(value)}; expected an object, like '{"limit": 10}'`);
  }
  return value as JsonObject;
}
