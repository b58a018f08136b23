/** How many runs the server has in each state: one request for each kind, however many there are. */
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import type { Server } from './server.js';

export interface RunCount {
  kind: 'task' | 'chain';
  /** As the server says it: `Running`, `Completed`, `Failed`, … */
  state: string;
  count: number;
}

export async function countRuns(server: Server): Promise<RunCount[]> {
  const kinds = [
    ['chain', WORKFLOWS.runChain],
    ['task', WORKFLOWS.runTask],
  ] as const;
  const counts = await Promise.all(
    kinds.map(async ([kind, type]) => {
      const query = `TaskQueue = ${quoted(server.taskQueue)} AND WorkflowType = ${quoted(type)} GROUP BY ExecutionStatus`;
      const { groups } = await server.client.workflow.count(query);
      return groups.map(({ count, groupValues }) => ({ kind, state: String(groupValues[0]), count }));
    }),
  );
  return counts.flat();
}
