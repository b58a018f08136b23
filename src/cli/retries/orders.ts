/** `daychain retries now` and `daychain retries cancel`: for one, several, or all that wait. */
import type { Command } from 'commander';
import { cancelRun } from '../../control/cancel.js';
import { eachOrdered, type Told } from '../../control/each-ordered.js';
import { BadInput } from '../../control/errors.js';
import { retryNow } from '../../control/orders.js';
import { listRetries } from '../../control/retries.js';
import type { Server } from '../../control/server.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { readRun } from '../../control/run-words.js';
import { openProject, openServer, type Project } from '../session.js';

interface Options {
  all?: boolean;
  reason?: string;
}

export function configureOrders(retries: Command, act: Act): void {
  retries
    .command('now')
    .summary('Try again at once')
    .description('Try again at once; attempts used and checkpoint stay.')
    .argument('[run...]', 'task_mail:20260203, as daychain retries shows it')
    .option('--all', 'all that wait to try again')
    .option('--reason <text>', 'why')
    .action(act(now));
  retries
    .command('cancel')
    .summary('Do not try again')
    .description('Do not try again: the run closes as cancelled, and its date stays open.')
    .argument('[run...]', 'task_mail:20260203, as daychain retries shows it')
    .option('--all', 'all that wait to try again')
    .requiredOption('--reason <text>', 'why; the history keeps it, and who')
    .action(act(cancel));
}

async function now(invocation: Invocation, [words]: [string[]], options: Options): Promise<number> {
  const reason = options.reason ?? null;
  return await each(invocation, words, options, 'tries again now', (server, project, run) =>
    retryNow(server, project.registry, run, { reason }),
  );
}

async function cancel(invocation: Invocation, [words]: [string[]], options: Options): Promise<number> {
  return await each(invocation, words, options, 'is told to stop', (server, _project, run) =>
    cancelRun(server, run, options.reason!),
  );
}

async function each<T>(
  { out, project: named }: Invocation,
  words: readonly string[],
  { all }: Options,
  done: string,
  order: (server: Server, project: Project, run: string) => Promise<T>,
): Promise<number> {
  if ((words.length === 0) === (all !== true)) throw new BadInput('Which? Name runs, like task_mail:20260203, or --all.');
  const project = await openProject(named);
  const runs = words.map((word) => readRun([word], project.zoneOf, Date.now()));
  const session = await openServer(project);
  try {
    const { server } = session;
    const found = all ? await listRetries(server) : null;
    const told = await eachOrdered(found ? found.retries.map(({ run }) => run) : runs, (run) => order(server, project, run));
    out.answer({ runs: told, leftOut: found?.leftOut ?? false });
    if (told.length === 0) out.say('Nothing waits to try again.');
    for (const one of told) out.say(toldText(one, done));
    if (found?.leftOut) out.note('There are more open runs than were looked at. Once more for the rest: the same command.');
    return told.some(({ refused }) => refused !== null) ? EXIT.refused : EXIT.done;
  } finally {
    await session.close();
  }
}

function toldText({ run, refused }: Told<unknown>, done: string): string {
  return refused === null ? `${run.replace(':', ' ')} ${done}.` : refused;
}
