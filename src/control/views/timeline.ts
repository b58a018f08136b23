/** The timeline of one date: bars and their segments. Pure. */
import type { AttemptError, TaskSpec } from '../../plan/types.js';
import type { PendingAttempt } from '../describe-run.js';
import type { TimelineSegment } from './date-types.js';
import type { HistoryStep, TaskHistory } from './task-history.js';

type RetrySpec = Pick<TaskSpec, 'retryDelayMs' | 'retryBackoff' | 'retryMaximumDelayMs'>;

export interface RunSoFar {
  task: string;
  history: TaskHistory;
  /** Of an open run: its attempt under way, or the pause before the next. */
  pending: PendingAttempt | null;
  /** When the run ended; null while it is open. */
  to: string | null;
  spec: RetrySpec | null;
}

/** Segments shorter than this are left out where they are waits: a server takes so long to hand work out. */
const LEAST_WAIT_MS = 100;

/** A run's segments in order, none overlapping another. */
export function segmentsOf(run: RunSoFar): TimelineSegment[] {
  const segments: TimelineSegment[] = [];
  for (const step of run.history.steps) {
    if (step.activity === run.task) segments.push(...bodySegments(step, run));
    else if (step.activity === null || WAITS.has(step.activity)) segments.push(waitSegment(step, run.to));
  }
  return inOrder(segments).filter(
    ({ kind, from, to }) => kind === 'attempt' || to === null || lengthOf(from, to) >= LEAST_WAIT_MS,
  );
}

/** A run of which no more is known than when its one attempt began and ended. */
export function plainSegment(from: string, to: string | null, attempt: number, failed: boolean | null, text: string | null) {
  return { kind: 'attempt' as const, from, to, attempt, failed, text };
}

const WAITS = new Set(['awaitLock', 'awaitPast', 'awaitRun', 'followRun', 'awaitShell']);

function waitSegment({ activity, from, to, text }: HistoryStep, end: string | null): TimelineSegment {
  const kind = activity === 'awaitLock' ? 'waiting_for_lock' : 'waiting';
  return { kind, from, to: to ?? end, attempt: null, failed: null, text };
}

/** One activity of the body: its attempts, as far as their ends are known, and the pauses between them. */
function bodySegments(step: HistoryStep, { history, pending, spec, to }: RunSoFar): TimelineSegment[] {
  // It met a lock that is held, or a worker without the task: no attempt was made.
  if (step.outcome === 'lock_held' || step.outcome === 'not_here') return [];
  const open = step.end === null && to === null;
  const own = open && pending !== null ? pending : null;
  const last = own?.attempt ?? step.attempt;
  const errors = new Map([...history.attemptErrors, ...(own?.attemptErrors ?? [])].map((error) => [error.attempt, error]));
  const segments: TimelineSegment[] = [];
  let from: string | null = step.from;
  for (let number = 1; number < last; number++) {
    const error = errors.get(step.attemptsBefore + number);
    const attempt = step.attemptsBefore + number;
    if (error === undefined) {
      from = null;
      continue;
    }
    if (from !== null) segments.push({ kind: 'attempt', from, to: error.at, attempt, failed: true, text: error.message });
    const next = number + 1 === last ? startOfLast(step, own) : guessedStart(error, number, spec);
    const isOpen = number + 1 === last && next === null;
    segments.push({ kind: 'backoff', from: error.at, to: isOpen ? null : next, attempt, failed: null, text: null });
    from = next;
  }
  const started = last > 1 ? startOfLast(step, own) : (own?.startedAt ?? step.started);
  if (started === null) {
    if (last === 1)
      segments.push({
        kind: 'queued',
        from: step.from,
        to: open ? null : (step.to ?? to),
        attempt: null,
        failed: null,
        text: null,
      });
    return segments;
  }
  if (last === 1) segments.push({ kind: 'queued', from: step.from, to: started, attempt: null, failed: null, text: null });
  const failed = step.end === null ? null : step.end !== 'completed';
  const handedBack = step.outcome === 'handed_back' ? (step.text ?? 'handed back') : step.text;
  segments.push(plainSegment(started, step.to ?? to, step.attemptsBefore + last, failed, handedBack));
  return segments;
}

/** Null while it pauses before it. */
function startOfLast(step: HistoryStep, pending: PendingAttempt | null): string | null {
  if (pending === null) return step.started;
  return pending.state === 'scheduled' ? null : pending.startedAt;
}

/** The server keeps no record of attempts that failed before the last; their pause is as the task's settings have it. */
function guessedStart(error: AttemptError, number: number, spec: RetrySpec | null): string {
  const delay =
    spec === null
      ? 0
      : Math.min(spec.retryDelayMs * spec.retryBackoff ** (number - 1), Math.max(spec.retryDelayMs, spec.retryMaximumDelayMs));
  return new Date(Date.parse(error.at) + delay).toISOString();
}

/** By their beginnings; what begins before the one before has ended begins at its end. */
function inOrder(segments: TimelineSegment[]): TimelineSegment[] {
  const sorted = segments.sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  for (const [at, segment] of sorted.entries()) {
    const before = sorted[at - 1];
    if (before === undefined) continue;
    if (before.to === null || before.to > segment.from) before.to = segment.from;
  }
  return sorted.filter(({ from, to }) => to === null || to >= from);
}

function lengthOf(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
