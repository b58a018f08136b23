/** What people tell a one-shot that waits: cancel, hold, release. */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { HANDLERS } from '../plan/names.js';
import type { Order } from '../plan/types.js';
import { cancelRun } from './cancel.js';
import { BadInput, Refused } from './errors.js';
import { refuseForeign, underWay } from './one-shot-refusals.js';
import { readOneShot, type OneShotView } from './one-shot-view.js';
import type { Server } from './server.js';
import { updateRun } from './update-run.js';
import { whenClosed } from './wait.js';

export interface OneShotCancelled {
  /** `requested`: no worker has carried it out yet. `already`: it had been cancelled before. */
  outcome: 'cancelled' | 'requested' | 'already';
  id: string;
  workflowId: string;
}

/**
 * Takes a one-shot back before it is due.
 * @throws BadInput if there is none; Refused: `running`, `not_running`, `id_taken`
 */
export async function cancelOneShot(server: Server, id: string, reason: string): Promise<OneShotCancelled> {
  const known = await existing(server, id);
  const { workflowId } = known;
  if (known.end === 'cancelled') return { outcome: 'already', id, workflowId };
  refuseStarted(known);
  await cancelRun(server, workflowId, reason);
  const after = await whenClosed(server, known, CLOSED_WITHIN_MS);
  if (after === null || after.end === 'cancelled') return { outcome: after === null ? 'requested' : 'cancelled', id, workflowId };
  throw new Refused('not_running', `${workflowId} ended before the cancellation reached it: ${after.status}.`, {
    status: after.status,
  });
}

export interface OrderTaken {
  /** `accepted`: no worker has answered; it will be carried out when one does. */
  outcome: 'done' | 'accepted';
  /** What the one-shot answers; null where it has not. */
  answer: string | null;
  id: string;
  workflowId: string;
}

/** One that waits closes in milliseconds. */
const CLOSED_WITHIN_MS = 5_000;

/**
 * Holds a one-shot: it does not start until it is released. A hold that runs out (24 hours after the instant unless
 * `until`, an ISO instant, says otherwise) fails it.
 * @throws BadInput if there is none; Refused
 */
export async function holdOneShot(
  server: Server,
  id: string,
  order: { reason: string | null; until?: string },
): Promise<OrderTaken> {
  return await tell(server, id, HANDLERS.hold, {
    by: server.by,
    ...(order.reason === null ? {} : { reason: order.reason }),
    ...(order.until === undefined ? {} : { until: order.until }),
  });
}

/** Ends a hold; one that has become due meanwhile starts at once. */
export async function releaseOneShot(server: Server, id: string): Promise<OrderTaken> {
  return await tell(server, id, HANDLERS.release, { by: server.by, ...(server.reason ? { reason: server.reason } : {}) });
}

async function tell(server: Server, id: string, name: string, order: Order): Promise<OrderTaken> {
  const { workflowId, runId, ...known } = await existing(server, id);
  refuseStarted({ workflowId, runId, ...known });
  try {
    const answer = await updateRun(server, { workflowId, runId }, name, order);
    return { outcome: answer === null ? 'accepted' : 'done', answer, id, workflowId };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      throw new Refused('order_refused', `${error.cause?.message ?? error.message}.`);
    if (error instanceof WorkflowNotFoundError) throw new Refused('not_running', `${workflowId} has ended meanwhile.`);
    throw error;
  }
}

function refuseStarted(known: OneShotView): void {
  if (!known.open) {
    throw new Refused(
      'not_running',
      `The one-shot ${known.id} has ended: ${known.status}.\nIts run: daychain show ${known.run}`,
      {
        status: known.status,
      },
    );
  }
  if (known.state === 'running') throw underWay(known.run);
}

async function existing(server: Server, id: string): Promise<OneShotView> {
  const known = await readOneShot(server, id);
  if (known === null) throw new BadInput(`There is no one-shot "${id}".\nSee those that wait: daychain at list`);
  refuseForeign(server, known);
  return known;
}
