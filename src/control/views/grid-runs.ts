/** Everything the grid reads of runs and shells: few lists, whatever the number of dates. About a second behind the truth. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { WORKFLOWS } from '../../plan/names.js';
import { quoted } from '../../plan/query.js';
import type { SlotResult } from '../../plan/types.js';
import { addDays, dashed } from '../../time/dates.js';
import { instantText } from '../../time/zones.js';
import { newestRuns } from '../newest-runs.js';
import { summaryOf, type RunEndName, type RunSummary } from '../run-summary.js';
import type { Server } from '../server.js';
import { SCHEDULED_BY, SCHEDULED_START } from '../start-slot.js';

/** What is looked for of one chain, or of one task with its own schedule. */
export interface RunRange {
  id: string;
  kind: 'chain' | 'task';
  /** Dates, `YYYYMMDD`, both included. */
  from: string;
  to: string;
  /** No run that started before, epoch milliseconds: a slot's run never starts before its slot. Null: no such limit. */
  after: number | null;
}

export interface ListedShell {
  schedule: string;
  /** ISO instant. */
  slot: string;
  /** How it was closed; null while it is open. */
  end: RunEndName | null;
  /** Why the slot was left out; null if it was not, or not yet. */
  left: SlotResult | null;
  /** Started, ISO instant: of two shells of one slot the newer counts. */
  started: string;
}

export interface GridRuns {
  /** Of chains and of tasks with their own schedule; the newest execution of each workflow ID. */
  scheduled: RunSummary[];
  /** Tasks' runs that are open, or that nobody's chain started. */
  single: RunSummary[];
  shells: ListedShell[];
  /** How many pages the list took. */
  pages: number;
  /** More runs than are read at once lie in the ranges. */
  cut: boolean;
}

const PAGE = 1_000;
/** Runs and shells that are read at once. */
export const MOST_LISTED = 4_000;
/** Runs of tasks that are read of chains without a table of outcomes: one page. */
export const MOST_TASKS = PAGE;

/** One list, of one page for every thousand runs. */
export async function listGridRuns(server: Server, ranges: readonly RunRange[]): Promise<GridRuns> {
  if (ranges.length === 0) return { scheduled: [], single: [], shells: [], pages: 0, cut: false };
  const { found, cut } = await list(server, [...ranges.map(rangeQuery), ...othersQueries(ranges)].join(' OR '), MOST_LISTED);
  const ids = new Set(ranges.map(({ kind, id }) => `${kind} ${id}`));
  const runs = newestRuns(found.filter(({ type }) => type !== WORKFLOWS.scheduledChain).map(summaryOf));
  return {
    scheduled: runs.filter(({ kind, id }) => ids.has(`${kind} ${id}`)),
    single: runs.filter(({ kind }) => kind === 'task'),
    shells: found.flatMap(shellOf),
    pages: Math.max(1, Math.ceil(found.length / PAGE)),
    cut,
  };
}

/** Tasks' runs of some dates of chains, whoever started them: of chains that are open, or left no table of outcomes. */
export async function listTasksOf(
  server: Server,
  chains: readonly string[],
  dates: readonly string[],
): Promise<{ tasks: RunSummary[]; cut: boolean }> {
  const query = `WorkflowType = ${quoted(WORKFLOWS.runTask)} AND ChainName IN (${listed(chains)}) AND TaskDate IN (${listed(dates)})`;
  const { found, cut } = await list(server, query, MOST_TASKS);
  return { tasks: newestRuns(found.map(summaryOf).filter(({ kind }) => kind === 'task')), cut };
}

function rangeQuery({ id, kind, from, to, after }: RunRange): string {
  const type = kind === 'chain' ? WORKFLOWS.runChain : WORKFLOWS.runTask;
  const name = kind === 'chain' ? 'ChainName' : 'TaskName';
  const since = after === null ? '' : ` AND StartTime >= ${quoted(instantText(after))}`;
  return `(WorkflowType = ${quoted(type)} AND ${name} = ${quoted(id)} AND ${datesQuery(from, to)}${since})`;
}

function othersQueries(ranges: readonly RunRange[]): string[] {
  const dates = ranges.flatMap(({ from, to }) => [from, to]).sort();
  const [from, to] = [dates[0]!, dates.at(-1)!];
  const tasks = `WorkflowType = ${quoted(WORKFLOWS.runTask)} AND ${datesQuery(from, to)} AND (ExecutionStatus = "Running" OR ParentWorkflowId IS NULL)`;
  // Shells that ended as they should stand for runs that are listed anyway. Two days more cover all zones.
  const slots = `TemporalScheduledStartTime >= ${dayText(addDays(from, -1))} AND TemporalScheduledStartTime < ${dayText(addDays(to, 3))}`;
  const shells = `WorkflowType = ${quoted(WORKFLOWS.scheduledChain)} AND ${slots} AND (TaskStatus = "skipped" OR ExecutionStatus != "Completed")`;
  return [`(${tasks})`, `(${shells})`];
}

function datesQuery(from: string, to: string): string {
  return `TaskDate >= ${quoted(from)} AND TaskDate <= ${quoted(to)}`;
}

function dayText(date: string): string {
  return quoted(`${dashed(date)}T00:00:00Z`);
}

function listed(words: readonly string[]): string {
  return words.map(quoted).join(', ');
}

async function list(
  { client, taskQueue }: Server,
  condition: string,
  most: number,
): Promise<{ found: WorkflowExecutionInfo[]; cut: boolean }> {
  const query = `TaskQueue = ${quoted(taskQueue)} AND (${condition})`;
  const found: WorkflowExecutionInfo[] = [];
  for await (const info of client.workflow.list({ query, pageSize: PAGE })) {
    if (found.length === most) return { found, cut: true };
    found.push(info);
  }
  return { found, cut: false };
}

function shellOf(info: WorkflowExecutionInfo): ListedShell[] {
  const schedule = info.typedSearchAttributes.get(SCHEDULED_BY);
  const slot = info.typedSearchAttributes.get(SCHEDULED_START);
  if (schedule === undefined || slot === undefined) return [];
  const { skippedSlot, end, started } = summaryOf(info);
  return [{ schedule, slot: instantText(slot.getTime()), end, left: skippedSlot ?? null, started }];
}
