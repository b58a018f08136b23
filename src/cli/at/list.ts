/** `daychain at list`: the one-shots that wait, soonest first. */
import type { Command } from 'commander';
import { listOneShots, type OneShotView } from '../../control/one-shot-view.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer } from '../session.js';
import { shortened, table, widthOf, wrapped } from '../table.js';
import { atText, bareAtText, stateText } from './text.js';
import { shownZone } from '../../control/when-text.js';

export function configureList(at: Command, act: Act): void {
  at.command('list')
    .summary('Those that wait, soonest first')
    .description('The one-shots that wait, soonest first.')
    .action(act(list));
}

async function list({ out, project: named }: Invocation): Promise<number> {
  const project = await openProject(named);
  const session = await openServer(project);
  try {
    const now = Date.now();
    const views = await listOneShots(session.server, now);
    out.answer({ oneShots: views.map(answerOf) });
    if (views.length === 0) out.say('No one-shot waits.\nSchedule one: daychain at 2026-03-01T08:00 task_mail');
    if (views.length > 0) out.say(`${project.registry.project.name} · ${shownZone(project.registry.project.timezone)}`);
    const context = { project: project.registry.project, zoneOf: project.zoneOf, now, width: out.width };
    for (const line of listLines(views, context)) out.say(line);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

/**
 * A table with a head; what is not simply waiting says so below its line. Times of the project's zone go without it.
 * No lines where there are no one-shots.
 */
export function listLines(
  views: readonly OneShotView[],
  { project, zoneOf, now, width }: { project: { timezone: string }; zoneOf(id: string): string; now: number; width: number },
): string[] {
  if (views.length === 0) return [];
  const rows = views.map((view) => {
    const zone = zoneOf(view.target);
    const at = (zone === project.timezone ? bareAtText : atText)(view.at, zone, now);
    return [at, shortened(view.target, LONGEST_TARGET), view.id];
  });
  const wide = table([['AT', 'RUNS', 'ID'], ...rows]);
  const fits = wide.every((line) => widthOf(line) <= width);
  const [head, ...lines] = fits ? wide : table([['AT', 'RUNS'], ...rows.map((row) => row.slice(0, 2))]);
  return [
    head!,
    ...views.flatMap((view, row) => {
      const state = stateText(view, zoneOf(view.target), now);
      return [lines[row]!, ...(fits ? [] : [`  ${view.id}`]), ...(state === null ? [] : wrapped(`  ${state}`, width))];
    }),
  ];
}

/** Longer ones are cut; ids never are: they are what commands take. */
const LONGEST_TARGET = 30;

function answerOf(view: OneShotView) {
  const { id, workflowId, runId, at, kind, target, run, params, by, reason, state, held } = view;
  const until = held && { ...held, until: new Date(held.until).toISOString() };
  return { id, workflowId, runId, at, kind, target, run, params, by, reason, state, held: until };
}
