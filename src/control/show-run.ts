/** Everything there is to show of one run. */
import type { LockStore } from '../lock/redis-store.js';
import type { LockSpec, RunChainInput, RunTaskInput } from '../plan/types.js';
import { describeRun, type RunView } from './describe-run.js';
import { NotFound } from './errors.js';
import { findLock, type LockView } from './locks.js';
import { readOrders, type OrderRecords } from './order-records.js';
import { ProgressReader, type RunSnapshot } from './progress.js';
import { readInput } from './run-input.js';
import { runUrl } from './run-url.js';
import type { Server } from './server.js';

export interface ShownRun extends RunSnapshot {
  input: (RunTaskInput & RunChainInput) | null;
  /** Its page in Temporal's Web UI; null where nobody told where that is. */
  url: string | null;
  /** What people decided about it. */
  orders: OrderRecords;
  /** Of a task's run; null where nobody holds it. */
  lock: LockView | null;
  /** Why the lock could not be looked at. */
  lockProblem: string | null;
}

export interface Look {
  server: Server;
  /** Of the Web UI. */
  ui: string | null;
  workflowId: string;
  /** By today's files, where the run's input does not say. */
  lockOf?(task: string): LockSpec | undefined;
  /** Left out: nobody is asked for the lock. What it opens it closes itself. */
  openLocks?(): Promise<LockStore>;
}

/** @throws NotFound */
export async function showRun(look: Look): Promise<ShownRun> {
  const { server, ui, workflowId } = look;
  const first = await describeRun(server, workflowId, { ask: false });
  if (first === null) throw new NotFound(unknownRun(workflowId));
  const snapshot = await new ProgressReader(server, workflowId, first.runId).read();
  const run = snapshot?.run ?? first;
  const [input, orders] = await Promise.all([readInput(server, run), readOrders(server, run)]);
  const url = runUrl({ ui, server }, { workflowId });
  const shown = { run, tasks: snapshot?.tasks ?? [], input, orders, url };
  return { ...shown, ...(await lookAtLock(look, run, input)) };
}

async function lookAtLock(look: Look, run: RunView, input: RunTaskInput | null): Promise<Pick<ShownRun, 'lock' | 'lockProblem'>> {
  const nobody = { lock: null, lockProblem: null };
  if (look.openLocks === undefined || run.kind !== 'task' || run.runKey === null) return nobody;
  const spec = input?.spec?.lock ?? look.lockOf?.(run.id);
  if (spec === false) return nobody;
  try {
    const scope = spec?.by === 'run' ? run.runKey : (run.date ?? run.runKey);
    return { lock: await findLock(look.server, await look.openLocks(), run.id, scope, run), lockProblem: null };
  } catch (error) {
    return { lock: null, lockProblem: (error as Error).message.split('\n')[0]! };
  }
}

function unknownRun(workflowId: string): string {
  const [id = '', key] = workflowId.split(':');
  return key === undefined
    ? `There is no run ${workflowId}.\nWhat ran lately: daychain status     What there is: daychain list`
    : `${id} has not run for ${key}.\nRun it: daychain run ${id} --date ${key}`;
}
