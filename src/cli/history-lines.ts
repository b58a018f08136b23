/** The screen of a schedule's history. */
import type { HistoryLine, HistoryView, SlotEnd } from '../control/history.js';
import { durationText } from '../plan/duration.js';
import { dashed } from '../time/dates.js';
import { localDate } from '../time/zones.js';
import type { Output } from './output.js';
import { shownState, type ShownState } from './states.js';
import { clipped, padded, widthOf } from './table.js';
import { dayText, shownZone, whenText } from '../control/when-text.js';

/** As many as one call of the command shows. */
export const MOST_LINES = 1_000;

/** Line by line. `now` in epoch milliseconds. */
export function historyLines(out: Output, view: HistoryView, now: number): string[] {
  const { id, timezone, lines, leftOut } = view;
  const paused = view.schedule?.paused ? ` · paused${view.schedule.note ? `: "${view.schedule.note}"` : ''}` : '';
  const head = clipped(`${id} · ${shownZone(timezone)} · ${dashed(view.from)} to ${dashed(view.to)}${paused}`, out.width);
  if (lines.length === 0) return [head, emptyText(view)];
  const times = lines.map((line) => timeText(line, timezone, now));
  const width = Math.max(...times.map(widthOf));
  return [
    head,
    ...(leftOut > 0 ? [`  … and ${leftOut} older: ${olderCommand(view)}`] : []),
    ...lines.map((line, at) => {
      const state = stateOf(line);
      const start = `  ${padded(times[at]!, width)}   `;
      const text = `${state.word}${detailOf(line, view, now)}`;
      return `${start}${out.paint(state.colour, state.glyph)} ${clipped(text, out.width - widthOf(start) - 2)}`;
    }),
    ...commandLines(id, lines),
  ];
}

/** Shows what was left out: with it, or, where that is too much for one screen, by itself. */
function olderCommand({ id, from, to, lines, leftOut }: HistoryView): string {
  const all = lines.length + leftOut;
  const end = all <= MOST_LINES ? dashed(to) : dashed(lines[0]!.date);
  return `daychain history ${id} --from ${dashed(from)} --to ${end} --limit ${Math.min(all, MOST_LINES)}`;
}

function timeText({ slot, date }: HistoryLine, zone: string, now: number): string {
  return slot === null ? dayText(date, localDate(now, zone)) : whenText(slot, zone, now);
}

const LEFT_OUT: ShownState = { glyph: '○', word: '', colour: 'yellow' };
const STATES: Record<Exclude<SlotEnd, 'run'>, ShownState> = {
  misfired: { ...LEFT_OUT, word: 'misfired' },
  coalesced: { ...LEFT_OUT, word: 'coalesced' },
  overlapped: { ...LEFT_OUT, word: 'overlapped' },
  no_shell: { ...LEFT_OUT, word: 'no shell' },
  waiting: { glyph: '◔', word: 'waits for the slot before it', colour: 'blue' },
  undecided: { glyph: '◔', word: 'due; no worker has looked at it yet', colour: 'blue' },
  shell_failed: { glyph: '✗', word: 'did not begin', colour: 'red' },
};

function stateOf({ end, run }: HistoryLine): ShownState {
  if (end !== 'run') return STATES[end];
  return shownState({ status: run!.status, kind: run!.left?.kind ?? null });
}

function detailOf(line: HistoryLine, view: HistoryView, now: number): string {
  const { end, run, shell, lateMs, reason } = line;
  if (end === 'no_shell') {
    return view.schedule?.paused
      ? ': nothing started it; the schedule is paused'
      : ': nothing started it (a pause, or no server)';
  }
  if (run === null) return reason === null ? '' : `: ${reason}`;
  const took = durationText(Math.max(0, (run.closed === null ? now : Date.parse(run.closed)) - Date.parse(run.started)));
  const parts = [
    `${run.closed === null ? 'for' : run.status === 'success' ? 'in' : 'after'} ${took}`,
    line.slot === null ? (line.runKey.startsWith('at-') ? `one-shot ${line.runKey.slice(3)}` : 'by hand') : '',
    lateMs === null ? '' : shell === null || shell.skipped !== null ? 'run afterwards' : `caught up ${durationText(lateMs)} late`,
    shell?.skipped ? `had been ${shell.skipped.kind}` : '',
    run.left?.late === true ? 'begun after its deadline' : '',
  ].filter((part) => part !== '');
  const why = run.status === 'success' || reason === null ? '' : `: ${reason.split('\n')[0]}`;
  return ` ${parts.join(', ')}${why}`;
}

/** What is still to be run, and what may be run again. */
function commandLines(id: string, lines: readonly HistoryLine[]): string[] {
  const unrun = lines.filter(({ run, command }) => run === null && command !== null);
  const failed = lines.filter(({ run, command }) => run !== null && command !== null);
  const told: string[] = [];
  if (unrun.length > 0) {
    const [first, last] = [unrun[0]!.date, unrun.at(-1)!.date];
    const what = unrun.length === 1 ? '1 slot was not run' : `${unrun.length} slots were not run`;
    told.push(`${what}:  daychain backfill ${id} ${dashed(first)} ${dashed(last)} --only missing`);
  }
  const newest = failed.at(-1);
  if (newest !== undefined) {
    const more = failed.length > 1 ? ` (the newest of ${failed.length})` : '';
    told.push(`Run again what did not succeed${more}:  ${newest.command}`);
  }
  return told.length === 0 ? [] : ['', ...told];
}

function emptyText({ id, schedule }: HistoryView): string {
  return schedule === null
    ? `Nothing ran, and the server has no schedule of ${id}: daychain sync`
    : 'No slot fell due, and nothing ran.';
}
