/** The plan of a backfill, shown before anything starts: which runs, in which order, and about how long. */
import { backfillId, type BackfillInput, type BackfillRequest, type BackfillRun } from '../plan/backfill.js';
import { canonicalId } from '../plan/ids.js';
import { DAY } from '../plan/limits.js';
import type { Registry } from '../registry/index.js';
import { dashed } from '../time/dates.js';
import { localDate } from '../time/zones.js';
import {
  chooseRuns,
  countStates,
  stateOf,
  stateOfAll,
  usualDuration,
  type RunState,
  type StateCounts,
} from './backfill-choice.js';
import { rangeOf, targetOf, type BackfillRange, type BackfillTarget, type BackfillWish } from './backfill-range.js';
import { Refused } from './errors.js';
import { listRuns } from './list-runs.js';
import { describeNamespace } from './namespace.js';
import { horizonOf } from './ruled-schedule.js';
import { findSummary, type RunSummary } from './run-summary.js';
import { readSchedule } from './schedule-record.js';
import type { Server } from './server.js';

export interface BackfillPlan extends Omit<BackfillRange, 'due'> {
  workflowId: string;
  request: BackfillRequest;
  /** How many run keys of the range there are in each state. */
  counts: StateCounts;
  keyedBy: 'date' | 'slot';
  /** What is run, in the order of its turns. */
  runs: BackfillRun[];
  /** The task whose dependence on its past makes it one run at a time, oldest first. */
  dependsOnPast: string | null;
  /** Milliseconds: one run's usual duration, and about how long all take. Null where nothing has run yet. */
  usual: number | null;
  estimate: number | null;
  /** What the workflow needs besides. */
  rest: Pick<BackfillInput, 'resultBytes' | 'strict' | 'tags'>;
}

/** Run keys that are asked for one by one, because lists run about a second behind. */
const MOST_LOOKED_AT = 200;
const AT_ONCE = 20;
/** Enough past runs to tell the usual duration from. */
const ENOUGH_PAST = 5;
/** A task's outcome in its chain's result, and a task's own result with its output, as JSON. */
const OUTCOME_BYTES = 600;
const TASK_RESULT_BYTES = 80_000;

/**
 * Plans a backfill. Changes nothing. `now` in epoch milliseconds.
 * @throws BadInput as targetOf and rangeOf; Refused (`beyond_retention`)
 */
export async function planBackfill(
  server: Server,
  registry: Registry,
  wish: BackfillWish,
  now: number = Date.now(),
): Promise<BackfillPlan> {
  const target = targetOf(registry, wish);
  const { due, dates, notDue } = rangeOf(wish, target, now);
  if (!wish.beyondRetention) await refuseForgotten(server, wish, target, now);
  const { states, past } = await lookUp(server, wish, due);
  const { dependsOnPast } = target;
  const { kind, id, from, to, only, tasks, reason } = wish;
  const request: BackfillRequest = {
    kind,
    id,
    from,
    to,
    only,
    tasks,
    reason,
    by: server.by,
    order: dependsOnPast === null ? wish.order : 'asc',
    concurrency: dependsOnPast === null ? wish.concurrency : 1,
  };
  const runs = chooseRuns(due, states, only, request.order);
  const usual = usualDuration(past, tasks);
  return {
    workflowId: backfillId(request),
    request,
    dates,
    notDue,
    counts: countStates(due, states),
    keyedBy: target.compiled?.keyedBy ?? 'date',
    runs,
    dependsOnPast,
    usual,
    estimate: usual === null ? null : Math.ceil(runs.length / request.concurrency) * usual,
    rest: {
      resultBytes: target.plan === null ? TASK_RESULT_BYTES : 1_000 + target.plan.tasks.length * OUTCOME_BYTES,
      ...(dependsOnPast === null ? {} : { strict: true as const }),
      ...(target.plan === null ? { tags: target.tags } : {}),
    },
  };
}

/** An ID protects its date for as long as the closed run is kept. */
async function refuseForgotten(
  server: Server,
  { id, from, to }: BackfillWish,
  { timezone, compiled }: BackfillTarget,
  now: number,
): Promise<void> {
  const { retentionDays } = await describeNamespace(server.client, server.namespace);
  // Where the server does not say, there is nothing to judge by.
  if (retentionDays <= 0) return;
  const bySlot = compiled?.keyedBy === 'slot';
  const keep = bySlot ? (await readSchedule(server.client, id))?.keep : undefined;
  const horizon = await horizonOf(server, bySlot ? 'slot' : 'date', now, keep);
  const first = localDate(horizon, timezone);
  if (from >= first) return;
  throw new Refused(
    'beyond_retention',
    [
      `${id} from ${dashed(from)} lies before ${dashed(first)}: ${bySlot ? 'closed runs of it are kept' : 'this server keeps closed runs'} for ${Math.round((now - horizon) / DAY) + 1} days, and only a kept run keeps its date from running twice.`,
      `What ran for earlier dates may be forgotten, and would run again.`,
      `${to < first ? '' : `Later dates only: name ${dashed(first)} as the first. `}All the same: --beyond-retention`,
    ].join('\n'),
    { retentionDays, first },
  );
}

interface Found {
  states: Map<string, RunState>;
  /** Runs whose durations tell how long one takes. */
  past: RunSummary[];
}

/** How each run key stands: by the lists, and for those that may have changed within the last second by asking. */
async function lookUp(server: Server, wish: BackfillWish, due: readonly BackfillRun[]): Promise<Found> {
  const window = { since: wish.from, until: wish.to, limit: Infinity };
  const whole = await listRuns(server, { kind: wish.kind, id: wish.id, ...window });
  const lists = new Map([[wish.id, byKey(whole)]]);
  for (const task of wish.tasks ?? []) lists.set(task, byKey(await listRuns(server, { kind: 'task', id: task, ...window })));

  const uncertain = due.flatMap(({ runKey }) =>
    [...lists]
      .filter(([, list]) => ['missing', 'running'].includes(stateOf(list.get(runKey))))
      .map(([id, list]) => ({ workflowId: canonicalId(id, runKey), runKey, list })),
  );
  if (uncertain.length <= MOST_LOOKED_AT) {
    for (let at = 0; at < uncertain.length; at += AT_ONCE) {
      await Promise.all(
        uncertain.slice(at, at + AT_ONCE).map(async ({ workflowId, runKey, list }) => {
          const found = await findSummary(server.client, workflowId);
          if (found !== null) list.set(runKey, found);
        }),
      );
    }
  }
  const states = new Map(due.map(({ runKey }) => [runKey, keyState(wish, lists, runKey)]));
  const done = whole.filter(({ end }) => end === 'completed');
  const past = done.length >= ENOUGH_PAST ? done : await listRuns(server, { kind: wish.kind, id: wish.id, limit: 50 });
  return { states, past };
}

function byKey(runs: readonly RunSummary[]): Map<string, RunSummary> {
  return new Map(runs.map((run) => [run.runKey!, run]));
}

/** Chosen tasks stand as their own runs do; but nothing is done about a chain that is under way. */
function keyState(wish: BackfillWish, lists: ReadonlyMap<string, Map<string, RunSummary>>, runKey: string): RunState {
  const whole = stateOf(lists.get(wish.id)!.get(runKey));
  if (wish.tasks === null || whole === 'running') return whole;
  return stateOfAll(wish.tasks.map((task) => stateOf(lists.get(task)!.get(runKey))));
}
