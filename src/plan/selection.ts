/** What a rerun does with each task of a chain. */
import { descendants } from './graph.js';
import type { ChainPlan, Rerun } from './types.js';

/**
 * - `start`: as in any run: what has not succeeded runs, what has is taken as it is
 * - `repeat`: runs even if it has succeeded
 * - `keep`: is not started; its earlier run, if there is one, says how it ended
 */
export type Treatment = 'start' | 'repeat' | 'keep';

/** Says what is wrong with a rerun of this plan, or null. */
export function rerunProblem(plan: ChainPlan, rerun: Rerun): string | null {
  if (rerun.mode !== 'from' && rerun.mode !== 'only' && rerun.mode !== 'chosen') return null;
  const named = rerun.mode === 'chosen' ? (rerun.tasks ?? []) : rerun.task === undefined ? [] : [rerun.task];
  if (named.length === 0)
    return rerun.mode === 'chosen' ? 'a rerun of chosen tasks names them' : `a rerun ${rerun.mode} a task names the task`;
  const unknown = named.find((task) => !plan.tasks.some(({ id }) => id === task));
  if (unknown === undefined) return null;
  return `${plan.chain} has no task "${unknown}"; it has ${plan.tasks.map(({ id }) => id).join(', ')}`;
}

/** How each task is treated. Without a rerun all are started. `skipped` is decided as tasks are met: see repeatsWhenSkipped. */
export function treatments(plan: ChainPlan, rerun: Rerun | undefined): (task: string) => Treatment {
  switch (rerun?.mode) {
    case 'all':
      return () => 'repeat';
    case 'only':
      return (task) => (task === rerun.task ? 'repeat' : 'keep');
    case 'chosen': {
      const chosen = new Set(rerun.tasks);
      return (task) => (!chosen.has(task) ? 'keep' : rerun.again ? 'repeat' : 'start');
    }
    case 'from': {
      const graph = new Map(plan.tasks.map(({ id, dependsOn }) => [id, dependsOn]));
      const chosen = descendants(graph, rerun.task ?? '').add(rerun.task ?? '');
      return (task) => (chosen.has(task) ? 'repeat' : 'keep');
    }
    default:
      return () => 'start';
  }
}
