/** The runChain workflow: walks a plan, one runTask per task and run key. */
import {
  ApplicationFailure,
  CancellationScope,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { deadlineMs, deadlineText, isLate } from '../plan/deadline.js';
import { canonicalId, parseCanonicalId } from '../plan/ids.js';
import { MEMO, PROGRESS_QUERY } from '../plan/names.js';
import { bareOutcome, chainFailureMessage, chainResult } from '../plan/results.js';
import { rerunProblem } from '../plan/selection.js';
import type { Asked, ChainResult, ResolvedChainInput, RunChainInput, TaskOutcome } from '../plan/types.js';
import { chainAttributes, ensureAttributes, setStatus } from './attributes.js';
import { findableAnyway } from './ended-early.js';
import { earlierResult, isCanonical, statedDate, statedId } from './canonical.js';
import { ChainRun } from './chain-run.js';
import { lookups } from './engine.js';
import { startOrFollow } from './follow.js';
import { patiently, requireInput } from './resolve.js';
import { endAs } from './shell.js';
import { watchEnd } from './watched.js';

/**
 * Runs a chain for one run key. `{chain, date}` is enough; the worker's registry compiles the plan.
 * Under any workflow ID but `<chain>:<run key>` it is a shell that starts or awaits that one.
 * @returns ChainResult, if every task is settled or skipped by its rule
 * @throws ApplicationFailure with the table of outcomes as message and the ChainResult as first detail
 */
export async function runChain(raw: RunChainInput): Promise<ChainResult> {
  requireInput('runChain', raw, 'chain');
  const chain = new ChainRun(raw);
  if (parseCanonicalId(workflowInfo().workflowId)?.id === raw.chain) chain.listen();
  setHandler(defineQuery(PROGRESS_QUERY), () => chain.progress());
  const stated = statedId(raw.chain, raw);
  const early = stated !== null && isCanonical(stated);
  const earlier = early ? await earlierResult(raw.mark) : undefined;
  if (earlier !== undefined) return earlier as unknown as ChainResult;
  const known = early ? chainAttributes({ chain: raw.chain, date: statedDate(raw) }) : null;
  const input = isResolved(raw) ? raw : await findableAnyway(known, () => patiently(() => lookups.resolveChain(raw)));
  const id = canonicalId(input.chain, input.runKey);
  if (!isCanonical(id)) return await asShell(id, input);
  const late = early ? undefined : await earlierResult(raw.mark);
  if (late !== undefined) return late as unknown as ChainResult;
  return await toItsEnd(chain, input);
}

async function asShell(id: string, input: ResolvedChainInput): Promise<ChainResult> {
  setCurrentDetails(`A shell: the run itself is ${id}`);
  const { mark: _mark, ...rest } = input;
  const followed = await startOrFollow({
    workflowType: 'runChain',
    workflowId: id,
    input: rest,
    searchAttributes: chainAttributes(input),
  });
  return endAs(id, followed) as unknown as ChainResult;
}

function isResolved(raw: RunChainInput): raw is ResolvedChainInput {
  return raw.date !== undefined && raw.runKey !== undefined && raw.scheduledFor !== undefined && raw.plan !== undefined;
}

async function toItsEnd(chain: ChainRun, input: ResolvedChainInput): Promise<ChainResult> {
  const problem = input.rerun ? rerunProblem(input.plan, input.rerun) : null;
  if (problem !== null) throw ApplicationFailure.nonRetryable(problem, 'bad_input');
  ensureAttributes(chainAttributes(input));
  watchEnd(input);
  const startedMs = workflowInfo().startTime.getTime();
  const deadline = deadlineMs(input.deadline, startedMs);
  const late = isLate(input.deadline, startedMs) ? { late: true as const } : {};
  try {
    await chain.walk(input, deadline);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => closeAsCancelled(chain, input));
    throw error;
  }
  const result: ChainResult = { ...chainResult(input, input.plan, chain.outcomes), ...late };
  const { skipped } = chain;
  if (skipped !== null && result.status === 'success') {
    result.status = 'skipped';
    result.kind = 'skipped_by_operator';
    result.reason = askedText(skipped);
  }
  const unfinished = deadline !== null && Date.now() >= deadline && Object.values(result.tasks).some(isUnfinished);
  if (unfinished) result.kind = 'deadline';
  const message = chainFailureMessage(result, unfinished ? deadlineText(input.deadline ?? '') : undefined);
  if (result.status === 'failed') result.reason = message.split('\n')[0] ?? null;
  close(result);
  if (result.status !== 'failed') return result;
  throw ApplicationFailure.create({ type: result.kind ?? 'error', message, nonRetryable: true, details: [result] });
}

function isUnfinished({ kind }: TaskOutcome): boolean {
  return kind === 'deadline' || kind === 'past_not_done';
}

async function closeAsCancelled(chain: ChainRun, input: ResolvedChainInput): Promise<void> {
  await chain.drained();
  const info = workflowInfo();
  const asked = await lookups.whoCancelled({ workflowId: info.workflowId, runId: info.runId });
  for (const { id } of input.plan.tasks) {
    if (!chain.outcomes.has(id))
      chain.outcomes.set(id, bareOutcome('cancelled', null, 'the chain was cancelled before it began'));
  }
  close(chainResult(input, input.plan, chain.outcomes, { status: 'cancelled', kind: null, reason: askedText(asked) }));
}

function askedText({ by, reason }: Asked): string {
  return `by ${by}${reason ? `: ${reason}` : ''}`;
}

/** Lists read the table from the memo, without opening histories. */
function close(result: ChainResult): void {
  upsertMemo({ [MEMO.result]: result });
  setStatus(result.status);
  const counts = Object.entries(result.counts).filter(([, count]) => count > 0);
  setCurrentDetails(`${result.status}: ${counts.map(([status, count]) => `${count} ${status}`).join(', ')}`);
}
