/** The grid of the project's chains: what became of each date, task by task. */
import type { Registry } from '../../registry/index.js';
import { isDate } from '../../time/dates.js';
import { instantOfSlotKey } from '../../time/zones.js';
import { BadInput } from '../errors.js';
import type { Server } from '../server.js';
import { listWorkers } from '../workers.js';
import { chainsOfGrid } from './grid-chains.js';
import { gridChain } from './grid-chain.js';
import { planColumns } from './grid-columns.js';
import { listGridRuns, MOST_LISTED, MOST_TASKS } from './grid-runs.js';
import type { GridView, GridWish } from './grid-types.js';
import { lookAtOpen } from './open-runs.js';
import { bookSchedules } from './schedule-book.js';

export const MOST_DAYS = 400;
const DEFAULT_DAYS = 30;
/** Questions to open runs, where one page of runs is enough: with these a refresh takes eight requests. */
const MOST_ASKED = 4;

/**
 * Reads the grid. A refresh takes at most eight requests to Temporal however many dates and chains it shows: three, up to
 * three more pages of runs, and where runs are open one more list and up to four questions. What no question is left for
 * is shown by an answer of the last two minutes, else as running; the next refresh asks those first. The first look takes
 * one more and, as after an edit, one for every schedule it has not seen.
 * @param now epoch milliseconds
 * @throws BadInput for an unknown chain, a number of days or an end that cannot be
 */
export async function readGrid(server: Server, registry: Registry, wish: GridWish, now: number): Promise<GridView> {
  const { days = DEFAULT_DAYS, until = null } = wish;
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw new BadInput(`days is ${days}; it is a whole number from 1 to ${MOST_DAYS}.`);
  if (until !== null && !isDate(until) && instantOfSlotKey(until) === null)
    throw new BadInput(`until is "${until}"; it is a date like 20260203, or the run key of a slot like 20260203T051500Z.`);
  const [book, workers] = await Promise.all([bookSchedules(server, registry, now), listWorkers(server, now)]);
  const sources = chainsOfGrid(registry, book, wish.chains, now);
  const planned = sources.map((source) => ({ source, plan: planColumns({ ...source, days, until }, now) }));
  const runs = await listGridRuns(
    server,
    planned.map(({ source: { id, kind }, plan }) => ({ id, kind, ...plan })),
  );
  const shown = new Set(sources.flatMap(({ id, tasks }) => [id, ...tasks.map((task) => task.id)]));
  const asked = { questions: MOST_ASKED + 1 - runs.pages, worker: workers.length > 0 };
  const open = await lookAtOpen(server, runs, shown, asked, now);
  return {
    project: registry.project.name,
    timezone: registry.project.timezone,
    at: new Date(now).toISOString(),
    workers,
    chains: planned.map(({ source, plan }) => gridChain(source, plan, { ...runs, ...open }, now)),
    incomplete: incompleteText({ runs: runs.cut, tasks: open.tasksCut }),
  };
}

function incompleteText(cut: { runs: boolean; tasks: boolean }): string | null {
  const missing = [
    ...(cut.runs
      ? [`more than ${MOST_LISTED.toLocaleString('en')} runs and left-out slots lie in this range: older cells may be empty`]
      : []),
    ...(cut.tasks
      ? [
          `chains that are open, or ended without telling of their tasks, have more than ${MOST_TASKS.toLocaleString('en')} runs of tasks: some cells of theirs may be wrong`,
        ]
      : []),
  ];
  return missing.length === 0 ? null : `${missing.join('; ')}. Ask for fewer days, or for one chain`;
}
