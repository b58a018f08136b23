/** A chain before it runs: what depends on what, in which order, and what each task would do. */
import { z } from '@hono/zod-openapi';
import { NotFound } from '../../../control/errors.js';
import { graphOf, layoutGraph } from '../../../control/graph-layout.js';
import { unknownEntry } from '../../../control/run-words.js';
import { groups } from '../../../plan/graph.js';
import { outlook } from '../../../plan/outlook.js';
import { readOutcomes } from '../../../registry/chain-data.js';
import type { Registry } from '../../../registry/index.js';
import { readRoute, type Api } from '../frame.js';
import { HttpProblem } from '../problem.js';
import { Id, listOf, PlacedTask } from '../schemas/common.js';

const TAG = 'Project';

export function planRoutes(api: Api): void {
  graphRoute(api);
  planRoute(api);
}

/** As the terminal's own JSON has it: room for the task's name. */
const boxOf = (task: string) => ({ width: 24 + 8 * task.length, height: 32 });

function graphRoute(api: Api): void {
  const Point = z.object({ x: z.number(), y: z.number() });
  const Node = Point.extend({ id: z.string(), width: z.number(), height: z.number(), rank: z.number().int() });
  readRoute(
    api,
    {
      path: '/api/chains/{chain}/graph',
      tag: TAG,
      summary: 'What depends on what in it, laid out from left to right',
      description: 'As the files have it. As a run has it, with states: /api/dates/{chain}/{runKey}',
      params: z.object({ chain: Id }),
      answer: z
        .object({
          chain: z.string(),
          tasks: z.array(PlacedTask),
          layout: z.object({
            width: z.number(),
            height: z.number(),
            nodes: z.array(Node),
            edges: z.array(z.object({ from: z.string(), to: z.string(), points: z.array(Point) })),
          }),
        })
        .openapi('ChainGraph'),
    },
    ({ project: { registry }, params: { chain: id } }) => {
      const tasks = [...placementsOf(registry, id)].map(([task, { dependsOn, runWhen }]) => ({
        id: task,
        dependsOn: [...dependsOn],
        runWhen,
      }));
      return { chain: id, tasks, layout: layoutGraph(graphOf(tasks), { sizeOf: boxOf }) };
    },
  );
}

function planRoute(api: Api): void {
  const Outcome = z
    .string()
    .max(160)
    .regex(/^[a-z][a-z0-9_-]{0,79}=[a-z_]{1,40}$/, 'is no outcome; write it like task_a=success');
  readRoute(
    api,
    {
      path: '/api/chains/{chain}/plan',
      tag: TAG,
      summary: 'In which order its tasks run, or what each would do by the outcomes so far',
      params: z.object({ chain: Id }),
      query: z.object({ outcome: listOf(Outcome) }),
      answer: z.object({
        order: z.array(z.array(z.string())),
        decisions: z.record(z.string(), z.object({ decision: z.string(), why: z.string() })).nullable(),
      }),
    },
    ({ project: { registry }, params, query }) => {
      const placements = placementsOf(registry, params.chain);
      const order = groups(new Map([...placements].map(([id, { dependsOn }]) => [id, dependsOn])));
      if (query.outcome.length === 0) return { order, decisions: null };
      const outcomes = Object.fromEntries(query.outcome.map((word) => word.split('=') as [string, string]));
      return { order, decisions: Object.fromEntries(outlook(placements, readOutcomes(outcomes, placements, 'outcome'))) };
    },
  );
}

/** @throws NotFound; HttpProblem 409 where it cannot run */
function placementsOf(registry: Registry, id: string) {
  const chain = registry.chain(id);
  if (chain === undefined) throw new NotFound(unknownEntry(registry, id));
  const { placements, brokenBecause } = chain;
  if (brokenBecause !== undefined) throw new HttpProblem(409, 'broken', `${id} cannot run: ${brokenBecause}`);
  return placements;
}
