/** A backfill as data: what it is asked to run, how it counts what has ended, and what it says of itself. */
import { canonicalId } from './ids.js';
import { cut } from './limits.js';
import { describeOutcome } from './results.js';
import { isSatisfactory } from './rules.js';
import type { Asked, AwaitedRun, ChainResult, Hold, Json, RunEnd, Status } from './types.js';

/** Which of a range's dates are run. Unstated: what is missing and what failed. `all` repeats what is done. */
export const ONLY = ['missing', 'failed', 'all'] as const;
export type Only = (typeof ONLY)[number];

/** By date: the oldest first, or the newest. */
export const ORDERS = ['asc', 'desc'] as const;
export type BackfillOrder = (typeof ORDERS)[number];

/** One run to be made: its run key, and what it is for. */
export interface BackfillRun {
  /** `YYYYMMDD`. */
  date: string;
  runKey: string;
  /** ISO instant. */
  scheduledFor: string;
}

/** What was asked for: a backfill is known by it, and its memo tells it. */
export interface BackfillRequest extends Asked {
  /** Of a chain, or of a task that runs without one. */
  id: string;
  kind: 'chain' | 'task';
  /** First and last date, `YYYYMMDD`. */
  from: string;
  to: string;
  only: Only | null;
  /** Tasks of the chain that are run; null for all. */
  tasks: string[] | null;
  order: BackfillOrder;
  /** Runs that work at a time. Those after them are started too, and wait their turn. */
  concurrency: number;
}

/** Input of the backfill workflow. */
export interface BackfillInput extends BackfillRequest {
  /** What is still to be run, in the order of its turns. */
  runs: BackfillRun[];
  /** A run waits for all before it, also for those somebody else started. */
  strict?: true;
  /** Tags of the task, where it is a task that runs. */
  tags?: string[];
  /** About how much a run's result takes in the history, in bytes. */
  resultBytes: number;
  /** What earlier executions of this backfill have seen. */
  before?: BackfillState;
}

export interface BackfillFailure {
  /** Workflow ID. */
  run: string;
  message: string;
}

/** Ends counted so far. */
export interface Tally {
  done: number;
  /** Somebody else's run was there first, and succeeded. */
  already: number;
  failed: number;
  cancelled: number;
  /** The first ten that failed. */
  failures: BackfillFailure[];
}

/** What goes on from one execution to the next. */
export interface BackfillState {
  tally: Tally;
  /** Number of runs in all. */
  total: number;
  /** Epoch milliseconds. */
  started: number;
  /** When the last runs of ours ended: how fast it goes. Epoch milliseconds. */
  ends: number[];
  held: Hold | null;
}

/** Answer of its progress query. */
export interface BackfillProgress extends Tally {
  kind: 'backfill';
  status: Status;
  /** ISO instant. */
  started: string;
  total: number;
  /** Runs under way. */
  working: number;
  /** Runs that are started and wait their turn. */
  waiting: number;
  /** Runs that have not ended. */
  left: number;
  held: Hold | null;
  perMinute: number | null;
  /** Milliseconds it still takes at that rate. */
  timeLeft: number | null;
}

/** What a backfill ends with; also in its memo. */
export interface BackfillResult extends Tally, BackfillRequest {
  status: Status;
  kind_of_end: 'hold_expired' | null;
  /** Why it ended so: by whom it was cancelled, whose hold ran out. */
  end_reason: string | null;
  total: number;
  /** Never begun. */
  left: number;
  /** ISO instants. */
  started: string;
  finished: string;
}

export const MAX_BACKFILL_RUNS = 20_000;
export const MAX_BACKFILL_CONCURRENCY = 1_000;
export const DEFAULT_BACKFILL_CONCURRENCY = 5;
const MAX_FAILURES = 10;
/** Ends a rate is taken from. */
const PACE_OF = 60;

/**
 * The workflow ID: whoever asks for the same runs of the same range joins the first. How fast and in which order they
 * are made is no part of it.
 */
export function backfillId({
  id,
  from,
  to,
  only,
  tasks,
}: Pick<BackfillRequest, 'id' | 'from' | 'to' | 'only' | 'tasks'>): string {
  const choices = [only, tasks === null ? null : `tasks-${hash([...tasks].sort().join(','))}`];
  return ['backfill', id, `${from}-${to}`, ...choices.filter((choice) => choice !== null)].join(':');
}

/** Six hex letters (FNV-1a): tells a handful of choices apart, and needs no library inside workflows. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ letter.codePointAt(0)!, 0x01000193) >>> 0;
  return value.toString(16).padStart(8, '0').slice(0, 6);
}

export function emptyTally(): Tally {
  return { done: 0, already: 0, failed: 0, cancelled: 0, failures: [] };
}

export function endedIn({ done, already, failed, cancelled }: Tally): number {
  return done + already + failed + cancelled;
}

export type Counted = { as: 'done' | 'already' | 'cancelled' } | { as: 'failed'; message: string };

/** How a run's end counts. Where tasks were chosen, they alone decide. */
export function countedAs(
  run: Exclude<AwaitedRun, { end: 'absent' }> | RunEnd,
  met: boolean,
  tasks: readonly string[] | null,
): Counted {
  const result = 'result' in run && isChainResult(run.result) ? run.result : null;
  if (tasks !== null && result !== null && run.end !== 'cancelled') {
    const open = tasks.filter((task) => !Object.hasOwn(result.tasks, task) || !isSatisfactory(result.tasks[task]!));
    if (open.length === 0) return { as: met ? 'already' : 'done' };
    return { as: 'failed', message: outcomesText(result, open) };
  }
  switch (run.end) {
    case 'completed':
      return { as: met ? 'already' : 'done' };
    case 'cancelled':
      return { as: 'cancelled' };
    case 'id_taken':
      return { as: 'failed', message: `its workflow ID belongs to the task queue "${run.taskQueue}"` };
    case 'other_params':
      return { as: 'failed', message: 'it runs or ran with other params' };
    case 'awaited_enough':
      return { as: 'failed', message: 'its run was not over in time' };
    default: {
      const open = Object.keys(result?.tasks ?? {}).filter((task) => !isSatisfactory(result!.tasks[task]!));
      return { as: 'failed', message: open.length > 0 ? outcomesText(result!, open) : cut(firstLine(run.message), 300) };
    }
  }
}

/** `task_a: connection refused, and 2 more`: what broke first, not what broke in its wake. */
function outcomesText(result: ChainResult, tasks: readonly string[]): string {
  const rank = (task: string) => (result.tasks[task]?.kind === 'upstream_failed' ? 1 : 0);
  const [first, ...more] = [...tasks].sort((a, b) => rank(a) - rank(b));
  const outcome = Object.hasOwn(result.tasks, first!) ? result.tasks[first!] : undefined;
  const what = outcome === undefined ? 'is not in the plan it ran with' : (outcome.reason ?? describeOutcome(outcome));
  return `${first}: ${cut(firstLine(what), 300)}${more.length > 0 ? `, and ${more.length} more` : ''}`;
}

/** Adds a run's end to the tally. */
export function count(tally: Tally, run: string, counted: Counted): void {
  tally[counted.as]++;
  if (counted.as === 'failed' && tally.failures.length < MAX_FAILURES) tally.failures.push({ run, message: counted.message });
}

/** Remembers that a run ended: only the last ends tell how fast it goes now. */
export function noteEnd(ends: number[], now: number): void {
  ends.push(now);
  if (ends.length > PACE_OF) ends.shift();
}

/** The rate of the last ends, and how long as many as are left take at that rate. Null until three have ended. */
export function paceOf(ends: readonly number[], left: number): { perMinute: number; timeLeft: number } | null {
  if (ends.length < 3) return null;
  const span = Math.max(1, ends[ends.length - 1]! - ends[0]!);
  const each = span / (ends.length - 1);
  return { perMinute: 60_000 / each, timeLeft: left * each };
}

/** `27 done, 2 failed`: the counts that are not nought. */
export function tallyText(tally: Tally, left = 0): string {
  const parts: [number, string][] = [
    [tally.done, 'done'],
    [tally.already, 'done already'],
    [tally.failed, 'failed'],
    [tally.cancelled, 'cancelled'],
    [left, 'left'],
  ];
  const told = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return told.length === 0 ? 'nothing done' : told.join(', ');
}

/** What a backfill that did not succeed says: the counts, what failed first, and the next command. */
export function backfillFailureMessage(result: BackfillResult): string {
  const lines = result.failures.map(({ run, message }) => `  ${run}  ${message}`);
  const more = result.failed - result.failures.length;
  if (more > 0) lines.push(`  … and ${more} more`);
  const why = result.end_reason === null ? '' : ` (${result.end_reason})`;
  return [
    `Backfill of ${result.id}, ${dashed(result.from)} to ${dashed(result.to)}, ${result.status}${why}: ${tallyText(result, result.left)}.`,
    ...lines,
    `Run what is still missing or failed: ${backfillCommand(result)} --yes`,
  ].join('\n');
}

/** The command that makes what is still missing. */
export function backfillCommand({ id, from, to, tasks }: Pick<BackfillRequest, 'id' | 'from' | 'to' | 'tasks'>): string {
  return `daychain backfill ${id} ${dashed(from)} ${dashed(to)}${tasks === null ? '' : ` --tasks ${tasks.join(',')}`}`;
}

/** Says what is wrong with an input, or null. The planner makes none of these; people who start workflows by hand may. */
export function backfillProblem(input: Partial<BackfillInput> | null | undefined): string | null {
  const runs: unknown = input?.runs;
  const whole =
    typeof input?.id === 'string' &&
    (input.kind === 'chain' || input.kind === 'task') &&
    Array.isArray(runs) &&
    runs.every(
      (run: Json) => typeof run === 'object' && run !== null && 'runKey' in run && 'date' in run && 'scheduledFor' in run,
    );
  if (!whole) return 'a backfill is started with its list of runs; have it made: daychain backfill CHAIN FROM TO';
  const { concurrency } = input;
  if (!Number.isInteger(concurrency) || concurrency! < 1 || concurrency! > MAX_BACKFILL_CONCURRENCY)
    return `concurrency is ${String(concurrency)}; it is a whole number from 1 to ${MAX_BACKFILL_CONCURRENCY}`;
  return null;
}

export function runIdOf(request: Pick<BackfillRequest, 'id'>, run: BackfillRun): string {
  return canonicalId(request.id, run.runKey);
}

function isChainResult(value: unknown): value is ChainResult {
  return typeof value === 'object' && value !== null && 'tasks' in value && 'chain' in value;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function dashed(date: string): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
}
