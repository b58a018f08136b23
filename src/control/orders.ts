/** What people decide about a run, before it exists or while it is open: skip, hold, release, retry now. */
import { DAY } from '../plan/limits.js';
import { HANDLERS } from '../plan/names.js';
import type { Asked, ResolvedChainInput, ResolvedTaskInput } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import type { RunView } from './describe-run.js';
import { BadInput, Refused } from './errors.js';
import { type OrderPlace, type OrderTarget, placeOf, readTarget } from './order-place.js';
import { chainToRerun } from './order-rerun.js';
import type { Server } from './server.js';
import { startChain, startTask, type Started } from './start.js';
import { takeHoldBack } from './take-hold-back.js';
import { type OrderName, tellRun } from './tell-run.js';
import { whenClosed } from './wait.js';

export interface OrderRequest {
  /** Who orders it; the server session's own identity when absent. */
  by?: string;
  /** Why. A skip and a hold need one. */
  reason: string | null;
  /** The same request sent twice is carried out once. */
  requestId?: string;
}

export interface HoldRequest extends OrderRequest {
  /** ISO instant at which the hold expires; when absent, 24 hours from now, or from the slot where that is still to come. */
  until?: string;
}

export interface OrderDone {
  order: OrderName;
  /**
   * - `done`: it is carried out
   * - `already`: it had been decided so before
   * - `taken_back`: a hold set before its turn is gone, and the run will start by itself at its turn
   * - `accepted`: no worker has answered yet; it is carried out when one does
   */
  outcome: 'done' | 'already' | 'taken_back' | 'accepted';
  /** Workflow ID of the run it is about. */
  workflowId: string;
  /** Workflow ID of the run that was told: the run's own, or its chain's; null where nothing was to be told. */
  told: string | null;
  /** In the words of who was told; null where nobody answered. */
  answer: string | null;
  /** For a hold: ISO instant at which it expires. */
  until: string | null;
  /** Workflow ID of a chain's run that has ended without this task: it goes on by a rerun. Null if there is none. */
  rerun: string | null;
}

/**
 * Decides that a task, or a whole chain, need not run for a run key. A run that does not exist yet, or has failed, is
 * started and completes as skipped_by_operator; of a chain that is open, what has not begun is skipped.
 * @throws BadInput: no such task or chain, no reason; Refused: `done`, `order_refused` (its body is running), `id_taken`
 */
export async function skip(server: Server, registry: Registry, workflowId: string, request: OrderRequest): Promise<OrderDone> {
  const reason = needReason('skip', workflowId, request.reason);
  const by = request.by ?? server.by;
  const target = readTarget(registry, workflowId);
  for (let looks = 1; ; looks++) {
    const place = await placeOf(server, registry, target);
    const bare = await bareOf(server, registry, target, 'skip', place);
    if (place.is === 'open' || place.is === 'ahead') return await tell(server, place, bare, { by, reason }, request.requestId);
    if (place.is === 'closed' && place.run.end === 'completed') return alreadySkipped(place.run, bare);
    const started = await start(server, registry, target, { skip: { by, reason } });
    if (started.outcome !== 'started' && looks < MAX_LOOKS) continue;
    const after = await whenClosed(server, started, CLOSED_WITHIN_MS);
    return { ...bare, outcome: after === null ? 'accepted' : 'done', told: workflowId };
  }
}

/**
 * Keeps a task or a chain from going on until it is released. A run that does not exist yet is started held; a hold that is
 * never released fails the run as hold_expired.
 * @throws BadInput: no such task or chain, no reason, a time that has passed; Refused: `done`, `order_refused`, `not_running`, `id_taken`
 */
export async function hold(server: Server, registry: Registry, workflowId: string, request: HoldRequest): Promise<OrderDone> {
  const reason = needReason('hold', workflowId, request.reason);
  const by = request.by ?? server.by;
  const target = readTarget(registry, workflowId);
  const until = holdEnd(request.until, resolve(registry, target).scheduledFor, Date.now());
  for (let looks = 1; ; looks++) {
    const place = await placeOf(server, registry, target);
    const bare = { ...(await bareOf(server, registry, target, 'hold', place)), until };
    if (place.is === 'open' || place.is === 'ahead') {
      return await tell(server, place, bare, { by, reason, until }, request.requestId);
    }
    if (place.is === 'closed') refuseEnded(place.run);
    const started = await start(server, registry, target, { hold: { by, reason, until: Date.parse(until) } });
    if (started.outcome !== 'started' && looks < MAX_LOOKS) continue;
    return { ...bare, outcome: 'done', told: workflowId };
  }
}

/**
 * Ends a hold. A run whose turn has come goes on at once; a hold set before its turn is taken back, and the run starts with
 * its slot or its chain as if it had never been.
 * @throws BadInput: no such task or chain; Refused: `not_running`, `order_refused` (it is not held), `id_taken`
 */
export async function release(server: Server, registry: Registry, workflowId: string, request: OrderRequest): Promise<OrderDone> {
  const target = readTarget(registry, workflowId);
  const by = request.by ?? server.by;
  const place = await placeOf(server, registry, target);
  const bare = await bareOf(server, registry, target, 'release', place);
  if (place.is === 'absent') throw new Refused('not_running', `${workflowId} is not held: there is no such run.`);
  if (place.is === 'closed') throw new Refused('not_running', `${workflowId} is not held: it has ended as ${place.run.status}.`);
  if (place.is === 'open') {
    const back = await takeHoldBack(server, registry, target, place, { by, reason: request.reason });
    if (back !== null) return { ...bare, outcome: back, told: workflowId };
  }
  return await tell(server, place, bare, { by, ...reasonOf(request) }, request.requestId);
}

/**
 * Ends what a task waits for before it tries again: the pause after a failed attempt, a held lock, a worker that knows it.
 * Attempts used and checkpoint stay.
 * @throws BadInput: no such task, a chain; Refused: `not_running`, `order_refused` (it is running, or held), `id_taken`
 */
export async function retryNow(
  server: Server,
  registry: Registry,
  workflowId: string,
  request: OrderRequest,
): Promise<OrderDone> {
  const target = readTarget(registry, workflowId);
  if (target.kind === 'chain') {
    throw new BadInput(
      `${workflowId} is the run of a chain; what tries again is a task of it.\nSee which: daychain retries     What failed for good: daychain rerun ${workflowId}`,
    );
  }
  const place = await placeOf(server, registry, target);
  const bare = await bareOf(server, registry, target, 'retryNow', place);
  if (place.is !== 'open') {
    const ended = place.is === 'closed' ? `it has ended as ${place.run.status}` : 'it has not begun';
    const next = place.is === 'closed' && place.run.end !== 'completed' ? `\nRun it again: daychain rerun ${workflowId}` : '';
    throw new Refused('not_running', `${workflowId} does not wait to try again: ${ended}.${next}`);
  }
  const { pending } = place.run;
  if (pending?.activity === target.id && pending.state === 'running') {
    throw new Refused('order_refused', `${workflowId} is running its attempt ${pending.attempt}: there is no pause to end.`);
  }
  return await tell(server, place, bare, { by: request.by ?? server.by, ...reasonOf(request) }, request.requestId);
}

/** A run may come between a look and a start; twice is no coincidence any more. */
const MAX_LOOKS = 3;
/** A run that only records a decision closes in milliseconds. */
const CLOSED_WITHIN_MS = 5_000;

async function tell(
  server: Server,
  place: Extract<OrderPlace, { is: 'open' | 'ahead' }>,
  bare: OrderDone,
  order: { by: string; reason?: string; until?: string },
  requestId: string | undefined,
): Promise<OrderDone> {
  const ahead = place.is === 'ahead';
  const run = ahead ? place.chain : place.run;
  const task = bare.workflowId.slice(0, bare.workflowId.indexOf(':'));
  const { answer } = await tellRun(server, run, HANDLERS[bare.order], { ...order, ...(ahead ? { task } : {}) }, requestId);
  return { ...bare, outcome: answer === null ? 'accepted' : 'done', told: run.workflowId, answer };
}

async function bareOf(
  server: Server,
  registry: Registry,
  target: OrderTarget,
  order: OrderName,
  place: OrderPlace,
): Promise<OrderDone> {
  const { workflowId } = target;
  const rerun = order === 'skip' && place.is !== 'ahead' ? await chainToRerun(server, registry, target) : null;
  return { order, outcome: 'done', workflowId, told: null, answer: null, until: null, rerun };
}

function alreadySkipped(run: RunView, bare: OrderDone): OrderDone {
  if (run.result?.kind === 'skipped_by_operator') return { ...bare, outcome: 'already' };
  throw new Refused('done', `${run.workflowId} has ended as ${run.status} already; there is nothing left to skip.`, {
    workflowId: run.workflowId,
    status: run.status,
  });
}

/** A failed run waits for nothing; a hold that was taken back or has run out may be set again. */
function refuseEnded(run: RunView): void {
  if (run.end === 'cancelled' || run.result?.kind === 'hold_expired') return;
  if (run.end === 'completed') {
    throw new Refused('done', `${run.workflowId} has ended as ${run.status} already; there is nothing left to hold.`);
  }
  throw new Refused(
    'not_running',
    `${run.workflowId} has ended as ${run.status}; nothing of it runs by itself.\nRun it again: daychain rerun ${run.workflowId}`,
  );
}

async function start(
  server: Server,
  registry: Registry,
  target: OrderTarget,
  decision: { skip: Asked } | { hold: Asked & { until: number } },
): Promise<Started> {
  const input = resolve(registry, target);
  return target.kind === 'task'
    ? await startTask(server, { ...(input as ResolvedTaskInput), ...decision })
    : await startChain(server, { ...(input as ResolvedChainInput), ...decision });
}

function resolve(registry: Registry, { kind, id, runKey }: OrderTarget): ResolvedTaskInput | ResolvedChainInput {
  // A date on what is keyed by slot is refused in words that name the slots.
  const when = /^\d{8}$/.test(runKey) ? { date: runKey } : { runKey };
  const input = kind === 'task' ? registry.resolveTask({ task: id, ...when }) : registry.resolveChain({ chain: id, ...when });
  if ('problem' in input) throw new BadInput(input.problem);
  return input;
}

function holdEnd(until: string | undefined, slot: string, now: number): string {
  if (until === undefined) return new Date(Math.max(now, Date.parse(slot)) + DAY).toISOString();
  const at = Date.parse(until);
  if (Number.isNaN(at)) throw new BadInput(`until: "${until}" is no instant; write it like 2026-02-03T12:00:00Z`);
  if (at <= now) throw new BadInput(`until: ${until} has passed already; a hold ends in the future`);
  return new Date(at).toISOString();
}

function needReason(order: string, workflowId: string, reason: string | null): string {
  if (reason !== null && reason.trim() !== '') return reason;
  throw new BadInput(`${workflowId}: a ${order} is kept with its reason. Say why: --reason "…"`);
}

function reasonOf({ reason }: OrderRequest): { reason?: string } {
  return reason === null ? {} : { reason };
}
