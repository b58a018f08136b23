/** The timeline of a chain's date. Histories are opened only where there is more to tell than one attempt. */
import { canonicalId } from '../../plan/ids.js';
import { eachOf } from '../each-of.js';
import type { DateSources } from './date.js';
import type { Timeline, TimelineBar, TimelineSegment } from './date-types.js';
import { readTaskHistory, type TaskHistory } from './task-history.js';
import type { TaskState } from './task-state.js';
import { plainSegment, segmentsOf } from './timeline.js';

/** Histories that are opened for one look. */
const MOST_OPENED = 24;
/** A task that begins so long after its parents has waited for something. */
const PROMPT_MS = 2_000;

export async function readTimeline(
  sources: DateSources,
  scheduledFor: string | null,
  deadline: string | null,
): Promise<{ timeline: Timeline; incomplete: string | null }> {
  const { plan, states, run, server, runKey, now } = sources;
  const wanted = plan.tasks.filter(({ id }) => hasMoreToTell(id, sources));
  const histories = new Map<string, TaskHistory>();
  await eachOf(wanted.slice(0, MOST_OPENED), async ({ id }) => {
    const state = states.get(id)!;
    const history = await readTaskHistory(
      server,
      { workflowId: canonicalId(id, runKey) },
      state.finished && `${state.started} ${state.finished}`,
    );
    if (history !== null) histories.set(id, history);
  });
  const bars = plan.tasks.map(({ id, spec }): TimelineBar => {
    const state = states.get(id)!;
    const history = histories.get(id);
    if (history !== undefined) tellMore(state, history, id);
    const segments =
      history === undefined
        ? plainSegments(state)
        : segmentsOf({ task: id, history, pending: state.pending, to: state.finished, spec: spec ?? null });
    const from = segments[0]?.from ?? null;
    return { task: id, state: state.state, from, to: from === null ? null : state.finished, segments };
  });
  const skipped = wanted.length - MOST_OPENED;
  const open = run?.end === null || bars.some(({ from, to }) => from !== null && to === null);
  const instants = [
    scheduledFor === null || Date.parse(scheduledFor) > now ? null : scheduledFor,
    deadline !== null && open ? deadline : null,
    run?.started ?? null,
    run?.closed ?? null,
    open ? new Date(now).toISOString() : null,
    ...bars.flatMap(({ from, to }) => [from, to]),
  ].filter((one) => one !== null);
  const times = (instants.length > 0 ? instants : [scheduledFor ?? new Date(now).toISOString()]).map((one) => Date.parse(one));
  return {
    timeline: { from: new Date(Math.min(...times)).toISOString(), to: new Date(Math.max(...times)).toISOString(), bars },
    incomplete: skipped > 0 ? `waits and attempts of ${skipped} more tasks are not shown one by one` : null,
  };
}

/** What only the history knows: errors of attempts before a success, and attempts before the run was handed back. */
function tellMore(state: TaskState, { attemptErrors, steps }: TaskHistory, task: string): void {
  state.lastError ??= attemptErrors.at(-1) ?? null;
  if (state.finished === null) state.attempt += steps.findLast(({ activity }) => activity === task)?.attemptsBefore ?? 0;
}

/** It was tried more than once, waited, or is open. */
function hasMoreToTell(id: string, { plan, states, run }: DateSources): boolean {
  const state = states.get(id)!;
  if (state.run === null || state.satisfied) return false;
  if (state.finished === null) return state.pending !== null;
  if (state.started === null || state.attempt > 1) return true;
  const parents = plan.tasks.find((task) => task.id === id)!.dependsOn;
  const ready = Math.max(
    run === null ? 0 : Date.parse(run.started),
    ...parents.map((parent) => Date.parse(states.get(parent)?.finished ?? '') || 0),
  );
  return Date.parse(state.started) - ready > PROMPT_MS;
}

function plainSegments({ started, finished, attempt, state, reason }: TaskState): TimelineSegment[] {
  if (started === null || attempt === 0) return [];
  const failed = finished === null ? null : state === 'failed';
  return [plainSegment(started, finished, attempt, failed, state === 'failed' ? reason : null)];
}
