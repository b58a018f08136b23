/** One run in full: what it is at, what it was given and gave, who did what to it, and what can be done. */
import type { LockStore } from '../../lock/redis-store.js';
import { parseLockValue } from '../../lock/protocol.js';
import { WORKFLOWS } from '../../plan/names.js';
import { quoted } from '../../plan/query.js';
import type { RunChainInput, RunTaskInput, TaskResult } from '../../plan/types.js';
import type { Registry } from '../../registry/index.js';
import { isChainResult, type RunView } from '../describe-run.js';
import { NotFound } from '../errors.js';
import { summaryOf, type RunSummary } from '../run-summary.js';
import type { Server } from '../server.js';
import { showRun, type ShownRun } from '../show-run.js';
import { readWhy } from '../why.js';
import { endState, type CellState } from './cell.js';
import { commandsFor } from './run-commands.js';
import { ordersOf } from './run-orders.js';
import type { EarlierExecution, FullRun, RunLock } from './run-types.js';
import { sized } from './sized.js';
import { itemsOf } from '../items.js';
import { openTaskState, phaseOf } from './task-state.js';
import { readTaskHistory } from './task-history.js';

export interface RunLook {
  server: Server;
  registry: Registry;
  /** Address of Temporal's Web UI; null where nobody told. */
  ui: string | null;
  /** Null: nobody knows where Redis is. May throw: it does not answer. What it opens it closes itself. */
  openLocks: (() => Promise<LockStore>) | null;
}

const MOST_TOLD = 200;
const MOST_EARLIER = 20;
const MOST_COUNTED = 1_000;

/**
 * Reads one run of a task or chain.
 * @param workflowId `task:20260203`
 * @param now epoch milliseconds
 * @throws NotFound for one that the server does not know, or that is no task's or chain's of this project
 */
export async function readFullRun(look: RunLook, workflowId: string, now: number): Promise<FullRun> {
  const { server, registry, ui, openLocks } = look;
  const lockOf = (task: string) => registry.task(task)?.spec.lock;
  const shown = await showRun({ server, ui, workflowId, lockOf, ...(openLocks === null ? {} : { openLocks }) });
  const { run, input } = shown;
  if (run.taskQueue !== server.taskQueue || (run.kind !== 'task' && run.kind !== 'chain') || run.runKey === null)
    throw new NotFound(`${workflowId} is no run of a task or chain of project ${registry.project.name}.`);
  const [executions, why, history] = await Promise.all([
    listExecutions(server, workflowId),
    readWhy(server, registry, await locksOf(openLocks), { task: run.id, runKey: run.runKey }, now),
    run.kind === 'task' && run.end === null ? readTaskHistory(server, { workflowId, runId: run.runId }, null) : null,
  ]);
  const entry = run.kind === 'chain' ? registry.chain(run.id) : registry.task(run.id);
  const timing = registry.chain(input?.chain ?? run.id) ?? registry.timingOf(run.id);
  const result = isChainResult(run.result) ? null : run.result;
  const missing = [
    ...(shown.orders.complete ? [] : ['what people ordered is not all there: its history is very long']),
    ...(executions.cut ? [`it has more than ${MOST_COUNTED.toLocaleString('en')} executions`] : []),
  ];
  return {
    workflowId,
    runId: run.runId,
    kind: run.kind,
    id: run.id,
    summary: input?.spec?.summary ?? entry?.summary ?? null,
    runKey: run.runKey,
    date: run.date ?? run.runKey.slice(0, 8),
    timezone: input?.plan?.timezone ?? timing?.timezone ?? registry.project.timezone,
    scheduledFor: run.result?.scheduled_for ?? input?.scheduledFor ?? null,
    chain: run.kind === 'task' ? (input?.chain ?? null) : null,
    state: stateOf(run),
    status: run.status,
    resultKind: run.result?.kind ?? (run.end === 'terminated' || run.end === 'timed_out' ? run.end : null),
    phase: phaseNow(run),
    sentence: why.sentence,
    end: run.end,
    late: run.result?.late ?? false,
    settled: run.end === null ? null : (result?.settled ?? run.end === 'completed'),
    started: run.started,
    closed: run.closed,
    taskId: result?.task_id ?? holderIn(shown, workflowId),
    ...attemptsOf(
      run,
      input,
      result,
      registry,
      history?.steps.findLast(({ activity }) => activity === run.id)?.attemptsBefore ?? 0,
    ),
    attemptErrors: result?.attempt_errors ?? [...(history?.attemptErrors ?? []), ...(run.pending?.attemptErrors ?? [])].slice(-5),
    pending: run.pending,
    progress: itemsOf(run.pending?.progress),
    itemErrors: result?.errors.slice(0, MOST_TOLD) ?? [],
    itemErrorsInAll: result?.errors.length ?? 0,
    warnings: result?.warnings.slice(0, MOST_TOLD) ?? [],
    warningsInAll: result?.warnings.length ?? 0,
    params: sized(run.params ?? input?.params),
    upstream: sized(run.kind === 'task' ? (input as RunTaskInput | null)?.upstream : null),
    output: sized(result?.output),
    tasks: isChainResult(run.result) ? run.result.tasks : null,
    lock: lockNow(shown, registry, input),
    held: run.progress?.held ?? null,
    orders: ordersOf(shown),
    backfill: run.backfill ?? null,
    earlier: executions.runs
      .filter(({ runId }) => runId !== run.runId)
      .slice(0, MOST_EARLIER)
      .map(executionOf),
    executionsInAll: Math.max(1, executions.runs.length),
    temporalUi: shown.url,
    commands: commandsFor(run, why.commands),
    incomplete: missing.length === 0 ? null : missing.join('; '),
  };
}

function stateOf(run: RunView): CellState {
  if (run.status !== 'pending') return endState(run.status, isAmber(run));
  if (run.kind === 'task') return openTaskState(run).state;
  return run.progress?.held ? 'waiting' : 'running';
}

function isAmber({ result }: RunView): boolean {
  if (!isChainResult(result)) return (result?.errors.length ?? 0) + (result?.warnings.length ?? 0) > 0;
  return Object.values(result.tasks).some(({ errors, warnings }) => errors + warnings > 0);
}

function phaseNow(run: RunView): FullRun['phase'] {
  if (run.end !== null || run.kind === 'chain') return null;
  const said = run.progress?.kind === 'task' ? run.progress.phase : null;
  return phaseOf(said, run.pending?.activity === run.id ? run.pending : null);
}

function attemptsOf(
  run: RunView,
  input: (RunTaskInput & RunChainInput) | null,
  result: TaskResult | null,
  registry: Registry,
  before: number,
): Pick<FullRun, 'attempt' | 'maximumAttempts'> {
  if (run.kind === 'chain') return { attempt: null, maximumAttempts: null };
  const maximumAttempts = input?.spec?.maximumAttempts ?? registry.task(run.id)?.spec.maximumAttempts ?? null;
  return { attempt: result?.attempts ?? before + openTaskState(run).attempt, maximumAttempts };
}

/** The lock's value begins with the run's own name. */
function holderIn({ lock, run }: ShownRun, workflowId: string): string | null {
  if (lock === null || lock.run !== workflowId || lock.state !== 'running' || run.end !== null) return null;
  return parseLockValue(lock.holder)?.taskId ?? null;
}

function lockNow({ run, lock, lockProblem }: ShownRun, registry: Registry, input: RunTaskInput | null): RunLock | null {
  const spec = input?.spec?.lock ?? registry.task(run.id)?.spec.lock;
  if (run.kind !== 'task' || spec === false || spec === undefined) return null;
  const scope = spec.by === 'run' ? run.runKey! : (run.date ?? run.runKey!);
  const key = `${registry.project.lockPrefix}lock:${run.id}:${scope}`;
  if (lockProblem !== null) return { key, state: 'unreachable', holder: null, ttlMs: null, text: lockProblem };
  if (lock === null) return { key, state: 'free', holder: null, ttlMs: null, text: 'nobody holds it' };
  const own = lock.state === 'running' && lock.run === run.workflowId && run.end === null;
  const state = own ? 'ours' : lock.state;
  return { key, state, holder: lock.holder, ttlMs: lock.ttlMs, text: HOLDERS[state] };
}

const HOLDERS: Record<RunLock['state'], string> = {
  free: 'nobody holds it',
  unreachable: 'Redis gives no answer',
  ours: 'this run holds it',
  running: 'another run of ours holds it',
  closed: 'left over by a run of ours that has ended',
  abandoned: 'held by a body of ours that did not stop when told to',
  unknown: 'looks like ours, but no run says so',
  stranger: 'held by somebody else: the old scheduler, or a person',
};

/** One that does not answer is told with the lock itself. */
async function locksOf(openLocks: RunLook['openLocks']): Promise<LockStore | null> {
  return openLocks === null ? null : await openLocks().catch(() => null);
}

/** All executions of the ID, newest first. */
async function listExecutions(server: Server, workflowId: string): Promise<{ runs: RunSummary[]; cut: boolean }> {
  const types = [WORKFLOWS.runTask, WORKFLOWS.runChain].map(quoted).join(', ');
  const query = `TaskQueue = ${quoted(server.taskQueue)} AND WorkflowId = ${quoted(workflowId)} AND WorkflowType IN (${types})`;
  const runs: RunSummary[] = [];
  for await (const info of server.client.workflow.list({ query, pageSize: MOST_COUNTED })) {
    if (runs.length === MOST_COUNTED) return { runs, cut: true };
    runs.push(summaryOf(info));
  }
  return { runs: runs.sort((a, b) => (a.started < b.started ? 1 : -1)), cut: false };
}

function executionOf({ runId, status, end, started, closed }: RunSummary): EarlierExecution {
  return { runId, status, end, started, closed };
}
