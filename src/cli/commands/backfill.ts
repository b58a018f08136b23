/** `daychain backfill`: dates that somebody asks for afterwards. The plan first; then a durable workflow makes the runs. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { planBackfill, type BackfillPlan } from '../../control/backfill-plan.js';
import type { BackfillWish } from '../../control/backfill-range.js';
import { readBackfill, startBackfill, type BackfillStarted } from '../../control/backfills.js';
import type { Server } from '../../control/server.js';
import { listWorkers } from '../../control/workers.js';
import {
  DEFAULT_BACKFILL_CONCURRENCY,
  MAX_BACKFILL_CONCURRENCY,
  ONLY,
  ORDERS,
  type BackfillOrder,
  type Only,
} from '../../plan/backfill.js';
import { followBackfill } from '../backfill/follow.js';
import { commandText, counted, endLines, planLines, progressText } from '../backfill/lines.js';
import { configureManagement, exitOf } from '../backfill/manage.js';
import { confirm } from '../confirm.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { findEntry, readDate } from '../../control/run-words.js';
import { openProject, openServer, type Project } from '../session.js';
import { table, wrapped } from '../table.js';

interface Options {
  only?: Only;
  tasks?: string[];
  order: BackfillOrder;
  concurrency: number;
  reason?: string;
  dryRun?: boolean;
  yes?: boolean;
  wait?: boolean;
  beyondRetention?: boolean;
}

const DEFAULTS = { order: 'asc', concurrency: DEFAULT_BACKFILL_CONCURRENCY };

export function configure(command: Command, act: Act): void {
  const start = command
    .command('start', { isDefault: true, hidden: true })
    .description('Plans a backfill and, once confirmed, starts it. For a chain that is called like one of the commands.')
    .argument('<chain>', 'a chain, or a task that runs without one')
    .argument('<from>', 'the first date: 20260203, 2026-02-03, today, yesterday')
    .argument('<to>', 'the last date, included');
  addOptions(start).action(act(backfill));
  command
    .usage('CHAIN FROM TO [options]  |  list|show|hold|release|cancel [id]')
    .helpCommand(false)
    .addHelpText('after', () => helpText(start));
  configureManagement(command, act);
}

function addOptions(command: Command): Command {
  return command
    .addOption(new Option('--only <which>', 'without it: missing and failed').choices(ONLY))
    .option('--tasks <ids>', 'only these tasks of the chain, separated by commas', readIds)
    .addOption(new Option('--order <order>', 'by date').choices(ORDERS).default(DEFAULTS.order))
    .option('--concurrency <n>', 'runs at a time', readConcurrency, DEFAULTS.concurrency)
    .option('--dry-run', 'only show the plan')
    .option('--yes', 'start without asking')
    .option('--wait', 'show how it goes, until it has ended')
    .option('--reason <text>', 'why; needed to repeat what is done')
    .option('--beyond-retention', 'also dates whose runs the server may have forgotten');
}

/** The group's help tells the options of its default command too. */
function helpText(start: Command): string {
  const help = start.createHelp();
  const options = help.visibleOptions(start).filter((option) => option.long !== '--help');
  const rows = options.map((option) => [`  ${help.optionTerm(option)}`, help.optionDescription(option)]);
  return `
Options of daychain backfill CHAIN FROM TO:
${table(rows, 2).join('\n')}

The plan is shown before anything starts. The same command given twice joins the first.

Examples:
  daychain backfill daily-chain 2026-01-01 2026-03-31 --dry-run
  daychain backfill daily-chain 2026-01-01 yesterday --concurrency 10 --yes --wait
  daychain backfill daily-chain 2026-01-01 2026-03-31 --tasks task_rag_indexing
  daychain backfill show
  daychain backfill list
  daychain backfill hold ID --reason "month end"
  daychain backfill release ID
  daychain backfill cancel ID --reason "wrong dates"
A chain called like one of the commands: daychain backfill start list 2026-01-01 2026-03-31`;
}

async function backfill(
  { out, project: named }: Invocation,
  [id, from, to]: [string, string, string],
  options: Options,
): Promise<number> {
  const project = await openProject(named);
  const wish = wishOf(project, id, from, to, options);
  const session = await openServer(project);
  try {
    const { server } = session;
    const plan = await planBackfill(server, project.registry, wish);
    const joined = await join(out, server, plan, options);
    if (joined !== null) return joined;
    const tell = options.wait && options.yes ? (line: string) => out.note(line) : (line: string) => out.say(line);
    for (const line of planLines(plan).flatMap((text) => wrapped(text, out.width))) tell(line);
    if (plan.runs.length === 0) {
      if (plan.counts.done > 0 && plan.request.only !== 'all') tell(`Repeat what is done: --only all --reason "…"`);
      out.answer({ outcome: 'nothing_to_do', plan });
      return EXIT.done;
    }
    const go = !options.dryRun && (options.yes || (await confirm(out, `Start ${counted(plan.runs.length, 'run')}?`)));
    if (!go) {
      tell(`Start it: ${commandText(plan.request, wish.beyondRetention, DEFAULTS)} --yes`);
      out.answer({ outcome: 'planned', plan });
      return EXIT.done;
    }
    return await follow(out, server, plan, await startBackfill(server, plan), options);
  } finally {
    await session.close();
  }
}

/** The same backfill that is under way already: shown or followed, never started twice. */
async function join(out: Output, server: Server, plan: BackfillPlan, options: Options): Promise<number | null> {
  const view = await readBackfill(server, plan.workflowId);
  if (view === null || view.end !== null) return null;
  if (!options.dryRun) return await follow(out, server, plan, { ...view, outcome: 'joined' }, options);
  out.say(
    `${plan.workflowId} is under way already: ${view.progress === null ? 'no worker answers' : progressText(view.progress)}`,
  );
  out.say(`See how it goes: daychain backfill show ${plan.workflowId}`);
  out.answer({ outcome: 'joined', workflowId: view.workflowId, progress: view.progress });
  return EXIT.done;
}

async function follow(
  out: Output,
  server: Server,
  plan: BackfillPlan,
  { outcome, workflowId, runId }: BackfillStarted,
  options: Options,
): Promise<number> {
  const first = outcome === 'started' ? `${workflowId} started.` : `${workflowId} is under way already; nothing was started.`;
  if ((await listWorkers(server)).length === 0) {
    out.note(
      `No worker of "${server.taskQueue}" is polling: nothing runs until one does. Start one: daychain up, or daychain worker`,
    );
  }
  if (!options.wait) {
    out.say(`${first}\nSee how it goes: daychain backfill show ${workflowId}`);
    out.answer({ outcome, workflowId, runId, plan });
    return EXIT.done;
  }
  out.note(first);
  const view = await followBackfill(out, server, workflowId);
  for (const line of endLines(out, view)) out.say(line);
  out.answer({ outcome, ...view });
  return exitOf(view);
}

function wishOf(project: Project, id: string, from: string, to: string, options: Options): BackfillWish {
  const { kind } = findEntry(project.registry, id);
  const [zone, now] = [project.zoneOf(id), Date.now()];
  return {
    kind,
    id,
    from: readDate(from, zone, now),
    to: readDate(to, zone, now),
    only: options.only ?? null,
    tasks: options.tasks ?? null,
    order: options.order,
    concurrency: options.concurrency,
    reason: options.reason ?? null,
    beyondRetention: options.beyondRetention ?? false,
  };
}

function readIds(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.includes('')) throw new InvalidArgumentError('Expected ids separated by commas, like task_a,task_b.');
  return [...new Set(ids)];
}

function readConcurrency(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= MAX_BACKFILL_CONCURRENCY) return number;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_BACKFILL_CONCURRENCY}.`);
}
