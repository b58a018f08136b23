/** What one task of a chain's date is at, from whichever source knows it best. Pure. */
import { durationText } from '../../plan/duration.js';
import type { AttemptError, ChainProgress, Kind, Phase, Status, TaskOutcome } from '../../plan/types.js';
import type { PendingAttempt, RunView } from '../describe-run.js';
import { endState, type CellState } from './cell.js';
import type { GridCell } from './grid-types.js';

export interface TaskState {
  /** Workflow ID; null where it has no run (yet). */
  run: string | null;
  state: CellState;
  kind: Kind | null;
  phase: Phase | null;
  reason: string | null;
  attempt: number;
  started: string | null;
  finished: string | null;
  satisfied: boolean;
  errors: number;
  warnings: number;
  /** Of an open run. */
  pending: PendingAttempt | null;
  lastError: AttemptError | null;
}

const NOTHING: TaskState = {
  run: null,
  state: 'none',
  kind: null,
  phase: null,
  reason: null,
  attempt: 0,
  started: null,
  finished: null,
  satisfied: false,
  errors: 0,
  warnings: 0,
  pending: null,
  lastError: null,
};

/** An open run that was looked at. */
export function openTaskState(view: RunView): TaskState {
  const progress = view.progress?.kind === 'task' ? view.progress : null;
  const attempt = view.pending?.activity === view.id ? view.pending : null;
  const phase = phaseOf(progress?.phase ?? null, attempt);
  const error = attempt?.attemptErrors.at(-1) ?? null;
  const failure = attempt?.lastFailure ?? null;
  const waiting = (attempt?.waiting ?? null) !== null;
  return {
    ...NOTHING,
    run: view.workflowId,
    state: phase === 'running' ? 'running' : phase === 'retrying' ? 'retrying' : 'waiting',
    phase,
    reason: progress?.detail ?? (waiting ? failure : null),
    attempt: attempt === null ? 0 : attempt.state === 'scheduled' ? attempt.attempt - 1 : attempt.attempt,
    started: view.started,
    pending: view.pending,
    lastError:
      error ??
      (failure === null || attempt === null || waiting
        ? null
        : { attempt: attempt.attempt - 1, at: view.started, message: failure }),
  };
}

/** Only the server knows that a body pauses between attempts, or has not been taken yet. */
export function phaseOf(said: Phase | null, attempt: PendingAttempt | null): Phase {
  if (attempt?.state === 'paused') return 'held';
  if (attempt?.waiting) return attempt.waiting;
  if (attempt?.state === 'scheduled') return attempt.attempt > 1 ? 'retrying' : 'queued';
  return said ?? (attempt === null ? 'queued' : 'running');
}

/** A line of a closed chain's table. */
export function decidedState(outcome: TaskOutcome): TaskState {
  const { status, kind, reason, run, attempts, started, finished, satisfied, errors, warnings } = outcome;
  const state = status === 'pending' ? 'none' : endState(status, errors + warnings > 0);
  const lastError =
    status === 'failed' && reason !== null && attempts > 0 && finished !== null
      ? { attempt: attempts, at: finished, message: reason }
      : null;
  return { ...NOTHING, run, state, kind, reason, attempt: attempts, started, finished, satisfied, errors, warnings, lastError };
}

/** A task of an open chain that was not looked at: the chain's own word, and what the lists say of its run. */
export function toldState(line: ChainProgress['tasks'][string] | undefined, cell: GridCell | undefined): TaskState {
  const listed = cell === undefined ? NOTHING : cellState(cell);
  if (line === undefined) return listed;
  const { status, kind, phase, reason } = line;
  if (status !== 'pending')
    return { ...listed, state: endedAs(status, listed), kind, reason: reason ?? listed.reason, phase: null };
  if (phase === 'running')
    return { ...listed, state: listed.state === 'retrying' ? 'retrying' : 'running', phase, finished: null };
  return { ...NOTHING, state: 'waiting', phase, reason };
}

/** The chain knows of an end before the lists do; whether it is amber only the run knows. */
function endedAs(status: Exclude<Status, 'pending'>, listed: TaskState): CellState {
  return status === 'success' && listed.state === 'warned' ? 'warned' : endState(status, false);
}

export function cellState(cell: GridCell): TaskState {
  const {
    state,
    kind = null,
    phase = null,
    reason = null,
    run = null,
    started = null,
    durationMs,
    attempts = 1,
    satisfied,
  } = cell;
  const finished = started !== null && durationMs !== undefined ? new Date(Date.parse(started) + durationMs).toISOString() : null;
  const attempt = run === null ? 0 : attempts;
  return { ...NOTHING, state, kind, phase, reason, run, started, finished, attempt, satisfied: satisfied ?? false };
}

export interface Wording {
  /** Parents that are not decided yet. */
  parents: readonly string[];
  maximumAttempts: number;
  chainHeld: { by: string; reason: string | null } | null;
}

/** One sentence without its subject: what it waits for, or how it ended. */
export function sentenceFor(task: TaskState, { parents, maximumAttempts, chainHeld }: Wording): string {
  const why = task.reason === null ? '' : `: ${task.reason.split('\n')[0]}`;
  const took =
    task.started !== null && task.finished !== null
      ? ` in ${durationText(Math.max(0, Date.parse(task.finished) - Date.parse(task.started)))}`
      : '';
  switch (task.state) {
    case 'success':
    case 'warned':
      return `succeeded${took}${task.attempt > 1 ? `, after ${task.attempt} attempts` : ''}${troubles(task)}`;
    case 'skipped':
      return `was skipped (${task.kind ?? 'no reason known'})${why}`;
    case 'failed':
      return `failed${task.kind !== null && task.kind !== 'error' ? ` (${task.kind})` : ''}${task.attempt > 1 ? ` after ${task.attempt} attempts` : ''}${why}`;
    case 'cancelled':
      return `was cancelled${why}`;
    case 'running':
      return task.attempt > 0 ? `is running, attempt ${task.attempt} of ${maximumAttempts}` : 'is running';
    case 'retrying':
      return `waits for attempt ${task.attempt + 1} of ${maximumAttempts}${task.lastError === null ? why : `; last error: ${task.lastError.message}`}`;
    case 'waiting':
      return waitingFor(task, parents, chainHeld, why);
    case 'none':
      return task.reason === null ? 'has not run' : `has not run${why}`;
    default:
      return 'has not run';
  }
}

const WAITS: Partial<Record<Phase, string>> = {
  queued: 'waits for a worker to take it',
  waiting_for_lock: 'waits for its lock',
  waiting_for_worker: 'waits for a worker that has it',
  waiting_for_run: 'waits for another run',
  waiting_for_work: 'found no work, and looks again later',
  postponed: 'is postponed',
  held: 'is held',
};

function waitingFor({ phase }: TaskState, parents: readonly string[], held: Wording['chainHeld'], why: string): string {
  if (phase !== null && WAITS[phase] !== undefined) return `${WAITS[phase]}${why}`;
  if (held !== null) return `waits: its chain is held by ${held.by}${held.reason === null ? '' : `: ${held.reason}`}`;
  if (parents.length === 0) return 'waits for its turn';
  const more = parents.length > 3 ? ` and ${parents.length - 3} more` : '';
  return `waits for ${parents.slice(0, 3).join(', ')}${more}`;
}

function troubles({ errors, warnings }: TaskState): string {
  const parts = [
    ...(errors > 0 ? [`${errors} item ${errors === 1 ? 'error' : 'errors'}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  return parts.length === 0 ? '' : `, with ${parts.join(' and ')}`;
}
