/** `daychain why`: the one thing that holds a task or chain, and what would unblock it. */
import type { Command } from 'commander';
import type { LockStore } from '../../lock/redis-store.js';
import { BadInput } from '../../control/errors.js';
import { readWhy } from '../../control/why.js';
import type { WhyCause, WhyWish } from '../../control/why-view.js';
import { isRunKey, parseCanonicalId } from '../../plan/ids.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { readDate } from '../../control/run-words.js';
import { openLocks, openProject, openServer, type LockSession, type Project } from '../session.js';
import { whyLines } from '../why-lines.js';

interface Options {
  chain?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('<task>', 'a task or a chain; or a run, like task_mail:20260203')
    .argument('[date]', 'the date, or the run key (default: today)')
    .option('--chain <chain>', 'for a task of several chains (default: the one whose run is open, else the newest)')
    .addHelpText(
      'after',
      `
Says what holds it: no slot, a pause, a slot left out, tasks before it, a hold, a lock, the next attempt,
no worker; or what it does; or how it ended. And the command that would unblock it.
Asks Temporal and Redis only. Exit code 2 where there is no such task, or no slot for the date.

Examples:
  daychain why task_rag_indexing yesterday
  daychain why daily-chain 2026-02-03
  daychain why task_mail:at-after-the-move --json`,
    )
    .action(act(why));
}

const UNKNOWN: readonly WhyCause[] = ['no_such_task', 'no_slot'];

async function why({ out, project: named }: Invocation, [task, date]: [string, string?], options: Options): Promise<number> {
  const project = await openProject(named);
  const now = Date.now();
  const wish = { ...readWish(project, task, date, now), ...(options.chain === undefined ? {} : { chain: options.chain }) };
  const session = await openServer(project);
  const locks = await locksOf(project);
  try {
    const view = await readWhy(session.server, project.registry, locks?.store ?? null, wish, now);
    out.answer(view);
    for (const line of whyLines(out, view)) out.say(line);
    return UNKNOWN.includes(view.cause) ? EXIT.badInput : EXIT.done;
  } finally {
    locks?.close();
    await session.close();
  }
}

/** @throws BadInput where the words name no date or run key */
function readWish(project: Project, task: string, date: string | undefined, now: number): WhyWish {
  const colon = task.indexOf(':');
  const id = colon < 0 ? task : task.slice(0, colon);
  if (colon >= 0 && date !== undefined) throw new BadInput(`The run ${task} has its date already; got ${date} too.`);
  const words = colon < 0 ? (date ?? 'today') : task.slice(colon + 1);
  if (isRunKey(words) && parseCanonicalId(`${id}:${words}`) !== null && !/^\d{8}$/.test(words))
    return { task: id, runKey: words };
  return { task: id, date: readDate(words, project.zoneOf(id), now) };
}

/** Null where nobody knows where Redis is: the answer says that its lock could not be read. */
async function locksOf(project: Project): Promise<(LockSession & { store: LockStore }) | null> {
  try {
    return await openLocks(project);
  } catch {
    return null;
  }
}
