/** `daychain at`: a task or chain once, at an instant; and what is told those that wait. */
import { Help, type Command } from 'commander';
import { BadInput } from '../../control/errors.js';
import { readWish, type OneShotWish } from '../../control/one-shot-wish.js';
import { scheduleOneShot, type OneShotScheduled } from '../../control/schedule-one-shot.js';
import { durationText } from '../../plan/duration.js';
import { DAY } from '../../plan/limits.js';
import { localInstantText } from '../../time/zones.js';
import { configureList } from '../at/list.js';
import { configureOrders } from '../at/orders.js';
import { atText } from '../at/text.js';
import { EXIT } from '../exit-codes.js';
import { noteNoWorker } from '../no-worker.js';
import type { Act, Invocation } from '../program.js';
import { findEntry, readParams } from '../../control/run-words.js';
import { openProject, openServer, runUrl } from '../session.js';
import { wrapped } from '../table.js';

interface Options {
  id?: string;
  params?: string;
  replace?: boolean;
  reason?: string;
}

export function configure(command: Command, act: Act): void {
  // A command of its own, though nobody types its name: options of `at` itself would swallow those of its subcommands.
  const schedule = command
    .command('schedule', { isDefault: true, hidden: true })
    .argument('[instant and id...]', 'when, and a task or a chain of the project')
    .option('--id <id>', 'its name (default: made of the task or chain and the instant)')
    .option('--params <json>', 'params of the task; for a chain: {"task": {…}}')
    .option('--replace', 'take the place of another one of this id')
    .option('--reason <text>', 'why; needed to repeat one that has run')
    .action(act(at));
  configureList(command, act);
  configureOrders(command, act);
  const help = new Help();
  command
    .helpCommand(false)
    .usage('<instant> <task or chain> [options]')
    .configureHelp({
      ...command.configureHelp(),
      visibleOptions: (of) => [...(of === command ? schedule.options : []), ...help.visibleOptions(of)],
    })
    .addHelpText(
      'after',
      `
An instant is local time of the task's or chain's zone, or has an offset, or counts from now.
One that has passed is due at once. The same command twice is one.

Examples:
  daychain at 2026-03-01T08:00 task_mail
  daychain at 2026-03-01T07:00:00Z daily-chain --id after-the-move
  daychain at in 10 minutes task_mail --params '{"limit": 10}'
  daychain at list
  daychain at cancel after-the-move --reason "not needed"
  daychain at hold after-the-move --until "2026-03-02 12:00"
  daychain at release after-the-move`,
    );
}

async function at({ out, project: named }: Invocation, [words]: [string[]], options: Options): Promise<number> {
  const id = words.at(-1);
  const instant = words.slice(0, -1).join(' ');
  if (id === undefined || instant === '')
    throw new BadInput(
      `At which instant, and what? Like this: daychain at 2026-03-01T08:00 task_mail${id === undefined ? '' : `; got only ${id}`}`,
    );
  const project = await openProject(named);
  const { kind } = findEntry(project.registry, id);
  const zone = project.zoneOf(id);
  const now = Date.now();
  const params = options.params === undefined ? {} : { params: readParams(options.params) };
  const name = options.id === undefined ? {} : { id: options.id };
  const wish = readWish(project.registry, { at: instant, kind, target: id, ...name, ...params }, zone, now);
  const session = await openServer(project);
  try {
    const { server } = session;
    const done = await scheduleOneShot(server, wish, { replace: options.replace ?? false, reason: options.reason ?? null });
    for (const line of wrapped(scheduledText(wish, done, zone, now), out.width)) out.say(line);
    out.answer({
      ...done,
      at: wish.at,
      local: localInstantText(Date.parse(wish.at), zone),
      timezone: zone,
      kind,
      target: id,
      params: wish.params,
      past: Date.parse(wish.at) <= now,
      url: runUrl(session, done),
    });
    if (done.outcome !== 'completed') await noteNoWorker(out, server);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

/** What has come of a wish. `now` in epoch milliseconds. */
export function scheduledText({ at: instant, target }: OneShotWish, done: OneShotScheduled, zone: string, now: number): string {
  const when = atText(instant, zone, now);
  const left = Date.parse(instant) - now;
  const { id, run, outcome } = done;
  if (outcome === 'already')
    return `${id} is scheduled already: ${target}, ${when}. Nothing was changed.\nTake it back: daychain at cancel ${id}`;
  if (outcome === 'completed') return `${id} has run already; nothing was scheduled.\nHow it went: daychain show ${run}`;
  const instead = outcome === 'replaced' ? ' It takes the place of the one before.' : '';
  if (left <= 0) return `${target} runs at once: ${when} has passed.${instead}\nSee how it goes: daychain show ${run}`;
  return `${target} runs once, ${when}, in ${leftText(left)}.${instead}\nTake it back: daychain at cancel ${id}`;
}

function leftText(ms: number): string {
  return ms < 2 * DAY ? durationText(ms) : `${Math.floor(ms / DAY)} days`;
}
