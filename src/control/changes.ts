/** What has changed on the server since the last look: two requests a look, however much there is. */
import { WORKFLOWS } from '../plan/names.js';
import { quoted } from '../plan/query.js';
import { summaryOf, type RunSummary } from './run-summary.js';
import type { Server } from './server.js';

export interface Changes {
  /** Workflow IDs of runs that began, ended or changed their status; shells and backfills too. */
  runs: string[];
  /** Ids of their tasks and chains. */
  ids: string[];
  /** Ids of schedules that were paused, resumed, made or edited, or had a slot. */
  schedules: string[];
  /** Runs that are open: what these do may change without a word to lists. */
  open: string[];
}

/** More executions than this are not looked at in one look; then everything counts as changed. */
const MOST = 500;
const MOST_OPEN = 100;
/** Lists are about a second behind. */
const OVERLAP_MS = 10_000;

export class ChangeReader {
  private readonly runs = new Map<string, string>();
  private schedules = new Map<string, string>();
  private first = true;
  private since: number;

  /** @param now epoch milliseconds: what ended before is no news */
  constructor(now: number) {
    this.since = now;
  }

  /** Null on the first look: everything may be new to whoever asks. */
  async read(server: Server, now: number): Promise<Changes | null> {
    const [runs, schedules] = await Promise.all([this.readRuns(server), this.readSchedules(server)]);
    this.since = now;
    const first = this.first;
    this.first = false;
    if (first) return null;
    const ids = new Set(runs.changed.map(({ id }) => id));
    return {
      runs: runs.changed.map(({ workflowId }) => workflowId),
      ids: [...ids],
      schedules,
      open: runs.open.slice(0, MOST_OPEN).map(({ workflowId }) => workflowId),
    };
  }

  private async readRuns(server: Server): Promise<{ changed: RunSummary[]; open: RunSummary[] }> {
    const types = [WORKFLOWS.runChain, WORKFLOWS.runTask, WORKFLOWS.scheduledChain, WORKFLOWS.oneShot, WORKFLOWS.backfill];
    const since = new Date(this.since - OVERLAP_MS).toISOString();
    const query = [
      `TaskQueue = ${quoted(server.taskQueue)}`,
      `(${types.map((type) => `WorkflowType = ${quoted(type)}`).join(' OR ')})`,
      `(ExecutionStatus = "Running" OR CloseTime > ${quoted(since)})`,
    ].join(' AND ');
    const changed: RunSummary[] = [];
    const open: RunSummary[] = [];
    const seen = new Set<string>();
    let left = MOST;
    for await (const info of server.client.workflow.list({ query, pageSize: MOST })) {
      const run = summaryOf(info);
      const state = [run.status, run.end, run.left === null ? '' : 'left', info.searchAttributes['TaskStatus']?.[0] ?? ''].join(
        ' ',
      );
      seen.add(run.runId);
      if (this.runs.get(run.runId) !== state) changed.push(run);
      this.runs.set(run.runId, state);
      if (run.end === null) open.push(run);
      if (--left <= 0) break;
    }
    for (const runId of this.runs.keys()) if (!seen.has(runId)) this.runs.delete(runId);
    return { changed, open };
  }

  private async readSchedules(server: Server): Promise<string[]> {
    const found = new Map<string, string>();
    for await (const schedule of server.client.schedule.list({ pageSize: 1_000 })) {
      const { state, info, spec } = schedule;
      const last = info.recentActions.at(-1)?.scheduledAt;
      found.set(schedule.scheduleId, JSON.stringify([state, spec, last ?? null]));
    }
    const before = this.schedules;
    this.schedules = found;
    const ids = new Set([...before.keys(), ...found.keys()]);
    return [...ids].filter((id) => before.get(id) !== found.get(id));
  }
}
