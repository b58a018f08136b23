import type { OpikApi } from './api.js';

// A type, not an interface: it is part of a task's output, which is JSON.
export type CleanedTraces = {
  scanned: number;
  failed: number;
  deleted: number;
};

/** Traces looked at (O-59). */
const SCANNED = 1_000;

/**
 * Deletes traces that Opik itself holds for failed (O-59). Whether one failed is told by its `error_info`, never by a word in its
 * reasoning: contributions speak of errors and failures (defect 9).
 */
export async function cleanTraces(api: OpikApi, dryRun: boolean): Promise<CleanedTraces> {
  const traces = await api.newestTraces(SCANNED);
  const failed = traces.filter((trace) => trace.failed).map(({ id }) => id);
  if (!dryRun) await api.deleteTraces(failed);
  return { scanned: traces.length, failed: failed.length, deleted: dryRun ? 0 : failed.length };
}
