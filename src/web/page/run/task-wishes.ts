/** What can be done with a task of one date, by how it stands. */
import type { DateNode } from '../../../control/views/date-types.js';
import type { FullRun } from '../../../control/views/run-types.js';
import type { Wish } from '../actions/wishes.js';
import { isDone, isOpen } from '../grid/look.js';

export interface WishedTask {
  id: string;
  runKey: string;
  run: Pick<FullRun, 'state' | 'phase' | 'held' | 'lock' | 'workflowId' | 'settled' | 'pending'> | null;
  /** The chain in whose panel it stands; null for a task by itself. */
  chain: string | null;
  node: Pick<DateNode, 'state' | 'phase'> | null;
}

export function wishesOfTask({ id, runKey, run, chain, node }: WishedTask): Wish[] {
  const state = run?.state ?? node?.state ?? 'none';
  const phase = run?.phase ?? node?.phase ?? null;
  const task = { id, runKey, chain };
  const lock = run?.lock ?? null;
  const leftOver =
    lock?.state === 'closed' || lock?.state === 'abandoned' || lock?.state === 'stranger' || lock?.state === 'unknown';
  const wishes: Wish[] = [];
  if (isOpen(state) || state === 'not_due' || state === 'none') {
    if (state === 'retrying' || (state === 'waiting' && run !== null && phase !== 'held'))
      wishes.push({ verb: 'retry', ...task });
    wishes.push({ verb: 'skip', ...task });
    wishes.push(
      phase === 'held' || (run !== null && run.held !== null) ? { verb: 'release', ...task } : { verb: 'hold', ...task },
    );
    if (run !== null && isOpen(state)) wishes.push({ verb: 'cancel', run: run.workflowId });
  } else {
    wishes.push(
      chain === null
        ? { verb: 'rerun', run: `${id}:${runKey}`, task: null, done: isDone(state) }
        : { verb: 'rerun', run: `${chain}:${runKey}`, task: id, done: false },
    );
    if (state === 'failed' || state === 'cancelled') wishes.push({ verb: 'skip', ...task });
  }
  if (leftOver && lock !== null && lock.holder !== null)
    // The lock of a slot's run is the date's, unless the task is locked by run.
    wishes.push({ verb: 'unlock', id, runKey: lock.key.slice(lock.key.lastIndexOf(':') + 1), force: lock.state !== 'closed' });
  return wishes;
}
