/** A hold set before the run's turn is no reason to run early: it is taken back, and the run starts at its turn. */
import { canonicalId } from '../plan/ids.js';
import type { Asked } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { cancelRun } from './cancel.js';
import { findSummary } from './run-summary.js';
import type { OrderPlace, OrderTarget } from './order-place.js';
import { readInput } from './run-input.js';
import type { Server } from './server.js';
import { whenClosed } from './wait.js';

/** A held run closes in milliseconds. */
const CLOSED_WITHIN_MS = 5_000;

/**
 * Takes the hold of a run back whose slot or chain has not come to it yet, by closing the run as cancelled.
 * Null where its turn has come, or nothing will start it but this release.
 */
export async function takeHoldBack(
  server: Server,
  registry: Registry,
  target: OrderTarget,
  { run, turns }: Extract<OrderPlace, { is: 'open' }>,
  asked: Asked,
): Promise<'taken_back' | 'accepted' | null> {
  if (run.progress === null || !('held' in run.progress) || run.progress.held === null) return null;
  const input = await readInput(server, run);
  if (input?.hold === undefined || run.backfill !== undefined) return null;
  const inOpenChain = turns.some(({ reached }) => reached === false);
  const ahead = turns.length > 0 ? inOpenChain : await isStillDue(server, registry, target, input.scheduledFor);
  if (!ahead) return null;
  await cancelRun(
    { ...server, by: asked.by },
    run.workflowId,
    `hold taken back${asked.reason === null ? '' : `: ${asked.reason}`}`,
  );
  return (await whenClosed(server, run, CLOSED_WITHIN_MS)) === null ? 'accepted' : 'taken_back';
}

/** Whether a schedule's slot that is still to come will start it. */
async function isStillDue(
  server: Server,
  registry: Registry,
  { kind, id, runKey }: OrderTarget,
  scheduledFor: string | undefined,
): Promise<boolean> {
  if (scheduledFor === undefined || Date.parse(scheduledFor) <= Date.now()) return false;
  const timing = kind === 'chain' ? registry.chain(id) : registry.timingOf(id);
  if (timing?.schedule) return true;
  if (kind === 'chain') return false;
  for (const chain of registry.chainsOf(id)) {
    if (!registry.chain(chain)?.schedule) continue;
    if ((await findSummary(server.client, canonicalId(chain, runKey))) === null) return true;
  }
  return false;
}
