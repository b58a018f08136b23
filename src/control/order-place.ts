/** Where an order about a run belongs: with the run itself, or with the open chain that has not come to it yet. */
import { canonicalId, parseCanonicalId } from '../plan/ids.js';
import type { ChainProgress } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { askProgress, describeRun, type RunView } from './describe-run.js';
import { BadInput, Refused } from './errors.js';
import type { RunSummary } from './run-summary.js';
import type { Server } from './server.js';

/** A run that is ordered about: a task's or a chain's, whether it exists yet or not. */
export interface OrderTarget {
  kind: 'task' | 'chain';
  id: string;
  runKey: string;
  workflowId: string;
}

/** A chain's open run that will come to the task, or has. */
export interface ChainTurn {
  run: RunSummary;
  /** Null if no worker says. */
  reached: boolean | null;
}

export type OrderPlace =
  | { is: 'open'; run: RunView; turns: ChainTurn[] }
  /** Its chain's run is open and has not come to it. */
  | { is: 'ahead'; chain: RunSummary; ended: RunView | null }
  | { is: 'closed'; run: RunView }
  | { is: 'absent' };

/** @throws BadInput for what is no run of a task or chain of this project */
export function readTarget(registry: Registry, workflowId: string): OrderTarget {
  const parsed = parseCanonicalId(workflowId);
  if (parsed === null) {
    throw new BadInput(`${workflowId} is no run of a task or chain; a run is an id and a date, like daily-chain:20260203`);
  }
  const { id, runKey } = parsed;
  if (registry.chain(id) !== undefined) return { kind: 'chain', id, runKey, workflowId };
  if (registry.task(id) !== undefined) return { kind: 'task', id, runKey, workflowId };
  throw new BadInput(`There is no task or chain "${id}" in project ${registry.project.name}.\nSee all: daychain list`);
}

/** @throws Refused `id_taken` if the run is another project's */
export async function placeOf(server: Server, registry: Registry, target: OrderTarget): Promise<OrderPlace> {
  const run = await describeRun(server, target.workflowId);
  if (run !== null && run.taskQueue !== server.taskQueue) {
    throw new Refused(
      'id_taken',
      `${run.workflowId} belongs to the task queue "${run.taskQueue}", not to "${server.taskQueue}".`,
    );
  }
  const turns = target.kind === 'task' ? await chainTurns(server, registry, target) : [];
  if (run !== null && run.end === null) return { is: 'open', run, turns };
  const ahead = turns.find(({ reached }) => reached !== true);
  if (ahead !== undefined && run?.end !== 'completed') return { is: 'ahead', chain: ahead.run, ended: run };
  return run === null ? { is: 'absent' } : { is: 'closed', run };
}

/** Open runs, for the same run key, of the chains a task stands in, as far as they have not decided it. */
async function chainTurns(server: Server, registry: Registry, { id, runKey }: OrderTarget): Promise<ChainTurn[]> {
  const turns = await Promise.all(
    registry.chainsOf(id).map(async (chain): Promise<ChainTurn[]> => {
      const run = await describeRun(server, canonicalId(chain, runKey), { ask: false });
      if (run === null || run.end !== null || run.taskQueue !== server.taskQueue) return [];
      const progress = (await askProgress(server, run)) as ChainProgress | null;
      const tasks = progress?.tasks ?? {};
      // A chain that has just begun does not name its tasks yet.
      const line = Object.hasOwn(tasks, id) ? tasks[id] : undefined;
      if (line === undefined) return [{ run, reached: progress === null ? null : false }];
      return line.status === 'pending' ? [{ run, reached: line.phase === 'running' }] : [];
    }),
  );
  return turns.flat();
}
