/** How a backfill starts one of its runs. */
import { workflowInfo } from '@temporalio/workflow';
import { runIdOf, type BackfillInput, type BackfillRun } from '../plan/backfill.js';
import { DAY } from '../plan/limits.js';
import { MEMO } from '../plan/names.js';
import type { Hold, Rerun, RunChainInput, RunTaskInput } from '../plan/types.js';
import { chainAttributes, taskAttributes } from './attributes.js';
import type { Start } from './follow.js';

/** A turn comes when it comes: the backfill's own end ends the wait, whatever that is. */
const TURN_WITHIN_MS = 3_650 * DAY;
/** Below everything that is due today; the server hands out lower numbers first. */
const PRIORITY = 5;

/**
 * The children read today's files themselves: their inputs stay small, and so does the backfill's history.
 * @param turn whether it may work at once; else it is held until its turn
 */
export function startOfRun(input: BackfillInput, run: BackfillRun, turn: boolean): Start {
  const { workflowId } = workflowInfo();
  const { date, runKey, scheduledFor } = run;
  const asked = { by: input.by, reason: input.reason };
  const hold: Hold = { by: workflowId, reason: 'waits its turn', until: Date.now() + TURN_WITHIN_MS };
  const common = { date, runKey, scheduledFor, backfill: true, ...(turn ? {} : { hold }) };
  const again = input.only === 'all';
  const start = {
    workflowId: runIdOf(input, run),
    memo: { [MEMO.backfill]: workflowId },
    priorityKey: PRIORITY,
  };
  if (input.kind === 'task') {
    const child: RunTaskInput = { task: input.id, ...common, ...(again ? { force: asked } : {}) };
    const searchAttributes = taskAttributes({ task: input.id, date, tags: input.tags ?? [] });
    return { ...start, workflowType: 'runTask', input: child, searchAttributes, repeat: again };
  }
  const rerun: Rerun | null =
    input.tasks !== null ? { ...asked, mode: 'chosen', tasks: input.tasks, again } : again ? { ...asked, mode: 'all' } : null;
  const child: RunChainInput = { chain: input.id, ...common, ...(rerun ? { rerun } : {}) };
  const searchAttributes = chainAttributes({ chain: input.id, date });
  // A chain that is done may lack the chosen tasks: its run is made again, and keeps what is not chosen.
  return { ...start, workflowType: 'runChain', input: child, searchAttributes, repeat: rerun !== null };
}
