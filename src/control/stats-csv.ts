/** Statistics as a table for spreadsheets. */
import { csvText } from './csv.js';
import type { StatsView } from './stats.js';

const HEADER = [
  'id',
  'kind',
  'since',
  'until',
  'runs',
  'open',
  'succeeded',
  'skipped',
  'failed',
  'cancelled',
  'success_rate',
  'p50_ms',
  'p95_ms',
  'mean_attempts',
  'failure_streak',
  'last_success_run_key',
  'last_success_at',
  'last_failure_run_key',
  'last_failure_at',
] as const;

/** One line per task and chain. The rate is a fraction; times are ISO instants; what is not known is empty. */
export function statsCsv({ entries, since, until }: StatsView): string {
  return csvText(
    HEADER,
    entries.map((entry) => [
      entry.id,
      entry.kind,
      since,
      until,
      entry.runs,
      entry.open,
      entry.succeeded,
      entry.skipped,
      entry.failed,
      entry.cancelled,
      rounded(entry.successRate),
      entry.p50Ms,
      entry.p95Ms,
      rounded(entry.meanAttempts),
      entry.failureStreak,
      entry.lastSuccess?.runKey ?? null,
      entry.lastSuccess?.at ?? null,
      entry.lastFailure?.runKey ?? null,
      entry.lastFailure?.at ?? null,
    ]),
  );
}

/** To four places: more would look more exact than it is. */
function rounded(number: number | null): number | null {
  return number === null ? null : Math.round(number * 10_000) / 10_000;
}
