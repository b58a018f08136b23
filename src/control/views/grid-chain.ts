/** One chain of the grid, put together from what was read. Pure. */
import { backfillCommand } from '../../plan/slot-decision.js';
import type { Slot } from '../../time/slots.js';
import { epochMs } from '../../time/zones.js';
import { isChainResult } from '../describe-run.js';
import type { RunSummary } from '../run-summary.js';
import { foldCells, ownCell, taskCell, type Known } from './grid-cells.js';
import type { GridSource } from './grid-chains.js';
import { horizonDate, placesOf, type ColumnPlan, type Place } from './grid-columns.js';
import type { GridRuns, ListedShell } from './grid-runs.js';
import type { GridCell, GridChain, GridColumn, GridRow } from './grid-types.js';
import type { OpenRuns } from './open-runs.js';
import { percentile } from '../stats-figures.js';

/** Newest cells a usual duration is taken from. */
const USUAL_OF = 20;

/** `now` in epoch milliseconds. */
export function gridChain(source: GridSource, plan: ColumnPlan, read: GridRuns & OpenRuns, now: number): GridChain {
  const { id, kind } = source;
  const own = read.scheduled.filter((run) => run.kind === kind && run.id === id);
  const known: Known = {
    runs: new Map(own.map((run) => [run.runKey!, run])),
    tasks: new Map([...read.tasks, ...read.single].map((run) => [run.workflowId, run])),
    shells: shellsOf(read.shells, id),
    progress: read.progress,
    pending: read.pending,
    since: source.since,
    jitterMs: source.jitterMs,
  };
  const left = [...known.shells.values()].flatMap((shell) => slotLeft(shell, plan));
  const places = placesOf(plan, left, runKeysOf(own, plan));
  const groups = plan.folded ? byDate(places) : places.map((place) => [place]);
  const ownCells = places.map((place) => ownCell(place, known, now));
  const missed = places.filter((_, at) => ownCells[at]!.state === 'missed');
  const rows = [
    rowOf(
      { id, kind, summary: source.summary, inFiles: true },
      groups,
      new Map(places.map((place, at) => [place, ownCells[at]!])),
    ),
    ...(kind === 'chain' ? taskRows(source, groups, places, known) : []),
  ];
  const horizon = horizonDate(source.keptDays, source.timezone, now);
  return {
    id,
    kind,
    summary: source.summary,
    timezone: source.timezone,
    keyedBy: plan.keyedBy,
    schedule: { ...source.schedule, missed: missed.length, missedCommand: missedCommand(source, missed) },
    deadline: source.deadline,
    brokenBecause: source.brokenBecause,
    columns: groups.map(columnOf),
    rows,
    older: plan.older.slice(0, 8) >= horizon ? plan.older : null,
  };
}

function taskRows(source: GridSource, groups: readonly Place[][], places: readonly Place[], known: Known): GridRow[] {
  const inFiles = new Map(source.tasks.map(({ id, summary }) => [id, summary]));
  const formerly = new Set<string>();
  for (const { runKey } of places) {
    const left = known.runs.get(runKey)?.left;
    if (isChainResult(left ?? null)) for (const task of Object.keys((left as { tasks: object }).tasks)) formerly.add(task);
  }
  const former = [...formerly].filter((task) => !inFiles.has(task));
  const named = [
    ...[...inFiles].map(([id, summary]) => ({ id, summary, inFiles: true })),
    ...former.map((id) => ({ id, summary: null, inFiles: false })),
  ];
  return named.map((row) => {
    const cells = new Map(places.map((place) => [place, taskCell(row.id, place, known)]));
    return rowOf({ ...row, kind: 'task' }, groups, cells);
  });
}

function rowOf(
  row: Pick<GridRow, 'id' | 'kind' | 'summary' | 'inFiles'>,
  groups: readonly Place[][],
  cells: ReadonlyMap<Place, GridCell>,
): GridRow {
  return {
    ...row,
    usualMs: percentile(
      [...cells.values()]
        .filter(({ state, durationMs }) => (state === 'success' || state === 'warned') && durationMs !== undefined)
        .slice(-USUAL_OF)
        .map(({ durationMs }) => durationMs!),
      50,
    ),
    cells: groups.map((group) => foldCells(group.map((place) => cells.get(place)!))),
  };
}

function columnOf(group: readonly Place[]): GridColumn {
  const [first] = group as [Place];
  if (group.length > 1) return { key: first.date, date: first.date, scheduledFor: null, slots: group.length };
  return { key: first.runKey, date: first.date, scheduledFor: first.slot?.scheduledFor ?? null, slots: 1 };
}

function byDate(places: readonly Place[]): Place[][] {
  const groups = new Map<string, Place[]>();
  for (const place of places) groups.set(place.date, [...(groups.get(place.date) ?? []), place]);
  return [...groups.values()];
}

function runKeysOf(runs: readonly RunSummary[], plan: ColumnPlan): { runKey: string; date: string }[] {
  return runs
    .filter(({ date }) => date !== null && date >= plan.from && date <= plan.to)
    .map(({ runKey, date }) => ({ runKey: runKey!, date: date! }));
}

function slotLeft({ left }: ListedShell, { from, to, after }: ColumnPlan): Slot[] {
  if (left === null || left.date < from || left.date > to || epochMs(left.slot) < (after ?? -Infinity)) return [];
  return [{ date: left.date, runKey: left.run_key, scheduledFor: left.slot }];
}

function shellsOf(shells: readonly ListedShell[], id: string): Map<string, ListedShell> {
  const found = new Map<string, ListedShell>();
  for (const shell of shells) {
    if (shell.schedule === id && (found.get(shell.slot)?.started ?? '') < shell.started) found.set(shell.slot, shell);
  }
  return found;
}

function missedCommand({ id, schedule }: GridSource, missed: readonly Place[]): string | null {
  const [first, last] = [missed[0], missed.at(-1)];
  if (!first || !last) return null;
  return schedule.state === 'paused' ? `daychain resume ${id} --catch-up` : backfillCommand(id, first.date, last.date);
}
