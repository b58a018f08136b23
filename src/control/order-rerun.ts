/** Chains that ended without a task somebody has decided about afterwards. */
import { canonicalId } from '../plan/ids.js';
import type { Registry } from '../registry/index.js';
import { describeRun, isChainResult } from './describe-run.js';
import type { OrderTarget } from './order-place.js';
import type { Server } from './server.js';

/** Workflow ID of a chain's run that has failed and in which the task stands; null if there is none. */
export async function chainToRerun(
  server: Server,
  registry: Registry,
  { kind, id, runKey }: OrderTarget,
): Promise<string | null> {
  if (kind === 'chain') return null;
  for (const chain of registry.chainsOf(id)) {
    const run = await describeRun(server, canonicalId(chain, runKey), { ask: false });
    const failed = run !== null && run.end !== null && run.end !== 'completed' && run.taskQueue === server.taskQueue;
    if (failed && (!isChainResult(run.result) || Object.hasOwn(run.result.tasks, id))) return run.workflowId;
  }
  return null;
}
