/** `daychain pause`: keeps schedules from starting anything, until somebody or a time ends it. */
import type { Command } from 'commander';
import { chosenOf } from '../../control/choose.js';
import { BadInput } from '../../control/errors.js';
import { pauseSchedule, type Paused } from '../../control/pause.js';
import { collected } from '../collected.js';
import { EXIT } from '../exit-codes.js';
import { readMoment } from '../../control/moments.js';
import type { Act, Invocation } from '../program.js';
import { lowered, pausedText } from '../schedule-text.js';
import { openProject, openServer } from '../session.js';

interface Options {
  tag: string[];
  reason?: string;
  until?: string;
  catchUp?: boolean;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('[chains...]', 'chains and scheduled tasks; "*" stands for any letters')
    .option('--tag <tag>', 'what has this tag (may be repeated)', collected, [])
    .option('--reason <text>', 'why; kept with who and when')
    .option('--until <when>', 'resume by itself then: an instant, "2026-03-01 08:00", a date, or "+2 hours"')
    .option('--catch-up', 'with --until: run then what fell due meanwhile')
    .addHelpText(
      'after',
      `
What is running goes on; runs by hand and backfills work as ever. Slots that fall due meanwhile are not run,
and not forgotten: daychain resume names them, and runs them with --catch-up.

Examples:
  daychain pause daily-chain --reason "key rotation"
  daychain pause 'sync-*' --until "+2 hours" --catch-up
  daychain pause --tag nightly --until 2026-12-27`,
    )
    .action(act(pause));
}

async function pause({ out, project: named }: Invocation, [names]: [string[]], options: Options): Promise<number> {
  const project = await openProject(named);
  const { registry } = project;
  if (names.length + options.tag.length === 0) throw new BadInput(`Which? Name chains, or --tag, or '*' for all.`);
  if (options.catchUp && options.until === undefined) {
    throw new BadInput(
      '--catch-up goes with --until. A pause without an end is caught up when it is resumed: daychain resume --catch-up',
    );
  }
  const chosen = chosenOf({ names, tags: options.tag }, registry.schedules(), 'schedule');
  const now = Date.now();
  const wishes = chosen.map(({ id }) => ({ id, until: readUntil(options.until, project.zoneOf(id), now) }));
  const session = await openServer(project);
  try {
    const done: Paused[] = [];
    for (const { id, until } of wishes) {
      const wish = { reason: options.reason ?? null, until, catchUp: options.catchUp ?? false };
      const paused = await pauseSchedule(session.server, registry.project.name, id, wish);
      done.push(paused);
      const text = pausedText(paused.note, project.zoneOf(id), Date.now());
      out.say(paused.outcome === 'paused' ? `${id}: ${lowered(text)}` : `${id} was paused before. ${text}`);
    }
    out.say(`End it: daychain resume ${names.length > 0 ? names.join(' ') : options.tag.map((tag) => `--tag ${tag}`).join(' ')}`);
    out.answer({ schedules: done.map(({ id, outcome, note, pause: told }) => ({ id, outcome, note, ...told })) });
    return EXIT.done;
  } finally {
    await session.close();
  }
}

function readUntil(text: string | undefined, zone: string, now: number): string | null {
  if (text === undefined) return null;
  const until = readMoment(text, '--until', zone, now);
  if (Date.parse(until) <= now) throw new BadInput(`--until ${text}: ${until} is over already.`);
  return until;
}
