/** The plan a chain's date is drawn by. */
import type { ChainPlan, PlanTask } from '../../plan/types.js';
import type { Registry } from '../../registry/index.js';

/** What is needed of a task; its spec is not known of one that only a result names. */
export type DrawnTask = Pick<PlanTask, 'id' | 'dependsOn' | 'runWhen'> & { spec: PlanTask['spec'] | null };

export interface DrawnPlan {
  from: 'run' | 'files';
  tasks: DrawnTask[];
  /** In words, where today's files differ from the run. */
  note: string | null;
}

/**
 * @param own the plan the run was started with; null where there is no run, or its input does not hold it
 * @param ran tasks that the run's table of outcomes names
 */
export function drawnPlan(
  registry: Registry,
  chain: string,
  own: ChainPlan | null,
  hasRun: boolean,
  ran: readonly string[],
): DrawnPlan {
  const today = planOfToday(registry, chain);
  if (own !== null) {
    const same = 'plan' in today && today.plan.version === own.version;
    return { from: 'run', tasks: own.tasks, note: same ? null : noteOn(own, today) };
  }
  const tasks: DrawnTask[] = 'plan' in today ? [...today.plan.tasks] : [];
  const known = new Set(tasks.map(({ id }) => id));
  const former = ran
    .filter((id) => !known.has(id))
    .map((id) => ({ id, dependsOn: [], runWhen: 'all_success' as const, spec: null }));
  const note =
    'problem' in today ? today.problem : hasRun ? "drawn by today's files: the run was started without its plan" : null;
  return { from: 'files', tasks: [...tasks, ...former], note };
}

type Today = { plan: ChainPlan } | { problem: string };

function planOfToday(registry: Registry, chain: string): Today {
  try {
    return { plan: registry.plan(chain) };
  } catch (error) {
    if (error instanceof RangeError) return { problem: error.message };
    throw error;
  }
}

function noteOn(own: ChainPlan, today: Today): string {
  if ('problem' in today) return `the run keeps the plan it was started with; today ${today.problem}`;
  const then = new Set(own.tasks.map(({ id }) => id));
  const now = new Set(today.plan.tasks.map(({ id }) => id));
  const added = [...now].filter((id) => !then.has(id));
  const gone = [...then].filter((id) => !now.has(id));
  const parts = [
    ...(added.length > 0 ? [`have ${named(added)} besides`] : []),
    ...(gone.length > 0 ? [`lack ${named(gone)}`] : []),
    ...(added.length + gone.length === 0 ? ['have other edges, settings or params'] : []),
  ];
  return `the run keeps the plan it was started with; today's files ${parts.join(' and ')}. A rerun would use today's`;
}

function named(ids: readonly string[]): string {
  const more = ids.length > 3 ? ` and ${ids.length - 3} more` : '';
  return `${ids.slice(0, 3).join(', ')}${more}`;
}
