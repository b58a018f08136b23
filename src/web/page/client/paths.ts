/** Where the API keeps each view. */

const part = encodeURIComponent;

export const gridPath = (until: string | null, chain: string | null): string =>
  `/api/grid?${asked({ days: '30', until, chains: chain })}`;
export const datePath = (chain: string, runKey: string): string => `/api/dates/${part(chain)}/${part(runKey)}`;
export const runPath = (run: string): string => `/api/views/runs/${part(run)}`;
export const whyPath = (task: string, runKey: string, chain: string | null): string =>
  `/api/why/${part(task)}/${part(runKey)}?${asked({ chain })}`;
export const logPath = (run: string, after: string | null): string => `/api/runs/${part(run)}/logs?${asked({ after })}`;
export const nextPath = (hours: number): string => `/api/views/next?${asked({ hours: String(hours) })}`;
export const backfillsPath = (page: string | null): string => `/api/views/backfills?${asked({ page })}`;
export const backfillPath = (workflowId: string): string => `/api/views/backfills/${part(workflowId)}`;
export const chainPath = (id: string): string => `/api/chains/${part(id)}`;
export const taskPath = (id: string): string => `/api/tasks/${part(id)}`;
export const projectPath = '/api/project';
export const sessionPath = '/api/session';
export const eventsPath = '/api/events';

function asked(query: Record<string, string | null>): string {
  return new URLSearchParams(Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== null)).toString();
}
