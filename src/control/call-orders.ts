/** What people tell kept calls: try now, also what was given up; and do not try again. */
import type { RetryCallInput } from '../plan/calls.js';
import { HANDLERS } from '../plan/names.js';
import { cancelRun, type Cancelled } from './cancel.js';
import { callName, showCall } from './calls.js';
import { Refused } from './errors.js';
import { startCall } from './keep-call.js';
import { readInput } from './run-input.js';
import type { Server } from './server.js';
import { tellRun } from './tell-run.js';

export interface CallOrdered {
  /** `accepted`: no worker has answered yet; `started`: it had ended, and is kept anew with all its tries. */
  outcome: 'done' | 'accepted' | 'started';
  call: string;
}

/**
 * Ends the pause before the next try; a call that was given up or taken back is kept once more, and tried at once.
 * @throws NotFound; Refused: `done` where it has succeeded, `order_refused` where a try is under way
 */
export async function callNow(server: Server, workflowId: string, reason: string | null): Promise<CallOrdered> {
  const call = await showCall(server, workflowId);
  if (call.state === 'success') throw new Refused('done', `${callName(workflowId)} has succeeded already; nothing of it waits.`);
  if (call.state === 'waiting') {
    const run = { workflowId, runId: call.runId };
    const order = { by: server.by, ...(reason === null ? {} : { reason }) };
    const { answer } = await tellRun(server, run, HANDLERS.retryNow, order, undefined);
    return { outcome: answer === null ? 'accepted' : 'done', call: workflowId };
  }
  const input = (await readInput(server, { workflowId, runId: call.runId })) as unknown as RetryCallInput;
  const { reused } = await startCall({ ...server, reason: reason ?? 'tried again by hand' }, workflowId, {
    ...input,
    failed: null,
  });
  return { outcome: reused ? 'done' : 'started', call: workflowId };
}

/**
 * Takes a call back: it is not tried again.
 * @throws NotFound; Refused `not_running` where it has ended otherwise
 */
export async function cancelCall(server: Server, workflowId: string, reason: string): Promise<Cancelled> {
  await showCall(server, workflowId);
  return await cancelRun(server, workflowId, reason);
}
