/** Asking a task's condition: what it is handed, and what its answer means. */
import { PermanentError } from '../define/errors.js';
import type { ConditionContext, Postponed, RunFound, TaskContext } from '../define/types.js';
import { canonicalId } from '../plan/ids.js';
import { cut } from '../plan/limits.js';
import type { TaskResult } from '../plan/types.js';
import type { SeenRun } from './runs.js';
import type { Verdict } from './verdict.js';
import { postponementMs } from './waits.js';

export interface ConditionParts {
  /** Epoch milliseconds by the server's clock. */
  now: number;
  timezone: string;
  /** The newest run of a workflow ID, if it is one of this project's. */
  runOf(workflowId: string): Promise<RunFound>;
}

export function conditionContext(ctx: TaskContext, parts: ConditionParts): ConditionContext {
  const more: Pick<ConditionContext, 'now' | 'timezone' | 'postpone' | 'runOf'> = {
    now: new Date(parts.now),
    timezone: parts.timezone,
    postpone(wait, reason = 'its condition does not hold yet') {
      postponementMs(wait);
      return { postponed: wait, reason: cut(reason) };
    },
    runOf: (task, runKey = ctx.date) => parts.runOf(canonicalId(task, runKey)),
  };
  return Object.assign(Object.create(ctx) as TaskContext, more);
}

/** What the answer of a condition means. Anything but the answers there are is refused: a `false` says neither skip nor postpone. */
export function conditionVerdict(answer: unknown): Verdict {
  if (answer === true) return { is: 'condition_met' };
  if (isObject(answer) && 'postponed' in answer) {
    const { postponed, reason } = answer as unknown as Postponed;
    return { is: 'postponed', reason, forMs: postponementMs(postponed) };
  }
  if (isObject(answer) && answer.ended === 'skipped_by_task' && typeof answer.reason === 'string') {
    const settled = answer.settled !== false;
    const kind = settled ? 'condition_not_met' : 'skipped_by_task';
    return { is: 'ending', ending: { status: 'skipped', kind, reason: answer.reason, settled } };
  }
  const came = answer === undefined ? 'nothing' : (JSON.stringify(answer) ?? typeof answer);
  const text = `condition returned ${came}; it returns true, ctx.skip('why') or ctx.postpone('10 minutes', 'why')`;
  return { is: 'failure', error: new PermanentError(text) };
}

/** A run as a condition sees it. */
export async function runFound(run: SeenRun | null): Promise<RunFound> {
  if (run === null) return { status: 'absent', kind: null, reason: null, output: {}, finished: null };
  if (run.open) return { status: 'pending', kind: null, reason: null, output: {}, finished: null };
  const end = await run.end();
  const finished = new Date(run.closedAt);
  const result = end.result as TaskResult | null;
  if (isObject(result) && 'task_id' in result) {
    const { status, kind, reason, output } = result;
    return { status, kind, reason, output, finished };
  }
  const status = end.end === 'completed' ? 'success' : end.end === 'cancelled' ? 'cancelled' : 'failed';
  const reason = 'message' in end ? end.message : null;
  return { status, kind: null, reason, output: {}, finished };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
