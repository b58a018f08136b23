/** What a cell of the grid, a node of the graph and a bar of the timeline say of a run: one closed set of states for all. */
import type { Kind, Status } from '../../plan/types.js';

export const CELL_STATES = [
  'success',
  /** Succeeded, with item errors or warnings. */
  'warned',
  /** No work, by its rule, by the task itself or by a person; `kind` says which. */
  'skipped',
  'failed',
  'cancelled',
  'running',
  /** It pauses between two attempts. */
  'retrying',
  /** For an upstream, the lock, work, a worker, another run, or because it is held; `phase` says which. */
  'waiting',
  /** The slot fell due and nothing came of it. */
  'missed',
  /** The slot's shell left it out: `kind` is misfired, coalesced or overlapped. */
  'left_out',
  /** The slot is due, and it is not known yet what comes of it. */
  'undecided',
  /** The slot lies ahead. */
  'not_due',
  /** There is nothing: no run, and none was expected. */
  'none',
] as const;
export type CellState = (typeof CELL_STATES)[number];

/** The state of a run that has ended. `amber`: it has item errors or warnings. */
export function endState(status: Exclude<Status, 'pending'>, amber: boolean): CellState {
  return status === 'success' && amber ? 'warned' : status;
}

/** Kinds with which a slot's shell leaves it out. */
export function isLeftOut(kind: Kind | null): boolean {
  return kind === 'misfired' || kind === 'coalesced' || kind === 'overlapped';
}
