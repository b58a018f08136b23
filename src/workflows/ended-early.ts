/** A run that ends before it knows its definition: it can leave no result, but it can be found, and says who cancelled it. */
import { type SearchAttributePair, TemporalFailure } from '@temporalio/common';
import { CancellationScope, isCancellation, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { ensureAttributes, setStatus } from './attributes.js';
import { lookups } from './engine.js';

/**
 * Does what a run does first. Where that is cancelled or fails, the run first gets the attributes lists find it by.
 * @param attributes null for a run under an ID that is not its own: it is no run of a date
 * @throws what `prepare` throws
 */
export async function findableAnyway<T>(attributes: SearchAttributePair[] | null, prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (error) {
    if (attributes !== null && isCancellation(error)) await CancellationScope.nonCancellable(() => cancelled(attributes));
    else if (attributes !== null && error instanceof TemporalFailure) failed(attributes, error);
    throw error;
  }
}

function failed(attributes: SearchAttributePair[], error: TemporalFailure): void {
  ensureAttributes(attributes);
  setStatus('failed');
  setCurrentDetails(`failed before it began: ${error.message}`);
}

async function cancelled(attributes: SearchAttributePair[]): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const { by, reason } = await lookups.whoCancelled({ workflowId, runId });
  ensureAttributes(attributes);
  setStatus('cancelled');
  setCurrentDetails(`cancelled by ${by} before it began${reason === null ? '' : `: ${reason}`}`);
}
