/** Figures of the runs of one task or chain. Pure. */
import type { Status } from '../plan/types.js';

/** The newest execution of one run key. */
export interface StatRun {
  runKey: string;
  /** `YYYYMMDD`. */
  date: string;
  status: Status;
  /** ISO instant; null while it is open. */
  closed: string | null;
  /** Milliseconds; null where nothing tells it, as of a run that waited its turn in a backfill. */
  durationMs: number | null;
  /** Attempts of the body; null where no list tells them. */
  attempts: number | null;
}

export interface LastRun {
  runKey: string;
  date: string;
  /** ISO instant of its end. */
  at: string;
}

export interface Figures {
  /** Run keys that have a run, however it stands. */
  runs: number;
  open: number;
  succeeded: number;
  skipped: number;
  failed: number;
  cancelled: number;
  /** Of what succeeded, failed or was cancelled, the share that succeeded: 0 to 1. Null where nothing did. */
  successRate: number | null;
  /** Of successes, milliseconds. */
  p50Ms: number | null;
  p95Ms: number | null;
  /** Of the runs whose attempts are known. */
  meanAttempts: number | null;
  lastSuccess: LastRun | null;
  lastFailure: LastRun | null;
  /** Failures since the newest success or skip, newest first; a cancelled or open run neither counts nor ends them. */
  failureStreak: number;
}

export function figuresOf(runs: readonly StatRun[]): Figures {
  const count = (status: Status) => runs.filter((run) => run.status === status).length;
  const [succeeded, failed, cancelled] = [count('success'), count('failed'), count('cancelled')];
  const judged = succeeded + failed + cancelled;
  const durations = runs.flatMap(({ status, durationMs }) => (status === 'success' && durationMs !== null ? [durationMs] : []));
  const attempts = runs.flatMap((run) => (run.attempts === null ? [] : [run.attempts]));
  return {
    runs: runs.length,
    open: count('pending'),
    succeeded,
    skipped: count('skipped'),
    failed,
    cancelled,
    successRate: judged === 0 ? null : succeeded / judged,
    p50Ms: percentile(durations, 50),
    p95Ms: percentile(durations, 95),
    meanAttempts: attempts.length === 0 ? null : attempts.reduce((sum, number) => sum + number, 0) / attempts.length,
    lastSuccess: newest(runs, 'success'),
    lastFailure: newest(runs, 'failed'),
    failureStreak: failureStreak(runs),
  };
}

/** The smallest value that so many percent are not above (nearest rank); null of none. `percent` from above 0 to 100. */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

function newest(runs: readonly StatRun[], status: Status): LastRun | null {
  const [last] = runs.filter((run) => run.status === status && run.closed !== null).sort(byPlace);
  return last === undefined ? null : { runKey: last.runKey, date: last.date, at: last.closed! };
}

function failureStreak(runs: readonly StatRun[]): number {
  let streak = 0;
  for (const { status } of [...runs].sort(byPlace)) {
    if (status === 'success' || status === 'skipped') break;
    if (status === 'failed') streak++;
  }
  return streak;
}

/** Newest run key first: what a run is for counts, not when it was made up for. */
function byPlace(a: StatRun, b: StatRun): number {
  const [left, right] = [`${a.date} ${a.runKey}`, `${b.date} ${b.runKey}`];
  return left < right ? 1 : left > right ? -1 : 0;
}
