/** Closed runs of schedules keyed by slot, deleted once they are older than their schedule keeps them. */
import { isGrpcServiceError } from '@temporalio/client';
import { DAY, DEFAULT_KEEP_MS } from '../plan/limits.js';
import { parseCanonicalId } from '../plan/ids.js';
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import type { CleanedRuns } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { ruleOf } from '../registry/rules.js';
import { eachOf } from './each-of.js';
import { readSchedule } from './schedule-record.js';
import type { Server } from './server.js';

export interface CleanRunsOptions {
  dryRun?: boolean;
  /** Deletions in all. Default 2,000. */
  limit?: number;
}

/** A pass of the daily clean-up takes seconds at this. */
const MOST_DELETED = 2_000;

/**
 * Deletes them, as the server's own schedules say how long they are kept. Only of schedules that the files define and this
 * project owns, only closed runs, each by its own run ID. `now` in epoch milliseconds.
 */
export async function cleanRuns(
  server: Server,
  registry: Registry,
  now: number,
  { dryRun = false, limit = MOST_DELETED }: CleanRunsOptions = {},
): Promise<CleanedRuns[]> {
  const cleaned: CleanedRuns[] = [];
  let left = limit;
  for (const { id } of registry.schedules()) {
    const existing = await readSchedule(server.client, id);
    const keyedBy = existing === null ? undefined : ruleOf(existing.rules)?.keyedBy;
    if (existing?.project !== registry.project.name || keyedBy !== 'slot') continue;
    const keepMs = existing.keep?.ms ?? DEFAULT_KEEP_MS;
    const one: CleanedRuns = { id, keepDays: keepMs / DAY, runs: 0, shells: 0, more: false, refused: null };
    const found = await closedBefore(server, id, now - keepMs, left);
    one.more = found.more;
    if (!dryRun) one.refused = await deleteAll(server, found.runs);
    for (const { shell, deleted } of found.runs) if (dryRun || deleted) one[shell ? 'shells' : 'runs']++;
    left -= found.runs.length;
    if (one.runs + one.shells > 0 || one.more || one.refused !== null) cleaned.push(one);
  }
  return cleaned;
}

interface ClosedRun {
  workflowId: string;
  runId: string;
  shell: boolean;
  deleted: boolean;
}

const SLOT_KEY = /^\d{8}T\d{6}Z$/;

async function closedBefore(
  server: Server,
  id: string,
  before: number,
  limit: number,
): Promise<{ runs: ClosedRun[]; more: boolean }> {
  const own = (type: string, attribute: string) => `(WorkflowType = ${quoted(type)} AND ${attribute} = ${quoted(id)})`;
  const query = [
    `TaskQueue = ${quoted(server.taskQueue)}`,
    `ExecutionStatus != 'Running'`,
    `CloseTime < ${quoted(new Date(before).toISOString())}`,
    `(${[
      own(WORKFLOWS.runChain, 'ChainName'),
      own(WORKFLOWS.runTask, 'ChainName'),
      own(WORKFLOWS.runTask, 'TaskName'),
      own(WORKFLOWS.scheduledChain, 'TemporalScheduledById'),
    ].join(' OR ')})`,
  ].join(' AND ');
  const runs: ClosedRun[] = [];
  for await (const { workflowId, runId, type, status, taskQueue, closeTime } of server.client.workflow.list({ query })) {
    // The list is about a second behind, and a query is only a question: what is deleted is looked at here.
    if (status.name === 'RUNNING' || taskQueue !== server.taskQueue || !closeTime || closeTime.getTime() >= before) continue;
    const shell = type === WORKFLOWS.scheduledChain;
    // Runs that are unique by their date protect it, also where the schedule was keyed by date once.
    if (!shell && !SLOT_KEY.test(parseCanonicalId(workflowId)?.runKey ?? '')) continue;
    if (runs.length >= limit) return { runs, more: true };
    runs.push({ workflowId, runId, shell, deleted: false });
  }
  return { runs, more: false };
}

const NOT_FOUND = 5;
/** PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED: it will not do so a moment later either. */
const REFUSALS = [7, 12, 16];

/** Why the server refuses, or null. */
async function deleteAll(server: Server, runs: readonly ClosedRun[]): Promise<string | null> {
  let refused: string | null = null;
  await eachOf(runs, async (run) => {
    if (refused !== null) return;
    try {
      await server.client.workflowService.deleteWorkflowExecution({
        namespace: server.namespace,
        workflowExecution: { workflowId: run.workflowId, runId: run.runId },
      });
      run.deleted = true;
    } catch (error) {
      if (!isGrpcServiceError(error)) throw error;
      if (error.code === NOT_FOUND) return;
      if (!REFUSALS.includes(error.code)) throw error;
      refused = error.details || error.message;
    }
  });
  return refused;
}
