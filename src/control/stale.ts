/** What a repeated task leaves behind: results made from its earlier output. */
import { descendants } from '../plan/graph.js';
import { canonicalId } from '../plan/ids.js';
import type { ChainPlan } from '../plan/types.js';
import { describeRun } from './describe-run.js';
import type { Server } from './server.js';

/** More runs than this are not looked up; the answer then names only the first. */
const MAX_LOOKED_UP = 100;

/**
 * Runs of this run key that have completed with what a repeated task gave them, and are not repeated with it:
 * workflow IDs in the plans' order.
 */
export async function staleRuns(
  server: Server,
  plans: readonly ChainPlan[],
  runKey: string,
  repeated: ReadonlySet<string>,
): Promise<string[]> {
  const after = new Set<string>();
  for (const plan of plans) {
    const graph = new Map(plan.tasks.map(({ id, dependsOn }) => [id, dependsOn]));
    const below = new Set([...repeated].flatMap((task) => [...descendants(graph, task)]));
    for (const { id } of plan.tasks) if (below.has(id) && !repeated.has(id)) after.add(id);
  }
  const looked = await Promise.all(
    [...after].slice(0, MAX_LOOKED_UP).map(async (task) => {
      const id = canonicalId(task, runKey);
      const run = await describeRun(server, id, { ask: false });
      return run?.end === 'completed' ? [id] : [];
    }),
  );
  return looked.flat();
}
