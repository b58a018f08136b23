/**
 * One run per ID: who may hold the canonical workflow ID, and what a run under any other ID does instead.
 * The server's own rules leave one hole: the `temporal` CLI starts a completed ID again. The mark and the guard close it.
 */
import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';
import { canonicalId, isRunKey } from '../plan/ids.js';
import { MARK_VALID_MS, VISIBILITY_WAIT_MS } from '../plan/limits.js';
import type { Json } from '../plan/types.js';
import { lookups } from './engine.js';

/** The canonical ID an input names by itself, or null where the registry must complete it first. */
export function statedId(id: string | undefined, input: { date?: string; runKey?: string }): string | null {
  if (id === undefined) return null;
  if (input.runKey !== undefined) return canonicalId(id, input.runKey);
  const date = input.date?.replaceAll('-', '');
  return date !== undefined && isRunKey(date) ? canonicalId(id, date) : null;
}

/** The local date an input names, `YYYYMMDD`; of one that names a slot alone, the slot's own. */
export function statedDate({ date, runKey = '' }: { date?: string; runKey?: string }): string {
  return date?.replaceAll('-', '') ?? runKey.slice(0, 8);
}

/** Whether this run bears the canonical ID of what it is asked to do. */
export function isCanonical(id: string): boolean {
  return workflowInfo().workflowId === id;
}

/**
 * The result of an earlier completed run of this ID, if this run was started by hand under it.
 * Starts by daychain carry a fresh mark, and those by a parent have been refused already where they should be.
 */
export async function earlierResult(mark: number | undefined): Promise<Json | undefined> {
  const info = workflowInfo();
  if (info.parent || isFresh(mark, info.startTime.getTime())) return undefined;
  // Not to be cancelled: a cancelled canonical run would make the server forget that the one before it completed.
  return await CancellationScope.nonCancellable(async () => {
    await sleep(VISIBILITY_WAIT_MS, { summary: 'started by hand: looking for an earlier completed run' });
    const found = await lookups.findCompletedRun({ workflowId: info.workflowId, butNot: info.runId });
    return found?.result;
  });
}

function isFresh(mark: number | undefined, startedAt: number): boolean {
  return mark !== undefined && Math.abs(startedAt - mark) <= MARK_VALID_MS;
}
