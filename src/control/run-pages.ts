/** Executions of a project's runs, a page at a time. */
import { ServiceError, WorkflowClient, isGrpcServiceError } from '@temporalio/client';
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import type { Status } from '../plan/types.js';
import { BadInput } from './errors.js';
import { summaryOf, type RunSummary } from './run-summary.js';
import type { Server } from './server.js';

export interface RunPageFilter {
  /** Of a task or chain. */
  id: string | undefined;
  /** Dates, `YYYYMMDD`, both included. */
  since: string | undefined;
  until: string | undefined;
  status: Status | undefined;
}

export interface RunPage {
  /** As the server lists them: open ones first, then the newest ended. */
  runs: RunSummary[];
  /** Of the next page; null: this was the last. */
  cursor: string | null;
}

/** gRPC: an argument will not do, or the server stumbles over it. Of the arguments only the cursor is a client's own. */
const CURSOR_CODES = [2, 3, 13];

/**
 * @param cursor of the page before; null for the first
 * @throws BadInput for a cursor that is none of ours
 */
export async function listRunPage(server: Server, filter: RunPageFilter, limit: number, cursor: string | null): Promise<RunPage> {
  const page = onePage(server, cursor === null ? null : Buffer.from(cursor, 'base64url'));
  const runs: RunSummary[] = [];
  try {
    for await (const info of page.client.list({ query: queryOf(server, filter), pageSize: limit })) runs.push(summaryOf(info));
  } catch (error) {
    const cause = error instanceof ServiceError ? error.cause : error;
    if (cursor === null || !isGrpcServiceError(cause) || !CURSOR_CODES.includes(Number(cause.code))) throw error;
    throw new BadInput('cursor: is none of an answer to this question. Leave it out for the first page.');
  }
  const next = page.next();
  return { runs, cursor: next === null ? null : next.toString('base64url') };
}

function queryOf({ taskQueue }: Server, { id, since, until, status }: RunPageFilter): string {
  const type = (name: string, attribute: string) =>
    `(WorkflowType = ${quoted(name)}${id === undefined ? '' : ` AND ${attribute} = ${quoted(id)}`})`;
  return [
    `TaskQueue = ${quoted(taskQueue)}`,
    `(${type(WORKFLOWS.runChain, 'ChainName')} OR ${type(WORKFLOWS.runTask, 'TaskName')})`,
    ...(since === undefined ? [] : [`TaskDate >= ${quoted(since)}`]),
    ...(until === undefined ? [] : [`TaskDate <= ${quoted(until)}`]),
    ...(status === undefined ? [] : [STATUSES[status]]),
  ].join(' AND ');
}

/** As `statusOf` judges, in the server's words. */
const STATUSES: Record<Status, string> = {
  pending: `ExecutionStatus = "Running"`,
  success: `(ExecutionStatus = "Completed" AND TaskStatus != "skipped")`,
  skipped: `((ExecutionStatus = "Completed" OR ExecutionStatus = "Failed") AND TaskStatus = "skipped")`,
  failed: `((ExecutionStatus = "Failed" AND TaskStatus != "skipped") OR ExecutionStatus = "Terminated" OR ExecutionStatus = "TimedOut")`,
  cancelled: `ExecutionStatus = "Canceled"`,
};

/** A client whose list is one page, begun at a token; and the token of the page after it. */
export function onePage({ client }: Server, token: Buffer | null): { client: WorkflowClient; next(): Buffer | null } {
  const service = client.workflowService;
  let next: Uint8Array | null | undefined;
  const listWorkflowExecutions = async (request: Parameters<typeof service.listWorkflowExecutions>[0]) => {
    const page = await service.listWorkflowExecutions({ ...request, ...(token && { nextPageToken: token }) });
    next = page.nextPageToken;
    return { ...page, nextPageToken: null };
  };
  const paging = Object.create(service, { listWorkflowExecutions: { value: listWorkflowExecutions } }) as typeof service;
  const connection = Object.create(client.connection, { workflowService: { value: paging } }) as typeof client.connection;
  return {
    client: new WorkflowClient({ ...client.workflow.options, connection }),
    next: () => (next && next.length > 0 ? Buffer.from(next) : null),
  };
}
