/** The screen of statistics. */
import type { StatsEntry, StatsView } from '../control/stats.js';
import type { LastRun } from '../control/stats-figures.js';
import { durationText } from '../plan/duration.js';
import { dashed } from '../time/dates.js';
import { localDate } from '../time/zones.js';
import type { Output } from './output.js';
import { padded, shortened, widthOf } from './table.js';
import { dayText } from '../control/when-text.js';

const HEADER = ['', 'RUNS', 'OK', 'SKIP', 'FAIL', 'CANC', 'RATE', 'P50', 'P95', 'TRIES', 'LAST OK', 'LAST FAILURE'];
/** Columns of numbers stand at the right. */
const NUMBERS = { from: 1, to: 9 };
const GAP = 2;

/** A table: each chain, its tasks indented after it. `now` in epoch milliseconds. */
export function statsLines(out: Output, view: StatsView, now: number): string[] {
  const head = `${view.project} · ${dashed(view.since)} to ${dashed(view.until)} · ${view.timezone}`;
  if (view.entries.length === 0) return [head, '', 'Nothing yet: the project has no tasks and no chains. See daychain new.'];
  const today = localDate(now, view.timezone);
  const rows = [HEADER, ...view.entries.map((entry) => cellsOf(entry, today))];
  const widths = HEADER.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at]!))));
  const rest = widths.slice(1).reduce((sum, width) => sum + width + GAP, 0);
  widths[0] = Math.min(widths[0]!, Math.max(12, out.width - rest));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cellText(cell, at, widths[at]!))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
  const gone = view.entries.some((entry) => entry.gone) ? ['', '* has left the files'] : [];
  return [head, '', ...lines, ...gone];
}

function cellText(cell: string, at: number, width: number): string {
  if (at === 0) return padded(shortened(cell, width), width);
  return at >= NUMBERS.from && at <= NUMBERS.to
    ? `${' '.repeat(Math.max(0, width - widthOf(cell)))}${cell}`
    : padded(cell, width);
}

function cellsOf(entry: StatsEntry, today: string): string[] {
  const { runs, succeeded, skipped, failed, cancelled, successRate, p50Ms, p95Ms, meanAttempts, failureStreak } = entry;
  const indent = entry.kind === 'task' && entry.chains.length > 0 ? '  ' : '';
  const row = failureStreak > 1 ? `, ${failureStreak} in a row` : '';
  return [
    `${indent}${entry.id}${entry.gone ? ' *' : ''}`,
    ...[runs, succeeded, skipped, failed, cancelled].map((number) => (number === 0 ? '·' : String(number))),
    successRate === null ? '·' : rateText(successRate),
    p50Ms === null ? '·' : durationText(p50Ms),
    p95Ms === null ? '·' : durationText(p95Ms),
    meanAttempts === null ? '·' : meanAttempts.toFixed(1),
    lastText(entry.lastSuccess, today),
    `${lastText(entry.lastFailure, today)}${row}`,
  ];
}

/** Only all is 100 %, and only none 0 %. */
function rateText(rate: number): string {
  const percent = Math.round(rate * 100);
  if (rate < 1 && percent === 100) return '>99 %';
  return rate > 0 && percent === 0 ? '<1 %' : `${percent} %`;
}

function lastText(last: LastRun | null, today: string): string {
  return last === null ? '·' : dayText(last.date, today);
}
