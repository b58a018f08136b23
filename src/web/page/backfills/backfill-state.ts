/** A backfill's state in the words of a cell. */
import type { CellState } from '../../../control/views/cell.js';
import type { BackfillLine } from '../../../control/views/backfills-types.js';

export function backfillState({
  status,
  end,
  held,
  failed,
}: Pick<BackfillLine, 'status' | 'end' | 'held' | 'failed'>): CellState {
  if (end === null) return held === null ? 'running' : 'waiting';
  if (status === 'pending') return 'running';
  return status === 'success' && failed > 0 ? 'warned' : status;
}

/** How many of its runs have ended, however. */
export function endedRuns({
  done,
  already,
  failed,
  cancelled,
}: Pick<BackfillLine, 'done' | 'already' | 'failed' | 'cancelled'>): number {
  return done + already + failed + cancelled;
}
