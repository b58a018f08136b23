/** Having a run or a slot watched for notices. Only where its chain has any: no other history knows of them. */
import { CancellationScope, isCancellation, log, startChild, workflowInfo } from '@temporalio/workflow';
import { noticeId } from '../plan/ids.js';
import { WORKFLOWS } from '../plan/names.js';
import type { NotifyInput } from '../plan/notices.js';
import type { DueSlot, ResolvedChainInput, ResolvedTaskInput } from '../plan/types.js';

type Run = ResolvedChainInput | ResolvedTaskInput;

/** Has the end of this very execution told. Awaits nothing: the run goes on at once, and ends as it would without. */
export function watchEnd(run: Run): void {
  if (run.notices === undefined || run.backfill) return;
  const { runId } = workflowInfo();
  start({ ...subjectOf(run), watch: 'end', runId }, `end:${runId}`);
}

/** Has a slot told that is late. One that was asked for by hand has nobody waiting for it. */
export function watchSlot({ run, decision }: DueSlot): void {
  if (run.notices?.lateAt === undefined || run.backfill || (decision.is === 'go' && decision.byHand)) return;
  start({ ...subjectOf(run), watch: 'late' }, 'late');
}

/** Tells that a slot has waited for its turn for too long. `detail`: on what, in words. */
export function tellWaiting(run: Run, detail: string): void {
  if (run.notices === undefined || run.backfill) return;
  start({ ...subjectOf(run), watch: 'waiting', detail }, 'waiting');
}

function subjectOf(run: Run) {
  const { date, runKey, scheduledFor } = run;
  const lateAt = run.notices?.lateAt;
  const when = { date, runKey, scheduledFor, ...(lateAt === undefined ? {} : { lateAt }) };
  return 'plan' in run ? { id: run.chain, kind: 'chain' as const, ...when } : { id: run.task, kind: 'task' as const, ...when };
}

/** Left alone by whoever starts it, however that one ends. An ID that is taken has been watched already. */
function start(input: NotifyInput, cause: string): void {
  void CancellationScope.nonCancellable(() =>
    startChild(WORKFLOWS.notify, {
      workflowId: noticeId(input.id, input.runKey, cause),
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: 'ABANDON',
      cancellationType: 'ABANDON',
      staticSummary: input.watch === 'end' ? 'tells how the run ends' : 'tells if it is late',
    }),
  ).catch((error: unknown) => {
    if (!isCancellation(error)) log.info(`not watched for notices: ${String(error)}`, { notice: cause });
  });
}
