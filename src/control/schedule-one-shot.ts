/** Scheduling a task or chain once, at an instant. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { canonicalId, oneShotId, oneShotKey } from '../plan/ids.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { Asked, OneShotInput, OneShotMemo } from '../plan/types.js';
import { chainAttributes, taskAttributes } from './attributes.js';
import { canonicalJson } from './canonical-json.js';
import { describeRun } from './describe-run.js';
import { BadInput, Refused } from './errors.js';
import { done, refuseForeign, underWay } from './one-shot-refusals.js';
import { readOneShot, type OneShotView } from './one-shot-view.js';
import type { OneShotWish } from './one-shot-wish.js';
import type { Server } from './server.js';

/** `already`: it waits, as asked for. `completed`: it has run, as asked for. Both: nothing was changed. */
export interface OneShotScheduled {
  outcome: 'scheduled' | 'replaced' | 'already' | 'completed';
  id: string;
  workflowId: string;
  /** Workflow ID of the run it starts. */
  run: string;
}

export interface ScheduleOptions {
  /** Puts it in the place of another one of its id; or, with a reason, repeats one that has run. */
  replace?: boolean;
  reason?: string | null;
}

/** Each lap somebody else has changed the state in between. */
const MAX_STARTS = 10;

/**
 * Schedules it, once: the same wish again changes nothing. There is no moment at which neither the one replaced nor the
 * new one exists.
 * @throws Refused: `other_one_shot` waits under this id; `running`: its run is under way; `done`: it has run; `id_taken`
 */
export async function scheduleOneShot(
  server: Server,
  wish: OneShotWish,
  { replace = false, reason = null }: ScheduleOptions = {},
): Promise<OneShotScheduled> {
  const workflowId = oneShotId(wish.id);
  for (let tries = 1; tries <= MAX_STARTS; tries++) {
    const known = await readOneShot(server, wish.id);
    if (known !== null) refuseForeign(server, known);
    const run = canonicalId(wish.target, oneShotKey(wish.id));
    const same = known !== null && isSame(known, wish);
    if (known?.open && same) return { outcome: 'already', id: wish.id, workflowId, run };
    if (known?.end === 'completed' && same && !replace) return { outcome: 'completed', id: wish.id, workflowId, run };
    if (known !== null && !replace) refuseOther(known, wish);
    if (known?.open) refuseUnready(known);
    const force = await forceFor(server, run, { replace, reason });
    const started = await start(server, wish, { reason, replace, force });
    if (started) return { outcome: known?.open ? 'replaced' : 'scheduled', id: wish.id, workflowId, run };
  }
  throw new Error(`${workflowId} changes faster than it can be looked at: ${MAX_STARTS} tries`);
}

async function start(
  server: Server,
  wish: OneShotWish,
  { reason, replace, force }: { reason: string | null; replace: boolean; force: Asked | null },
): Promise<boolean> {
  const { id, at, kind, target, params, date, tags } = wish;
  const asked: Asked = { by: server.by, reason };
  const input: OneShotInput = {
    id,
    at,
    ...(kind === 'task' ? { task: target } : { chain: target }),
    ...(params === null ? {} : { params }),
    ...asked,
    ...(force === null ? {} : { force }),
  };
  const memo: OneShotMemo = { id, at, kind, target, params, ...asked };
  try {
    await server.client.workflow.start(WORKFLOWS.oneShot, {
      workflowId: oneShotId(id),
      taskQueue: server.taskQueue,
      args: [input],
      workflowIdReusePolicy: replace ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: replace ? 'TERMINATE_EXISTING' : 'FAIL',
      typedSearchAttributes:
        kind === 'task' ? taskAttributes({ task: target, date, tags }) : chainAttributes({ chain: target, date }),
      memo: { [MEMO.oneShot]: memo },
      staticSummary: `${target} at ${at}`,
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/**
 * The run that holds the key. One that has completed is done: only an explicit repeat, with a reason, runs it again.
 * One that is open would be met instead of started, whatever it was started for.
 */
async function forceFor(server: Server, run: string, { replace, reason }: Required<ScheduleOptions>): Promise<Asked | null> {
  const met = await describeRun(server, run, { ask: false });
  if (met === null) return null;
  refuseForeign(server, met);
  if (met.end === null) throw underWay(run);
  if (met.end !== 'completed') return null;
  if (!replace) throw done(run, met.closed);
  if (reason === null) throw new BadInput(`${run} has completed; --replace would repeat it. Say why: --reason "…"`);
  return { by: server.by, reason };
}

/** Called for another wish under the same id, without --replace. One that failed or was cancelled gives its id free. */
function refuseOther(known: OneShotView, wish: OneShotWish): void {
  if (!known.open && known.end !== 'completed') return;
  if (known.end === 'completed') throw done(known.run, known.closed);
  throw new Refused(
    'other_one_shot',
    [
      `The one-shot ${wish.id} is another one.`,
      `  it is   ${described(known)}`,
      `  yours   ${described(wish)}`,
      'To put yours in its place: the same command with --replace. To have both: --id another',
    ].join('\n'),
    { workflowId: known.workflowId, theirs: wishOf(known), yours: wishOf(wish) },
  );
}

/** One that has begun, or that somebody holds, is not replaced over his head. */
function refuseUnready(known: OneShotView): void {
  if (known.state === 'running') throw underWay(known.run);
  if (known.held !== null) {
    throw new Refused(
      'order_refused',
      `The one-shot ${known.id} is held by ${known.held.by}${known.held.reason ? `: ${known.held.reason}` : ''}.\nRelease it first: daychain at release ${known.id}`,
      { workflowId: known.workflowId, held: known.held },
    );
  }
}

function wishOf({ at, kind, target, params }: Pick<OneShotWish, 'at' | 'kind' | 'target' | 'params'>) {
  return { at, kind, target, params };
}

function isSame(known: OneShotView, wish: OneShotWish): boolean {
  return canonicalJson(wishOf(known)) === canonicalJson(wishOf(wish));
}

function described({ at, target, params }: Pick<OneShotWish, 'at' | 'target' | 'params'>): string {
  return `${target} at ${at}${params === null ? '' : ` with ${canonicalJson(params)}`}`;
}
