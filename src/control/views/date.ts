/** The chain of one run key: its graph with what each task is at, and its timeline. */
import { canonicalId } from '../../plan/ids.js';
import type { ChainResult, ResolvedChainInput } from '../../plan/types.js';
import type { Registry } from '../../registry/index.js';
import { isDate } from '../../time/dates.js';
import { epochMs, instantOfSlotKey, localDate } from '../../time/zones.js';
import { describeRun, isChainResult, type RunView } from '../describe-run.js';
import { eachOf } from '../each-of.js';
import { BadInput, NotFound } from '../errors.js';
import { unknownEntry } from '../run-words.js';
import type { Server } from '../server.js';
import { drawnPlan, type DrawnPlan } from './date-plan.js';
import { graphOfDate } from './date-graph.js';
import { readTimeline } from './date-timeline.js';
import type { DateView } from './date-types.js';
import { readGrid } from './grid.js';
import { readChainStart } from './run-start.js';
import type { GridCell, GridChain } from './grid-types.js';
import { cellState, decidedState, openTaskState, toldState, type TaskState } from './task-state.js';

/** Open tasks that are looked at one by one; of more the chain's own word is shown. */
const MOST_LOOKED_AT = 16;
/** Dates that usual durations are taken from. */
const USUAL_DAYS = 30;

/** What the parts of the view are made from. */
export interface DateSources {
  server: Server;
  chain: string;
  runKey: string;
  plan: DrawnPlan;
  run: RunView | null;
  states: ReadonlyMap<string, TaskState>;
  /** Of the chain's 30 dates; null where today's files do not have the chain. */
  grid: GridChain | null;
  now: number;
}

/**
 * Reads one date. Takes at most 70 requests to Temporal, however many tasks the chain has, and about ten once its tasks have
 * ended and were looked at before; the first of all one more for every schedule, as the grid does.
 * @param runKey a date, or of a chain keyed by slot the slot in UTC, or that of a one-shot
 * @param now epoch milliseconds
 * @throws NotFound for a chain that neither the files nor the server know, BadInput for what is no run key
 */
export async function readDate(
  server: Server,
  registry: Registry,
  chain: string,
  runKey: string,
  now: number,
): Promise<DateView> {
  const entry = registry.chain(chain);
  const found = await describeRun(server, canonicalId(chain, runKey));
  const run = found !== null && found.taskQueue === server.taskQueue && found.kind === 'chain' ? found : null;
  if (entry === undefined && run === null) throw new NotFound(unknownEntry(registry, chain));
  const until = isDate(runKey) || instantOfSlotKey(runKey) !== null ? runKey : (run?.date ?? null);
  if (until === null)
    throw new BadInput(`"${runKey}" is no run key: write a date like 20260203, or a slot like 20260203T051500Z.`);
  const days = entry?.keyedBy === 'slot' ? 1 : USUAL_DAYS;
  const [view, input] = await Promise.all([
    entry === undefined ? null : readGrid(server, registry, { chains: [chain], days, until }, now),
    run === null ? null : readChainStart(server, run),
  ]);
  const grid = view?.chains[0] ?? null;
  const result = isChainResult(run?.result ?? null) ? (run!.result as ChainResult) : null;
  const plan = drawnPlan(registry, chain, input?.plan ?? null, run !== null, Object.keys(result?.tasks ?? {}));
  const { states, unseen } = await statesOf(server, plan, run, result, runKey, grid);
  const sources: DateSources = { server, chain, runKey, plan, run, states, grid, now };
  const own = grid === null ? undefined : cellOf(grid, chain, runKey);
  const timezone = plan.from === 'run' ? ((input as ResolvedChainInput).plan.timezone ?? 'UTC') : (entry?.timezone ?? 'UTC');
  const progress = run?.progress?.kind === 'chain' ? run.progress : null;
  const column = grid?.columns.find(({ key }) => key === runKey);
  const scheduledFor = result?.scheduled_for ?? input?.scheduledFor ?? column?.scheduledFor ?? instantOfSlotKey(runKey);
  const deadline = deadlineOf(input?.deadline, run);
  const timeline = await readTimeline(sources, scheduledFor, deadline);
  return {
    chain,
    summary: entry?.summary ?? null,
    runKey,
    date: run?.date ?? (isDate(runKey) ? runKey : localDate(scheduledFor ?? now, timezone)),
    timezone,
    scheduledFor,
    at: new Date(now).toISOString(),
    run: run === null ? null : { workflowId: run.workflowId, runId: run.runId },
    ...chainState(run, result, own, states),
    usualMs: grid?.rows[0]?.usualMs ?? null,
    deadline,
    held: progress?.held ? { ...progress.held, until: new Date(progress.held.until).toISOString() } : null,
    command: commandFor(chain, runKey, run, grid, own),
    planFrom: plan.from,
    planNote: plan.note,
    graph: graphOfDate(sources, registry),
    timeline: timeline.timeline,
    incomplete: [view?.incomplete ?? null, unseen, timeline.incomplete].filter((text) => text !== null).join('; ') || null,
  };
}

export function cellOf(grid: GridChain, row: string, runKey: string): GridCell | undefined {
  const at = grid.columns.findIndex(({ key }) => key === runKey);
  return grid.rows.find(({ id }) => id === row)?.cells[at];
}

async function statesOf(
  server: Server,
  plan: DrawnPlan,
  run: RunView | null,
  result: ChainResult | null,
  runKey: string,
  grid: GridChain | null,
): Promise<{ states: Map<string, TaskState>; unseen: string | null }> {
  const progress = run?.progress?.kind === 'chain' ? run.progress : null;
  const open = plan.tasks.map(({ id }) => id).filter((id) => isOpen(id, canonicalId(id, runKey), run, progress, grid, runKey));
  const seen = new Map<string, RunView>();
  await eachOf(open.slice(0, MOST_LOOKED_AT), async (id) => {
    const view = await describeRun(server, canonicalId(id, runKey));
    if (view !== null && view.taskQueue === server.taskQueue) seen.set(id, view);
  });
  const states = new Map(
    plan.tasks.map(({ id }): [string, TaskState] => {
      const view = seen.get(id);
      const cell = grid === null ? undefined : cellOf(grid, id, runKey);
      if (view !== undefined) return [id, view.end === null ? openTaskState(view) : endedState(view)];
      const outcome = result?.tasks[id];
      // A run by hand after the chain has ended says more than its table.
      const later =
        cell?.run !== undefined && cell.started !== undefined && run?.closed !== null && cell.started > (run?.closed ?? '');
      if (outcome !== undefined && !later) return [id, decidedState(outcome)];
      return [id, toldState(progress?.tasks[id], cell)];
    }),
  );
  const more = open.length - MOST_LOOKED_AT;
  return { states, unseen: more > 0 ? `${more} more open tasks are shown by their chain's word alone` : null };
}

function isOpen(
  id: string,
  workflowId: string,
  run: RunView | null,
  progress: { tasks: Record<string, { phase: string | null }> } | null,
  grid: GridChain | null,
  runKey: string,
): boolean {
  if (progress !== null) return progress.tasks[id]?.phase === 'running';
  if (run?.end === null && run.children.includes(workflowId)) return true;
  const cell = grid === null ? undefined : cellOf(grid, id, runKey);
  return cell?.run !== undefined && (cell.state === 'running' || cell.state === 'retrying' || cell.state === 'waiting');
}

/** It ended between two looks, or by hand. */
function endedState(view: RunView): TaskState {
  const result = isChainResult(view.result) ? null : view.result;
  const { started, closed, workflowId, status } = view;
  return decidedState({
    status: status === 'pending' ? 'failed' : status,
    kind: result?.kind ?? null,
    reason: result?.reason ?? view.message,
    settled: result?.settled ?? false,
    run: workflowId,
    satisfied: false,
    attempts: result?.attempts ?? 0,
    started: result?.started ?? started,
    finished: result?.finished ?? closed,
    errors: result?.errors.length ?? 0,
    warnings: result?.warnings.length ?? 0,
  });
}

function chainState(
  run: RunView | null,
  result: ChainResult | null,
  own: GridCell | undefined,
  states: ReadonlyMap<string, TaskState>,
): Pick<DateView, 'state' | 'status' | 'kind' | 'reason' | 'started' | 'finished'> {
  if (run === null) {
    const { state, kind, reason } = cellState(own ?? { state: 'none' });
    return { state, status: null, kind, reason, started: null, finished: null };
  }
  const { status, started, closed } = run;
  const common = { status, kind: result?.kind ?? null, reason: result?.reason ?? run.message, started, finished: closed };
  if (status !== 'pending') {
    const amber = Object.values(result?.tasks ?? {}).some(({ errors, warnings }) => errors + warnings > 0);
    return { ...common, state: amber && status === 'success' ? 'warned' : status };
  }
  const held = run.progress?.kind === 'chain' && run.progress.held !== null;
  const busy = [...states.values()].some(({ state }) => state === 'running' || state === 'retrying');
  return { ...common, state: held && !busy ? 'waiting' : 'running', reason: held ? common.reason : null };
}

function deadlineOf(deadline: string | undefined, run: RunView | null): string | null {
  if (deadline === undefined || run === null || Date.parse(deadline) <= Date.parse(run.started)) return null;
  return new Date(epochMs(deadline)).toISOString();
}

function commandFor(
  chain: string,
  runKey: string,
  run: RunView | null,
  grid: GridChain | null,
  own: GridCell | undefined,
): string | null {
  if (run !== null) {
    if (run.progress?.kind === 'chain' && run.progress.held !== null) return `daychain release ${chain} ${runKey}`;
    return run.end === null || run.end === 'completed' ? null : `daychain rerun ${run.workflowId}`;
  }
  if (own?.state === 'missed') return grid?.schedule.missedCommand ?? null;
  if (own?.state === 'not_due' || own?.state === 'undecided') return null;
  return `daychain run ${chain} ${isDate(runKey) ? `--date ${runKey}` : `--slot ${runKey}`}`;
}
