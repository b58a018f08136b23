/** The cells of a chain's grid, from what was read. Pure. */
import { canonicalId, parseCanonicalId } from '../../plan/ids.js';
import { cut } from '../../plan/limits.js';
import type { ChainProgress, ChainResult, Kind, TaskOutcome } from '../../plan/types.js';
import { epochMs } from '../../time/zones.js';
import { isChainResult, type PendingAttempt } from '../describe-run.js';
import type { RunSummary } from '../run-summary.js';
import { endState, type CellState } from './cell.js';
import type { Place } from './grid-columns.js';
import type { ListedShell } from './grid-runs.js';
import type { GridCell } from './grid-types.js';

/** What is known of one chain's runs. */
export interface Known {
  /** By run key. */
  runs: ReadonlyMap<string, RunSummary>;
  /** Runs of single tasks, by workflow ID: open ones, those by hand, and those of chains without a table of outcomes. */
  tasks: ReadonlyMap<string, RunSummary>;
  /** By slot. */
  shells: ReadonlyMap<string, ListedShell>;
  /** What open chains say of themselves, by workflow ID; those not asked are not there. */
  progress: ReadonlyMap<string, ChainProgress>;
  /** Attempts under way of open tasks, by workflow ID; those not asked are not there. */
  pending: ReadonlyMap<string, PendingAttempt | null>;
  /** Epoch milliseconds: no slot was expected before. */
  since: number;
  jitterMs: number;
}

const MOST_REASON = 200;
/** A server under load starts a slot some seconds late, and lists are a second behind. */
const ON_ITS_WAY_MS = 10_000;

/** The cell of a chain, or of a task with its own schedule. `now` in epoch milliseconds. */
export function ownCell({ slot, runKey }: Place, known: Known, now: number): GridCell {
  const run = known.runs.get(runKey);
  if (run !== undefined) return runCell(run, known);
  if (slot === null) return { state: 'none' };
  const shell = known.shells.get(slot.scheduledFor);
  const at = epochMs(slot.scheduledFor);
  if (shell === undefined) {
    if (at > now) return { state: 'not_due' };
    if (at < known.since) return { state: 'none' };
    return { state: at + known.jitterMs > now - ON_ITS_WAY_MS ? 'undecided' : 'missed' };
  }
  if (shell.left !== null) return { state: 'left_out', kind: shell.left.kind, ...reasonOf(shell.left.reason) };
  if (shell.end === null) return { state: 'undecided' };
  return { state: 'failed', reason: `the slot's shell ${shell.end === 'failed' ? 'failed' : `was ${shell.end}`} without a run` };
}

/** The cell of a task of a chain. */
export function taskCell(task: string, place: Place, known: Known): GridCell {
  const id = canonicalId(task, place.runKey);
  const chain = known.runs.get(place.runKey);
  const own = known.tasks.get(id);
  if (chain === undefined) return own === undefined ? { state: 'none' } : runCell(own, known);
  if (own !== undefined && (own.end === null || own.started > (chain.closed ?? chain.started))) return runCell(own, known);
  if (isChainResult(chain.left)) {
    const outcome = chain.left.tasks[task];
    return outcome === undefined ? { state: 'none' } : outcomeCell(outcome);
  }
  return own === undefined ? undecidedCell(task, chain, known) : runCell(own, known);
}

/** A task's line in its chain's table of outcomes. */
function outcomeCell(outcome: TaskOutcome): GridCell {
  const { status, kind, reason, run, started, finished, attempts, satisfied, errors, warnings } = outcome;
  if (status === 'pending') return { state: 'none', ...reasonOf(reason) };
  return {
    state: endState(status, errors + warnings > 0),
    ...kindOf(kind),
    ...reasonOf(reason),
    ...(run !== null && { run }),
    ...(started !== null && { started }),
    ...(started !== null && finished !== null && { durationMs: Date.parse(finished) - Date.parse(started) }),
    ...(attempts > 1 && { attempts }),
    ...(satisfied && { satisfied: true as const }),
  };
}

/** A task that has no run, of a chain that is open or was ended from outside. */
function undecidedCell(task: string, chain: RunSummary, known: Known): GridCell {
  if (chain.end !== null) return { state: 'none' };
  const line = known.progress.get(chain.workflowId)?.tasks[task];
  if (line === undefined) return { state: known.progress.has(chain.workflowId) ? 'none' : 'waiting' };
  if (line.status !== 'pending') return { state: endState(line.status, false), ...kindOf(line.kind), ...reasonOf(line.reason) };
  return { state: 'waiting', phase: line.phase ?? 'waiting_for_upstream' };
}

function runCell(run: RunSummary, known: Known): GridCell {
  const { workflowId, started, closed, left, end } = run;
  const common = { run: workflowId, started };
  if (end === null) return { ...common, ...openState(run, known) };
  const durationMs = Date.parse(closed!) - Date.parse(started);
  const ended = { ...common, durationMs, ...kindOf(kindIn(run)), ...reasonOf(left?.reason ?? null) };
  const told = toldBy(run, known);
  return {
    ...ended,
    state: endState(run.status === 'pending' ? 'failed' : run.status, isChainResult(left) && isAmber(left)),
    ...told,
  };
}

/** Of a task that a chain has seen end while it is open itself: the chain knows the kind and the reason. */
function toldBy({ workflowId }: RunSummary, { progress, runs }: Known): Partial<GridCell> {
  const id = parseCanonicalId(workflowId);
  const chain = id === null ? undefined : runs.get(id.runKey);
  const line = chain === undefined || id === null ? undefined : progress.get(chain.workflowId)?.tasks[id.id];
  return line === undefined || line.status === 'pending' ? {} : { ...kindOf(line.kind), ...reasonOf(line.reason) };
}

function openState(run: RunSummary, { progress, pending }: Known): Pick<GridCell, 'state'> & Partial<GridCell> {
  const own = progress.get(run.workflowId);
  if (run.kind === 'chain')
    return own?.held ? { state: 'waiting', phase: 'held', ...reasonOf(own.held.reason) } : { state: 'running' };
  const attempt = pending.get(run.workflowId);
  // Not asked, or the run itself waits: its chain says which.
  if (attempt === undefined) return { state: 'running' };
  if (attempt === null) return { state: 'waiting' };
  const attempts = attempt.attempt > 1 ? { attempts: attempt.attempt } : {};
  if (attempt.state !== 'scheduled') return { state: 'running', phase: 'running', ...attempts };
  if (attempt.waiting !== null) return { state: 'waiting', phase: attempt.waiting, ...reasonOf(attempt.lastFailure) };
  if (attempt.attempt === 1) return { state: 'waiting', phase: 'queued' };
  return { state: 'retrying', phase: 'retrying', ...attempts, ...reasonOf(attempt.lastFailure) };
}

function isAmber({ status, tasks }: ChainResult): boolean {
  return status === 'success' && Object.values(tasks).some(({ errors, warnings }) => errors + warnings > 0);
}

function kindIn({ left, end }: RunSummary): Kind | null {
  return end === 'terminated' || end === 'timed_out' ? end : (left?.kind ?? null);
}

function kindOf(kind: Kind | null): Pick<GridCell, 'kind'> {
  return kind === null ? {} : { kind };
}

function reasonOf(reason: string | null): Pick<GridCell, 'reason'> {
  return reason === null || reason === '' ? {} : { reason: cut(reason.split('\n')[0]!, MOST_REASON) };
}

/** What wants a look most, first. */
const PRESSING: readonly CellState[] = [
  'failed',
  'retrying',
  'missed',
  'cancelled',
  'running',
  'waiting',
  'undecided',
  'warned',
  'left_out',
  'success',
  'skipped',
  'not_due',
  'none',
];

/** One cell for the slots of a date: the most pressing one (the newest of them), and how many there are of each. */
export function foldCells(cells: readonly GridCell[]): GridCell {
  if (cells.length === 1) return cells[0]!;
  const counts: Partial<Record<CellState, number>> = {};
  for (const { state } of cells) counts[state] = (counts[state] ?? 0) + 1;
  const state = PRESSING.find((one) => counts[one] !== undefined) ?? 'none';
  return { ...cells.findLast((cell) => cell.state === state)!, counts };
}
