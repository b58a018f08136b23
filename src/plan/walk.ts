/** The walk over a plan as a pure step: what is decided without a run, and what may start now. */
import { outcomeByRule } from './results.js';
import { classOf, decide } from './rules.js';
import type { ChainPlan, PlanTask, TaskOutcome } from './types.js';

export interface Step {
  /** Tasks whose rule settled them without a run, in the plan's order. */
  decided: Map<string, TaskOutcome>;
  /** Tasks to start now, as many as the concurrency leaves room for. */
  ready: PlanTask[];
}

/**
 * One step of the walk.
 * @param outcomes what has ended; @param open what has started and not ended; @param held tasks nobody may start yet
 */
export function step(
  plan: ChainPlan,
  outcomes: ReadonlyMap<string, TaskOutcome>,
  open: ReadonlySet<string>,
  held: ReadonlySet<string> = new Set(),
): Step {
  const decided = new Map<string, TaskOutcome>();
  const ready: PlanTask[] = [];
  // The plan's order puts parents first, so one pass carries a decision down to every descendant.
  for (const task of plan.tasks) {
    if (outcomes.has(task.id) || open.has(task.id)) continue;
    const parents: [string, TaskOutcome][] = [];
    for (const id of task.dependsOn) {
      const outcome = outcomes.get(id) ?? decided.get(id);
      if (outcome) parents.push([id, outcome]);
    }
    if (parents.length < task.dependsOn.length) continue;
    const decision = decide(
      task.runWhen,
      parents.map(([, outcome]) => classOf(outcome)),
    );
    if (decision !== 'run') decided.set(task.id, outcomeByRule(decision, task.runWhen, parents));
    else if (!held.has(task.id)) ready.push(task);
  }
  return { decided, ready: ready.slice(0, Math.max(0, plan.concurrency - open.size)) };
}
