/** `daychain history`: what became of each slot. */
import type { Command } from 'commander';
import { readHistory } from '../../control/history.js';
import { addDays } from '../../time/dates.js';
import { localDate } from '../../time/zones.js';
import { EXIT } from '../exit-codes.js';
import { historyLines, MOST_LINES } from '../history-lines.js';
import { readLimit } from '../limit.js';
import type { Act, Invocation } from '../program.js';
import { readDate, requireSchedule } from '../../control/run-words.js';
import { openProject, openServer } from '../session.js';

interface Options {
  from?: string;
  to?: string;
  limit?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('<chain>', 'a chain, or a task with a schedule of its own')
    .option('--from <date>', 'the first date (default: 14 days, today included)')
    .option('--to <date>', 'the last date (default: today)')
    .option('--limit <n>', 'at most so many lines, the newest (default: 30; with --from 1,000)')
    .addHelpText(
      'after',
      `
Oldest first: every slot that fell due, with what became of it; runs without a slot stand beside them.
A slot that was not run says why: misfired, coalesced and overlapped were decided and are on record;
"no shell" means that nothing was started, as in a pause.

Examples:
  daychain history daily-chain
  daychain history daily-chain --from 2026-01-01 --to 2026-01-31`,
    )
    .action(act(history));
}

const DAYS = 14;
const LIMIT = 30;

async function history({ out, project: named }: Invocation, [id]: [string], options: Options): Promise<number> {
  const project = await openProject(named);
  const { registry } = project;
  // A chain whose file is broken now has its history all the same.
  if (!registry.broken.has(id)) requireSchedule(registry, id);
  const now = Date.now();
  const zone = project.zoneOf(id);
  const today = localDate(now, zone);
  const to = options.to === undefined ? today : readDate(options.to, zone, now);
  const from = options.from === undefined ? addDays(to, 1 - DAYS) : readDate(options.from, zone, now);
  const limit = readLimit(options.limit, MOST_LINES) ?? (options.from === undefined ? LIMIT : MOST_LINES);
  const session = await openServer(project);
  try {
    const view = await readHistory(session.server, registry, id, { from, to, limit }, now);
    out.answer(view);
    for (const line of historyLines(out, view, now)) out.say(line);
    return EXIT.done;
  } finally {
    await session.close();
  }
}
