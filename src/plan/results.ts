/** Results of tasks and chains: how they are made, judged and told. */
import { canonicalId } from './ids.js';
import { cut } from './limits.js';
import { classOf, isSatisfactory, type Decision } from './rules.js';
import type {
  Asked,
  AttemptError,
  ChainPlan,
  ChainResult,
  JsonObject,
  Kind,
  RunWhen,
  Status,
  TaskOutcome,
  TaskResult,
} from './types.js';

/** Who a result speaks of. */
export interface RunIdentity {
  task: string;
  date: string;
  runKey: string;
  scheduledFor: string;
  taskId: string;
}

/** What a run ended with, apart from who it was. */
export interface Ending {
  status: Status;
  kind?: Kind | null;
  reason?: string | null;
  settled: boolean;
  errors?: string[];
  warnings?: string[];
  attemptErrors?: AttemptError[];
  attempts?: number;
  started?: string | null;
  finished?: string | null;
  by?: string | null;
  output?: JsonObject;
}

/** The result of a task's run. Its output's fields stand at the top level too, unless the name is taken. */
export function taskResult(run: RunIdentity, ending: Ending): TaskResult {
  const output = ending.output ?? {};
  return {
    ...output,
    task: run.task,
    date: run.date,
    run_key: run.runKey,
    scheduled_for: run.scheduledFor,
    task_id: run.taskId,
    status: ending.status,
    kind: ending.kind ?? null,
    reason: ending.reason ?? null,
    settled: ending.settled,
    errors: ending.errors ?? [],
    warnings: ending.warnings ?? [],
    attempt_errors: ending.attemptErrors ?? [],
    attempts: ending.attempts ?? 0,
    started: ending.started ?? null,
    finished: ending.finished ?? null,
    by: ending.by ?? null,
    output,
  };
}

/** A run ended by a person's decision. `tried`: what it had done before. */
export function skippedByOperator(
  run: RunIdentity,
  asked: Asked,
  now: string,
  tried: Pick<Ending, 'attempts' | 'attemptErrors'> = {},
): TaskResult {
  return taskResult(run, {
    ...tried,
    status: 'skipped',
    kind: 'skipped_by_operator',
    reason: asked.reason ?? 'no reason given',
    settled: true,
    by: asked.by,
    finished: now,
  });
}

/** The line of a task in its chain's result. */
export function outcomeOf(result: TaskResult, satisfied: boolean): TaskOutcome {
  return {
    status: result.status,
    kind: result.kind,
    reason: result.reason,
    settled: result.settled,
    run: canonicalId(result.task, result.run_key),
    satisfied,
    attempts: result.attempts,
    started: result.started,
    finished: result.finished,
    errors: result.errors.length,
    warnings: result.warnings.length,
  };
}

/** The line of a task that has no result of its own to show. */
export function bareOutcome(status: Status, kind: Kind | null, reason: string | null, run: string | null = null): TaskOutcome {
  return {
    status,
    kind,
    reason,
    settled: false,
    run,
    satisfied: false,
    attempts: 0,
    started: null,
    finished: null,
    errors: 0,
    warnings: 0,
  };
}

/** The line of a task its rule decided: it names the parents that brought it about. */
export function outcomeByRule(
  decision: Exclude<Decision, 'run'>,
  runWhen: RunWhen,
  parents: readonly [string, TaskOutcome][],
): TaskOutcome {
  const wanted = decision === 'upstream_failed' ? 'F' : decision === 'upstream_skipped' ? 'K' : null;
  const causes = parents.filter(([, outcome]) => wanted === null || classOf(outcome) === wanted);
  const named = causes.slice(0, 3).map(([id, outcome]) => `${id} ${describeOutcome(outcome)}`);
  const more = causes.length > named.length ? ` and ${causes.length - named.length} more` : '';
  return bareOutcome('skipped', decision, `runWhen ${runWhen}: ${named.join(', ')}${more}`);
}

/** `failed`, `skipped (no_work)`. */
export function describeOutcome(outcome: { status: Status; kind: Kind | null }): string {
  return outcome.status === 'skipped' ? `skipped (${outcome.kind})` : outcome.status;
}

/** The result of a chain, from the outcomes of all its tasks. */
export function chainResult(
  run: { chain: string; date: string; runKey: string; scheduledFor: string },
  plan: ChainPlan,
  outcomes: ReadonlyMap<string, TaskOutcome>,
  ending?: { status: Status; kind: Kind | null; reason: string | null },
): ChainResult {
  const tasks: Record<string, TaskOutcome> = {};
  const counts: Record<Status, number> = { pending: 0, success: 0, skipped: 0, failed: 0, cancelled: 0 };
  let satisfactory = true;
  for (const { id } of plan.tasks) {
    const outcome = outcomes.get(id) ?? bareOutcome('pending', null, null);
    tasks[id] = outcome;
    counts[outcome.status]++;
    satisfactory &&= isSatisfactory(outcome);
  }
  const status = ending?.status ?? (satisfactory ? 'success' : 'failed');
  return {
    chain: run.chain,
    date: run.date,
    run_key: run.runKey,
    scheduled_for: run.scheduledFor,
    status,
    kind: ending?.kind ?? (status === 'failed' ? 'error' : null),
    reason: ending?.reason ?? null,
    tasks,
    counts,
  };
}

/** How many lines of a failed chain's message name tasks; the whole table is in its details. */
const TOLD_TASKS = 12;

/**
 * What a failed chain says: the counts, each task that stands in the way, and the next command.
 * `deadline`, in words: it is what failed the chain.
 */
export function chainFailureMessage(result: ChainResult, deadline?: string): string {
  const counts = (Object.keys(result.counts) as Status[])
    .filter((status) => result.counts[status] > 0)
    .map((status) => `${result.counts[status]} ${status}`);
  const open = Object.entries(result.tasks).filter(([, outcome]) => !isSatisfactory(outcome));
  const width = Math.max(0, ...open.slice(0, TOLD_TASKS).map(([id]) => id.length));
  const lines = open
    .slice(0, TOLD_TASKS)
    .map(
      ([id, outcome]) =>
        `  ${id.padEnd(width)}  ${outcome.kind && outcome.kind !== 'error' ? outcome.kind : outcome.status}${outcome.reason ? `: ${cut(outcome.reason, 200)}` : ''}`,
    );
  if (open.length > TOLD_TASKS) lines.push(`  … and ${open.length - TOLD_TASKS} more`);
  const id = canonicalId(result.chain, result.run_key);
  return [
    `${result.chain} ${result.run_key} failed${deadline === undefined ? '' : ` at its deadline, ${deadline}`}: ${counts.join(', ')}.`,
    ...lines,
    `Run again what did not succeed: daychain rerun ${id}`,
  ].join('\n');
}

/** What a task's run that did not end well says: the reason and the next command. */
export function taskFailureMessage(result: TaskResult): string {
  const id = canonicalId(result.task, result.run_key);
  const tried = result.attempts > 1 ? ` after ${result.attempts} attempts` : '';
  const what =
    result.status === 'skipped'
      ? `was skipped (${result.kind})`
      : `failed${tried}${result.kind && result.kind !== 'error' ? ` (${result.kind})` : ''}`;
  return `${result.task} ${result.run_key} ${what}: ${result.reason ?? 'no reason given'}\nRun it again: daychain rerun ${id}`;
}
