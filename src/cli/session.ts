/** What a command opens, and where people see it. */
import type { ServerSession } from '../session/open.js';

export * from '../session/open.js';

/** The page of a run in Temporal's Web UI; the newest one's where the run ID is left out. */
export function runUrl(
  session: Pick<ServerSession, 'ui' | 'server'>,
  run: { workflowId: string; runId?: string },
): string | null {
  if (session.ui === null) return null;
  // A colon may stand in a path, and reads better than %3A.
  const id = encodeURIComponent(run.workflowId).replaceAll('%3A', ':');
  return `${session.ui}/namespaces/${session.server.namespace}/workflows/${id}${run.runId ? `/${run.runId}` : ''}`;
}
