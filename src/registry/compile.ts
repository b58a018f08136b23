/** Compiles a checked chain into its plan. */
import { createHash } from 'node:crypto';
import { groups } from '../plan/graph.js';
import { MAX_PLAN_BYTES } from '../plan/limits.js';
import type { ChainPlan, JsonObject, PlanTask, TaskSpec } from '../plan/types.js';
import type { ChainFile } from './chains.js';
import type { Note } from './problems.js';

/**
 * The plan of a chain. Tasks stand in groups that may run at once, and inside a group as the author wrote them;
 * the version is a hash of everything else.
 */
export function compilePlan(
  chain: string,
  file: ChainFile,
  taskOf: (task: string) => { spec: TaskSpec; dependsOnPast: boolean },
  params: Readonly<Record<string, JsonObject>>,
): ChainPlan {
  const graph = new Map([...file.placements].map(([id, { dependsOn }]) => [id, dependsOn]));
  const tasks = groups(graph)
    .flat()
    .map((id): PlanTask => {
      const { dependsOn, runWhen, dependsOnPast } = file.placements.get(id)!;
      const task = taskOf(id);
      return {
        id,
        dependsOn: [...dependsOn],
        runWhen,
        ...((dependsOnPast ?? task.dependsOnPast) ? { dependsOnPast: true as const } : {}),
        // An id may be the name of something every object has.
        params: Object.hasOwn(params, id) ? params[id]! : {},
        spec: task.spec,
      };
    });
  const plan = { chain, timezone: file.timezone, concurrency: file.concurrency, tasks };
  const version = createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 12);
  return { chain, version, timezone: plan.timezone, concurrency: plan.concurrency, tasks };
}

/** Notes a plan that cannot travel. */
export function checkSize(note: Note, plan: ChainPlan): void {
  const bytes = Buffer.byteLength(JSON.stringify(plan));
  if (bytes <= MAX_PLAN_BYTES) return;
  const size = (count: number) => `${count.toLocaleString('en')} bytes`;
  note(
    'tasks',
    bytes,
    `the chain's plan has ${size(bytes)}; at most ${size(MAX_PLAN_BYTES)} can travel to Temporal: shorten params, or split the chain.`,
  );
}
