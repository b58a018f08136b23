/** `daychain backfill list`, `show`, `hold`, `release` and `cancel`. */
import type { Command } from 'commander';
import { findBackfill, listBackfills, tellBackfill, type BackfillView } from '../../control/backfills.js';
import { cancelRun } from '../../control/cancel.js';
import { BadInput } from '../../control/errors.js';
import { readMoment } from '../../control/moments.js';
import type { Server } from '../../control/server.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { readLimit } from '../limit.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer, type Project } from '../session.js';
import { followBackfill } from './follow.js';
import { endLines, listLines, showLines } from './lines.js';
import { watchBackfill } from './watch.js';

const LIMIT = 20;
const ID = 'its ID, or a chain for its newest; the one under way if left out';

export function configureManagement(command: Command, act: Act): void {
  command
    .command('list')
    .summary('All backfills')
    .description('All backfills, the newest first.')
    .option('--limit <n>', `at most so many (default: ${LIMIT})`)
    .action(act(list));
  command
    .command('show')
    .summary('One backfill: how far it is')
    .description('One backfill: what was asked, and how far it is.')
    .argument('[id]', ID)
    .option('--watch', 'follow it until it has ended')
    .action(act(show));
  command
    .command('hold')
    .summary('Begin no further run')
    .description('No further run begins; those under way go on.')
    .argument('[id]', ID)
    .option('--reason <text>', 'why')
    .option(
      '--until <when>',
      'when the hold ends, and with it the backfill: an instant, "2026-03-01 08:00", "+2 hours" (default: in 24 hours)',
    )
    .action(act(hold));
  command
    .command('release')
    .summary('Go on after a hold')
    .description('Goes on after a hold.')
    .argument('[id]', ID)
    .option('--reason <text>', 'why')
    .action(act(release));
  command
    .command('cancel')
    .summary('Stop a backfill and its runs')
    .description('Stops a backfill: runs that wait and runs under way are cancelled; what is done stays done.')
    .argument('[id]', ID)
    .requiredOption('--reason <text>', 'why; the history keeps it, and who')
    .option('--no-wait', 'only ask; do not wait until it has stopped')
    .action(act(cancel));
}

async function list({ out, project: named }: Invocation, _args: [], options: { limit?: string }): Promise<number> {
  const limit = readLimit(options.limit, 10_000) ?? LIMIT;
  return await onServer(named, async (server, project) => {
    const found = await listBackfills(server, undefined, limit + 1);
    const views = found.slice(0, limit);
    const leftOut = found.length > limit;
    for (const line of listLines(out, views, project.zoneOf, Date.now())) out.say(line);
    if (leftOut) out.say(`… and older ones: daychain backfill list --limit ${limit * 10}`);
    out.answer({ backfills: views, leftOut });
    return EXIT.done;
  });
}

async function show(
  { out, project: named }: Invocation,
  [word]: [string | undefined],
  options: { watch?: boolean },
): Promise<number> {
  return await onServer(named, async (server, project) => {
    const view = await findBackfill(server, word);
    if (options.watch && view.end === null) {
      return exitOf(await watchBackfill(out, server, view.workflowId, project.zoneOf(view.request?.id ?? '')));
    }
    for (const line of showLines(out, view, project.zoneOf(view.request?.id ?? ''), Date.now())) out.say(line);
    out.answer(view);
    return EXIT.done;
  });
}

async function hold(
  { out, project: named }: Invocation,
  [word]: [string | undefined],
  { reason, until }: { reason?: string; until?: string },
): Promise<number> {
  return await onServer(named, async (server, project) => {
    const view = await findBackfill(server, word);
    const limit = until === undefined ? null : momentToCome(until, project.zoneOf(view.request?.id ?? ''));
    const order = { ...(reason === undefined ? {} : { reason }), ...(limit === null ? {} : { until: limit }) };
    const answer = await tellBackfill(server, view, 'hold', order);
    out.say(`${view.workflowId} is ${answer ?? 'told to hold: accepted, not yet applied, since no worker answers'}.`);
    out.say(`Go on: daychain backfill release ${view.workflowId}`);
    out.answer({ workflowId: view.workflowId, applied: answer !== null });
    return EXIT.done;
  });
}

/** Told in the zone of what is backfilled, wherever it is typed. */
function momentToCome(text: string, zone: string): string {
  const now = Date.now();
  const moment = readMoment(text, '--until', zone, now);
  if (Date.parse(moment) <= now) throw new BadInput(`--until: ${moment} is over already.`);
  return moment;
}

async function release(
  { out, project: named }: Invocation,
  [word]: [string | undefined],
  { reason }: { reason?: string },
): Promise<number> {
  return await onServer(named, async (server) => {
    const view = await findBackfill(server, word);
    const answer = await tellBackfill(server, view, 'release', reason === undefined ? {} : { reason });
    out.say(
      `${view.workflowId} ${answer === null ? 'is told to go on: accepted, not yet applied, since no worker answers' : 'goes on'}.`,
    );
    out.say(`See how it goes: daychain backfill show ${view.workflowId}`);
    out.answer({ workflowId: view.workflowId, applied: answer !== null });
    return EXIT.done;
  });
}

async function cancel(
  { out, project: named }: Invocation,
  [word]: [string | undefined],
  options: { reason: string; wait: boolean },
): Promise<number> {
  return await onServer(named, async (server) => {
    const { workflowId } = await findBackfill(server, word);
    const asked = await cancelRun(server, workflowId, options.reason);
    if (asked.outcome === 'already') {
      out.say(`${workflowId} was cancelled before.`);
      out.answer(asked);
      return EXIT.done;
    }
    if (!options.wait) {
      out.say(`${workflowId} is told to stop.\nSee it: daychain backfill show ${workflowId}`);
      out.answer(asked);
      return EXIT.done;
    }
    const ended = await followBackfill(out, server, workflowId);
    for (const line of endLines(out, ended)) out.say(line);
    out.answer({ ...asked, ...ended });
    return ended.status === 'cancelled' ? EXIT.done : EXIT.refused;
  });
}

/** What the end of a backfill means for the one who waited for it. */
export function exitOf(view: BackfillView): ExitCode {
  return view.end === 'completed' ? EXIT.done : EXIT.failed;
}

async function onServer(named: string | undefined, work: (server: Server, project: Project) => Promise<number>): Promise<number> {
  const project = await openProject(named);
  const session = await openServer(project);
  try {
    return await work(session.server, project);
  } finally {
    await session.close();
  }
}
