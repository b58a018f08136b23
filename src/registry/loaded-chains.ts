/** What the chains of a project say of its tasks. */
import { findCycle } from '../plan/graph.js';
import type { LoadedChain } from './placements.js';

export function commandOf(task: string, chains: readonly LoadedChain[]) {
  for (const { chain } of chains) {
    const command = chain.placements.get(task)?.command;
    if (command) return command;
  }
  return undefined;
}

export function hasCycle({ placements }: LoadedChain['chain']): boolean {
  return findCycle(new Map([...placements].map(([id, { dependsOn }]) => [id, dependsOn]))) !== null;
}

/** Tasks that stand only in chains keyed by slot: they run many times a date, so a date's success key says nothing of them. */
export function tasksBySlotOnly(chains: readonly LoadedChain[]): Set<string> {
  const bySlot = new Set<string>();
  const byDate = new Set<string>();
  for (const { chain } of chains) {
    for (const id of chain.placements.keys()) (chain.compiled?.keyedBy === 'slot' ? bySlot : byDate).add(id);
  }
  return new Set([...bySlot].filter((id) => !byDate.has(id)));
}
