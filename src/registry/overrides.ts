/** Params given for one run. */
import type { ChainPlan, JsonObject, PlanTask } from '../plan/types.js';
import { readParams } from './params.js';
import { nearest, problemText, type Note, type Problem } from './problems.js';
import type { Registry } from './registry.js';

/**
 * A task's params for one run, as they travel: defaults of its schema filled in.
 * @throws RangeError in words, with everything that does not fit
 */
export function checkedParams(registry: Registry, task: string, given: unknown): JsonObject {
  const entry = registry.task(task);
  const schema = entry?.kind === 'body' ? entry.definition?.params : undefined;
  const problems: Problem[] = [];
  const note: Note = (field, value, message, suggestion) =>
    problems.push({ file: task, field, value, message, ...(suggestion && { suggestion }) });
  const params = readParams(note, 'params', schema, given);
  if (params && problems.length === 0) return params;
  throw new RangeError(
    `params do not fit ${task}: ${problems.map((problem) => `${problem.field}: ${problemText(problem)}`).join(' ')}`,
  );
}

/** The plan with params of single tasks replaced. */
export function checkOverrides(registry: Registry, plan: ChainPlan, overrides: Readonly<Record<string, unknown>>): ChainPlan {
  const names = Object.keys(overrides);
  if (names.length === 0) return plan;
  const ids = plan.tasks.map(({ id }) => id);
  const stranger = names.find((name) => !ids.includes(name));
  if (stranger !== undefined) {
    const suggestion = nearest(stranger, ids);
    throw new RangeError(
      `params are given for "${stranger}", which is no task of ${plan.chain}.${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    );
  }
  const replaced = (task: PlanTask): PlanTask =>
    names.includes(task.id) ? { ...task, params: checkedParams(registry, task.id, overrides[task.id]) } : task;
  return { ...plan, tasks: plan.tasks.map(replaced) };
}
