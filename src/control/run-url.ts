/** Where a run is to be seen in Temporal's own Web UI. */
import type { Server } from './server.js';

/** The page of a run; the newest one's where the run ID is left out. Null where nobody told where the Web UI is. */
export function runUrl(
  { ui, server }: { ui: string | null; server: Pick<Server, 'namespace'> },
  run: { workflowId: string; runId?: string },
): string | null {
  if (ui === null) return null;
  // A colon may stand in a path, and reads better than %3A.
  const id = encodeURIComponent(run.workflowId).replaceAll('%3A', ':');
  return `${ui}/namespaces/${server.namespace}/workflows/${id}${run.runId ? `/${run.runId}` : ''}`;
}
