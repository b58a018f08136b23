/** A wish for a one-shot, checked against the project's files as they are now. */
import { createHash } from 'node:crypto';
import { idProblem, oneShotKey } from '../plan/ids.js';
import type { JsonObject, ResolvedChainInput, ResolvedTaskInput } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { readInstant } from '../time/typed-instants.js';
import { slotKey } from '../time/zones.js';
import { BadInput } from './errors.js';

export interface OneShotWish {
  id: string;
  /** ISO instant, to the second. */
  at: string;
  kind: 'task' | 'chain';
  target: string;
  /** As given; null where nothing was. */
  params: JsonObject | null;
  /** Local date of the instant, as today's files have the zone. */
  date: string;
  tags: string[];
}

/** What is asked for, as people or programs say it. */
export interface OneShotWords {
  at: string | Date;
  kind: 'task' | 'chain';
  target: string;
  /** Default: made of the target and the instant, so that the same words twice are one. */
  id?: string;
  params?: JsonObject;
}

/**
 * Checks it all: instant, id, target, params. `zone`: that local times are read in; `now`: epoch milliseconds.
 * @throws BadInput in words
 */
export function readWish(registry: Registry, words: OneShotWords, zone: string, now: number): OneShotWish {
  const at = instantOf(words.at, zone, now);
  const id = words.id ?? defaultId(words.target, at);
  const problem = idProblem(id);
  if (problem !== null) throw new BadInput(`id: ${problem}.`);
  const resolved = resolve(registry, words, id, at);
  if ('problem' in resolved) throw new BadInput(resolved.problem);
  const { kind, target, params = null } = words;
  return { id, at, kind, target, params, date: resolved.date, tags: 'spec' in resolved ? resolved.spec.tags : [] };
}

function instantOf(at: string | Date, zone: string, now: number): string {
  if (typeof at !== 'string' && Number.isNaN(at.getTime())) throw new BadInput(`at: ${String(at)} is no instant.`);
  try {
    const text = typeof at === 'string' ? at.trim() : at.toISOString();
    return readInstant(text, zone, now);
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(`${error.message}.`);
    throw error;
  }
}

function resolve(
  registry: Registry,
  { kind, target, params }: OneShotWords,
  id: string,
  at: string,
): ResolvedTaskInput | ResolvedChainInput | { problem: string } {
  const when = { runKey: oneShotKey(id), scheduledFor: at };
  if (kind === 'task') return registry.resolveTask({ task: target, ...when, ...(params ? { params } : {}) });
  const ofTasks = params as Record<string, JsonObject> | undefined;
  return registry.resolveChain({ chain: target, ...when, ...(ofTasks ? { params: ofTasks } : {}) });
}

const LONGEST_ID = 80;

/** `task_mail-20260301t070000z`; a long target is cut, and a hash keeps it apart from others cut alike. */
function defaultId(target: string, at: string): string {
  const key = slotKey(at).toLowerCase();
  const id = `${target}-${key}`;
  if (id.length <= LONGEST_ID) return id;
  const hash = createHash('sha256').update(target).digest('hex').slice(0, 8);
  return `${target.slice(0, LONGEST_ID - key.length - hash.length - 2)}-${hash}-${key}`;
}
