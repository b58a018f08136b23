/** `daychain resume`: ends pauses, and says or runs what fell due meanwhile. */
import type { Command } from 'commander';
import { chosenOf } from '../../control/choose.js';
import { BadInput } from '../../control/errors.js';
import { resumeSchedule, type Resumed } from '../../control/pause.js';
import { collected } from '../collected.js';
import { EXIT } from '../exit-codes.js';
import { missingText } from '../missing-text.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer, type Project } from '../session.js';
import { slotJson } from '../slot-json.js';

interface Options {
  tag: string[];
  catchUp?: boolean;
  reason?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('[chains...]', 'chains and scheduled tasks; "*" stands for any letters')
    .option('--tag <tag>', 'what has this tag (may be repeated)', collected, [])
    .option('--catch-up', 'run what fell due during the pause, oldest first')
    .option('--reason <text>', "why; kept in the schedule's note, with who")
    .addHelpText(
      'after',
      '\nWithout --catch-up it names the slots that have no run, and the command that runs them.\n\nExamples:\n  daychain resume daily-chain\n  daychain resume daily-chain --catch-up',
    )
    .action(act(resume));
}

async function resume({ out, project: named }: Invocation, [names]: [string[]], options: Options): Promise<number> {
  const project = await openProject(named);
  const { registry } = project;
  if (names.length + options.tag.length === 0) throw new BadInput(`Which? Name chains, or --tag, or '*' for all.`);
  const chosen = chosenOf({ names, tags: options.tag }, registry.schedules(), 'schedule');
  const session = await openServer(project);
  try {
    const asked = { ...session.server, reason: options.reason ?? null };
    const done: Resumed[] = [];
    for (const { id } of chosen) {
      const resumed = await resumeSchedule(asked, registry.project.name, id, { catchUp: options.catchUp ?? false });
      done.push(resumed);
      for (const line of resumedLines(project, resumed)) out.say(line);
    }
    out.answer({
      schedules: done.map(({ missing, started, ...rest }) => ({
        ...rest,
        missing: missing.map(slotJson),
        started: started.map(slotJson),
      })),
    });
    return EXIT.done;
  } finally {
    await session.close();
  }
}

function resumedLines(project: Project, { id, outcome, missing, started }: Resumed): string[] {
  if (outcome === 'not_paused') return [`${id} is not paused; nothing was changed.`];
  if (missing.length === 0) return [`${id} goes on. Nothing fell due during the pause.`];
  if (started.length > 0) {
    return [`${id} goes on, and catches up ${started.length === 1 ? 'one slot' : `${started.length} slots`}, oldest first.`];
  }
  return [`${id} goes on.`, ...missingText(id, missing, project.zoneOf(id), Date.now())];
}
