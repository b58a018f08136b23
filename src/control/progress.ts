/** How far an open run is: a snapshot of it and, for a chain, of each of its tasks. */
import { canonicalId } from '../plan/ids.js';
import type { ChainProgress, Kind, Phase, Status, TaskProgress, TaskResult } from '../plan/types.js';
import { describeRun, isChainResult, type PendingAttempt, type RunView } from './describe-run.js';
import type { Server } from './server.js';

export interface TaskSnapshot {
  task: string;
  /** Workflow ID of its run. */
  run: string;
  status: Status;
  kind: Kind | null;
  /** What it is doing while it is open; null once it is decided. */
  phase: Phase | null;
  /** Why it waits, or why it ended so. */
  detail: string | null;
  /** ISO instants. */
  started: string | null;
  finished: string | null;
  /** An earlier or other run of the same run key did the work. */
  satisfied: boolean;
  pending: PendingAttempt | null;
  /** What the task ended with; null while it is open, or if it was decided without a run. */
  result: TaskResult | null;
}

export interface RunSnapshot {
  run: RunView;
  tasks: TaskSnapshot[];
}

/** More open tasks than this are shown without what they are doing. */
const MAX_ASKED = 16;

/** Takes snapshots of one run. Ends of tasks are read once and kept. */
export class ProgressReader {
  private readonly ended = new Map<string, TaskSnapshot>();

  constructor(
    private readonly server: Server,
    private readonly workflowId: string,
    private readonly runId: string,
  ) {}

  /** Null if the server has no such run any more. */
  async read(): Promise<RunSnapshot | null> {
    const run = await describeRun(this.server, this.workflowId, { runId: this.runId });
    if (run === null) return null;
    if (run.kind === 'task') return { run, tasks: [taskOf(run, run.id)] };
    return { run, tasks: isChainResult(run.result) ? await this.decided(run) : await this.open(run) };
  }

  private async open(run: RunView): Promise<TaskSnapshot[]> {
    const progress = run.progress?.kind === 'chain' ? run.progress : null;
    if (progress === null) return await this.childrenOf(run);
    let asked = 0;
    return await Promise.all(
      Object.entries(progress.tasks).map(async ([task, line]) => {
        const id = canonicalId(task, progress.run_key);
        const bare = bareLine(task, id, line);
        if (line.phase !== null && line.phase !== 'running') return bare;
        if (line.phase === 'running' && ++asked > MAX_ASKED) return bare;
        return line.phase === null ? await this.end(task, id, bare) : await this.look(task, id, bare);
      }),
    );
  }

  /** Without a worker nobody says which tasks there are; the open ones the server knows. */
  private async childrenOf(run: RunView): Promise<TaskSnapshot[]> {
    const looks = run.children.slice(0, MAX_ASKED).map(async (id) => {
      const child = await describeRun(this.server, id, { ask: false });
      return child === null ? [] : [taskOf(child, child.id)];
    });
    return [...this.ended.values(), ...(await Promise.all(looks)).flat()];
  }

  private async decided(run: RunView): Promise<TaskSnapshot[]> {
    if (!isChainResult(run.result)) return [];
    return await Promise.all(
      Object.entries(run.result.tasks).map(async ([task, outcome]) => {
        const id = outcome.run ?? canonicalId(task, run.runKey ?? '');
        const bare: TaskSnapshot = {
          ...bareLine(task, id, { ...outcome, phase: null }),
          started: outcome.started,
          finished: outcome.finished,
          satisfied: outcome.satisfied,
        };
        return outcome.run === null ? bare : await this.end(task, id, bare);
      }),
    );
  }

  private async end(task: string, id: string, bare: TaskSnapshot): Promise<TaskSnapshot> {
    const known = this.ended.get(task);
    if (known !== undefined) return { ...known, satisfied: bare.satisfied };
    const view =
      bare.kind === 'upstream_failed' || bare.kind === 'upstream_skipped'
        ? null
        : await describeRun(this.server, id, { ask: false });
    if (view === null || view.end === null || isChainResult(view.result) || view.result === null) return bare;
    // The chain's word on the outcome; the run's own on the rest.
    const line = {
      ...bare,
      started: view.result.started ?? view.started,
      finished: view.result.finished ?? view.closed,
      result: view.result,
    };
    this.ended.set(task, line);
    return line;
  }

  private async look(task: string, id: string, bare: TaskSnapshot): Promise<TaskSnapshot> {
    const view = await describeRun(this.server, id);
    return view === null || view.end !== null ? bare : taskOf(view, task);
  }
}

function bareLine(task: string, run: string, line: ChainProgress['tasks'][string]): TaskSnapshot {
  return {
    task,
    run,
    status: line.status,
    kind: line.kind,
    phase: line.phase,
    detail: line.reason,
    started: null,
    finished: null,
    satisfied: false,
    pending: null,
    result: null,
  };
}

function taskOf(view: RunView, task: string): TaskSnapshot {
  const progress = view.progress?.kind === 'task' ? view.progress : null;
  const result = isChainResult(view.result) ? null : view.result;
  return {
    task,
    run: view.workflowId,
    status: view.status,
    kind: result?.kind ?? null,
    phase: view.end === null ? phaseOf(progress, view.pending) : null,
    detail: result?.reason ?? progress?.detail ?? (view.pending?.waiting ? view.pending.lastFailure : view.message),
    started: result?.started ?? view.started,
    finished: result?.finished ?? view.closed,
    satisfied: false,
    pending: view.pending,
    result,
  };
}

/** A run that waits for its next attempt says "running": only the server knows that it pauses. */
function phaseOf(progress: TaskProgress | null, pending: PendingAttempt | null): Phase {
  if (pending?.waiting) return pending.waiting;
  if (pending?.state === 'scheduled' && pending.attempt > 1) return 'retrying';
  return progress?.phase ?? (pending?.state === 'running' ? 'running' : 'queued');
}
