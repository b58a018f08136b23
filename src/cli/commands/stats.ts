/** `daychain stats`: how tasks and chains have done over a window of dates. */
import type { Command } from 'commander';
import { BadInput } from '../../control/errors.js';
import { readStats } from '../../control/stats.js';
import { statsCsv } from '../../control/stats-csv.js';
import { addDays } from '../../time/dates.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { readDate } from '../../control/run-words.js';
import { openProject, openServer } from '../session.js';
import { statsLines } from '../stats-lines.js';

interface Options {
  since?: string;
  until?: string;
  csv?: true;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('[names...]', 'only these chains and tasks; "*" stands for any letters')
    .option('--since <date>', 'the first date (default: 30 days, --until included)')
    .option('--until <date>', 'the last date (default: today)')
    .option('--csv', 'a table for spreadsheets')
    .addHelpText(
      'after',
      `
Counts run keys by their newest run, for the dates of the window. The rate is that of what succeeded, failed or
was cancelled; what was skipped or is open does not count in it. P50 and P95 are durations of successes, TRIES
the attempts of a run where its chain tells them.

Examples:
  daychain stats
  daychain stats daily-chain --since 2026-01-01 --until 2026-03-31
  daychain stats "task_*" --csv > stats.csv`,
    )
    .action(act(stats));
}

const DAYS = 30;

async function stats({ out, project: named }: Invocation, [names]: [string[]], options: Options): Promise<number> {
  if (options.csv && out.json) throw new BadInput('--csv and --json are two forms of the same answer: choose one.');
  const project = await openProject(named);
  const now = Date.now();
  const zone = project.registry.project.timezone;
  const until = readDate(options.until ?? 'today', zone, now);
  const since = options.since === undefined ? addDays(until, 1 - DAYS) : readDate(options.since, zone, now);
  const session = await openServer(project);
  try {
    const view = await readStats(session.server, project.registry, { names, since, until });
    out.answer(view);
    if (options.csv) out.stdout.write(statsCsv(view));
    else for (const line of statsLines(out, view, now)) out.say(line);
    return EXIT.done;
  } finally {
    await session.close();
  }
}
