/** What has a tag, in the order in which it can run. */
import { descendants } from '../plan/graph.js';
import type { Registry } from '../registry/index.js';
import { BadInput } from './errors.js';
import { chosenOf } from './choose.js';

export interface TaggedEntry {
  kind: 'task' | 'chain';
  id: string;
  /** Ids of tasks among those chosen that come before it in a chain. */
  after: string[];
}

/**
 * Chains and tasks that have one of the tags. A task that stands in a chosen chain runs with it, and is left out. Sorted
 * so that each stands after what it comes after.
 * @throws BadInput for a tag nothing has, and for what has it and cannot run
 */
export function taggedEntries(registry: Registry, tags: readonly string[]): TaggedEntry[] {
  const chains = registry.chainIds().map((id) => ({ id, kind: 'chain' as const, tags: registry.chain(id)!.tags }));
  const tasks = registry.taskIds().map((id) => ({ id, kind: 'task' as const, tags: registry.task(id)!.tags }));
  const chosen = chosenOf({ names: [], tags }, [...chains, ...tasks], 'chain or task');
  for (const { id } of chosen) {
    const why = registry.broken.get(id);
    if (why !== undefined) throw new BadInput(`${id} has the tag and cannot run: ${why}\nSee all: daychain check`);
  }
  const whole = new Set(chosen.filter(({ kind }) => kind === 'chain').map(({ id }) => id));
  const single = chosen.filter(({ kind, id }) => kind === 'task' && !registry.chainsOf(id).some((chain) => whole.has(chain)));
  const ids = new Set(single.map(({ id }) => id));
  const entries = single.map(({ id }): TaggedEntry => ({ kind: 'task', id, after: ancestorsAmong(registry, id, ids) }));
  return [...[...whole].map((id): TaggedEntry => ({ kind: 'chain', id, after: [] })), ...inOrder(entries)];
}

function ancestorsAmong(registry: Registry, task: string, among: ReadonlySet<string>): string[] {
  const before = new Set<string>();
  for (const chain of registry.chainsOf(task)) {
    const graph = new Map([...registry.chain(chain)!.placements].map(([id, { dependsOn }]) => [id, dependsOn]));
    for (const other of among) if (other !== task && graph.has(other) && descendants(graph, other).has(task)) before.add(other);
  }
  return [...before].sort();
}

/** Two chains may order the same two tasks differently: then neither waits for the other. */
function inOrder(entries: readonly TaggedEntry[]): TaggedEntry[] {
  const left = new Map(entries.map((entry) => [entry.id, entry]));
  const ordered: TaggedEntry[] = [];
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ after }) => !after.some((id) => left.has(id)));
    for (const entry of ready.length > 0 ? ready : [...left.values()].map((one) => ({ ...one, after: [] }))) {
      ordered.push(entry);
      left.delete(entry.id);
    }
  }
  return ordered;
}
