/** The backfill workflow: the runs of a range of dates, each as its chain's or task's own run. */
import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import {
  backfillFailureMessage,
  backfillProblem,
  endedIn,
  tallyText,
  type BackfillInput,
  type BackfillResult,
} from '../plan/backfill.js';
import { MEMO } from '../plan/names.js';
import type { Status } from '../plan/types.js';
import { setStatus } from './attributes.js';
import { BackfillTurns } from './backfill-turns.js';
import { lookups } from './engine.js';

/**
 * Makes the runs it is given, in their order, so many at a time. One that is there already is awaited, never repeated
 * unless `only` is `all`. A run that fails stops no other.
 * @returns BackfillResult, if all succeeded
 * @throws ApplicationFailure with the counts and first failures as message and the BackfillResult as first detail
 */
export async function backfill(input: BackfillInput): Promise<BackfillResult> {
  const problem = backfillProblem(input);
  if (problem !== null) throw ApplicationFailure.nonRetryable(problem, 'bad_input');
  const turns = new BackfillTurns(input);
  turns.listen();
  try {
    await turns.take();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(async () => {
      await turns.drained();
      const { workflowId, runId } = workflowInfo();
      const asked = await lookups.whoCancelled({ workflowId, runId });
      close(resultOf(input, turns, 'cancelled', `by ${asked.by}${asked.reason ? `: ${asked.reason}` : ''}`));
    });
    throw error;
  }
  // No child is open now: none would outlive the execution that started it.
  if (turns.rest.length > 0 && turns.expired === null)
    await continueAsNew<typeof backfill>({ ...input, runs: turns.rest, before: turns.state() });
  const { failed, cancelled } = turns.tally;
  const well = failed + cancelled === 0 && turns.expired === null;
  const result = resultOf(input, turns, well ? 'success' : 'failed', turns.expired);
  close(result);
  if (well) return result;
  throw ApplicationFailure.create({
    type: result.kind_of_end ?? 'error',
    message: backfillFailureMessage(result),
    nonRetryable: true,
    details: [result],
  });
}

function resultOf(input: BackfillInput, turns: BackfillTurns, status: Status, endReason: string | null): BackfillResult {
  const { id, kind, from, to, only, tasks, order, concurrency, by, reason } = input;
  const { tally, total, started } = turns.state();
  return {
    id,
    kind,
    from,
    to,
    only,
    tasks,
    order,
    concurrency,
    by,
    reason,
    status,
    kind_of_end: turns.expired === null ? null : 'hold_expired',
    end_reason: endReason,
    total,
    ...tally,
    left: total - endedIn(tally),
    started: new Date(started).toISOString(),
    finished: new Date(Date.now()).toISOString(),
  };
}

/** Lists read how it ended from the memo. */
function close(result: BackfillResult): void {
  upsertMemo({ [MEMO.result]: result });
  setStatus(result.status);
  setCurrentDetails(`${result.status}: ${tallyText(result, result.left)}`);
}
