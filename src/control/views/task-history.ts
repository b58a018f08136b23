/** What a task's run did, step by step, from its history. Of closed runs it is read once and kept. */
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { AttemptError, AttemptInput, AttemptOutput, AttemptTrace } from '../../plan/types.js';
import { instant } from '../describe-run.js';
import type { Server } from '../server.js';

/** An activity of the run, or a timer it waited for. Times are ISO instants. */
export interface HistoryStep {
  /** The activity's type; null for a timer. A task's own activity has the task's id. */
  activity: string | null;
  from: string;
  /** When its last attempt was started; null where it never was, or still may be. */
  started: string | null;
  /** Attempts of the activity by the server's count, up to the last one; 1 while it is open. */
  attempt: number;
  /** Attempts of the body that earlier activities of the run used up. */
  attemptsBefore: number;
  to: string | null;
  /** Null while it is open. */
  end: 'completed' | 'failed' | 'cancelled' | null;
  /** What the body's activity came to: `done`, or what made the run try again later. */
  outcome: AttemptOutput['outcome'] | null;
  /** Why it failed, or what it waited for. */
  text: string | null;
}

export interface TaskHistory {
  /** ISO instant at which the run began. */
  started: string;
  steps: HistoryStep[];
  attemptErrors: AttemptError[];
}

const PAGE = 1_000;
const MOST_KEPT = 2_000;
const kept = new WeakMap<Client, Map<string, TaskHistory>>();

/**
 * The first thousand events of a run: a task's has dozens.
 * @param closed its run ID, or what else tells it from others of the workflow ID; null for an open run, which is not kept
 */
export async function readTaskHistory(
  server: Server,
  run: { workflowId: string; runId?: string },
  closed: string | null,
): Promise<TaskHistory | null> {
  const known = kept.get(server.client) ?? new Map<string, TaskHistory>();
  kept.set(server.client, known);
  const key = `${run.workflowId} ${closed}`;
  const before = closed === null ? undefined : known.get(key);
  if (before !== undefined) return before;
  const { history } = await server.client.workflowService.getWorkflowExecutionHistory({
    namespace: server.namespace,
    execution: run,
    maximumPageSize: PAGE,
  });
  const events = history?.events ?? [];
  if (events.length === 0) return null;
  const read = await stepsOf(server, events);
  if (closed !== null) {
    if (known.size >= MOST_KEPT) known.delete(known.keys().next().value!);
    known.set(key, read);
  }
  return read;
}

type Events = NonNullable<
  NonNullable<Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>['history']>['events']
>;
type Event = Events[number];

async function stepsOf(server: Server, events: Events): Promise<TaskHistory> {
  const steps = new Map<string, HistoryStep>();
  const read: TaskHistory = { started: timeOf(events[0]!), steps: [], attemptErrors: [] };
  for (const event of events) {
    const began = await beginning(server, event);
    if (began !== null) steps.set(String(event.eventId), began);
    const { activityTaskStartedEventAttributes: started, timerFiredEventAttributes: fired } = event;
    const cancelled = event.timerCanceledEventAttributes;
    const startedStep = started && steps.get(String(started.scheduledEventId));
    if (startedStep) Object.assign(startedStep, { started: timeOf(event), attempt: started.attempt ?? 1 });
    const timer = fired ?? cancelled;
    const waited = timer && steps.get(String(timer.startedEventId));
    if (waited) Object.assign(waited, { to: timeOf(event), end: fired ? 'completed' : 'cancelled' });
    await ending(server, event, steps, read);
  }
  read.steps = [...steps.values()];
  return read;
}

async function beginning(server: Server, event: Event): Promise<HistoryStep | null> {
  const { activityTaskScheduledEventAttributes: activity, timerStartedEventAttributes: timer } = event;
  if (!activity && !timer) return null;
  const bare = { from: timeOf(event), started: null, attempt: 1, to: null, end: null, outcome: null, text: null };
  if (!activity) return { activity: null, attemptsBefore: 0, ...bare };
  const [input] = await decode(server, activity.input);
  const attemptsBefore = (input as Partial<AttemptInput> | null | undefined)?.attemptsUsed ?? 0;
  return { activity: activity.activityType?.name ?? 'unknown', attemptsBefore, ...bare };
}

async function ending(server: Server, event: Event, steps: ReadonlyMap<string, HistoryStep>, read: TaskHistory): Promise<void> {
  const completed = event.activityTaskCompletedEventAttributes;
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
  const ended = completed ?? failed ?? event.activityTaskCanceledEventAttributes;
  const step = ended && steps.get(String(ended.scheduledEventId));
  if (!step) return;
  step.to = timeOf(event);
  step.end = completed ? 'completed' : failed ? 'failed' : 'cancelled';
  if (completed) {
    const output = (await decode(server, completed.result))[0] as Partial<AttemptOutput> | null | undefined;
    step.outcome = output?.outcome ?? null;
    if (output?.outcome === 'done' && output.result) read.attemptErrors = output.result.attempt_errors;
    else if (output && 'carry' in output && output.carry) read.attemptErrors = output.carry.attemptErrors;
    if (output && 'detail' in output) step.text = output.detail ?? null;
  } else if (failed) {
    step.text = failed.failure?.cause?.message ?? failed.failure?.message ?? null;
    const details = await decode(server, failed.failure?.applicationFailureInfo?.details);
    const trace = details[0] as Partial<AttemptTrace> | null | undefined;
    if (trace?.attemptErrors) read.attemptErrors = trace.attemptErrors;
  }
}

async function decode(server: Server, payloads: { payloads?: Parameters<typeof decodeArrayFromPayloads>[1] } | null | undefined) {
  return await decodeArrayFromPayloads(server.client.options.loadedDataConverter, payloads?.payloads);
}

function timeOf({ eventTime }: Event): string {
  return instant(eventTime) ?? new Date(0).toISOString();
}
