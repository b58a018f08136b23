/** The workflows of daychain. Their names stand in histories and schedules: they are for ever. */
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { WORKFLOWS } from '../plan/names.js';

export { backfill } from './backfill.js';
export { cleanUp } from './clean-up.js';
export { notify } from './notify.js';
export { oneShot } from './one-shot.js';
export { resumeLater } from './resume-later.js';
export { retryCall } from './retry-call.js';
export { runChain } from './run-chain.js';
export { runTask } from './run-task.js';
export { scheduledChain } from './scheduled-chain.js';

/** Any other name: without this it would stay open for ever, and describe would show nothing. */
export default async function unknownWorkflow(..._: unknown[]): Promise<never> {
  throw ApplicationFailure.nonRetryable(
    `no workflow "${workflowInfo().workflowType}" here; there are ${Object.values(WORKFLOWS).join(', ')}`,
    'unknown_workflow',
  );
}
