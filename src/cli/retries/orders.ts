/** `daychain retries now` and `daychain retries cancel`: for one, several, or all that wait. */
import type { Command } from 'commander';
import { callNow, cancelCall } from '../../control/call-orders.js';
import { type CallFilter, callName, listCalls, readCall } from '../../control/calls.js';
import { cancelRun } from '../../control/cancel.js';
import { eachOrdered, type Told } from '../../control/each-ordered.js';
import { BadInput } from '../../control/errors.js';
import { retryNow } from '../../control/orders.js';
import { listRetries } from '../../control/retries.js';
import type { Server } from '../../control/server.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { readRun } from '../../control/run-words.js';
import { parseCallWorkflowId } from '../../plan/calls.js';
import { openProject, openServer, type Project } from '../session.js';
import { addFilter } from './list.js';

interface Options extends CallFilter {
  all?: boolean;
  reason?: string;
}

const RUN = 'task_mail:20260203 or send_letter:3f9a1c2e5b7d9a01, as daychain retries shows it';

export function configureOrders(retries: Command, act: Act): void {
  const nowCommand = retries
    .command('now')
    .summary('Try again at once')
    .description(
      'Try again at once; attempts used and checkpoint stay. A call that was given up is kept anew, with all its tries.',
    )
    .argument('[run...]', RUN)
    .option('--all', 'all that wait to try again');
  addFilter(nowCommand).option('--reason <text>', 'why').action(act(now));
  const cancelCommand = retries
    .command('cancel')
    .summary('Do not try again')
    .description('Do not try again: the run or call closes as cancelled, and the date of a run stays open.')
    .argument('[run...]', RUN)
    .option('--all', 'all that wait to try again');
  addFilter(cancelCommand).requiredOption('--reason <text>', 'why; the history keeps it, and who').action(act(cancel));
}

async function now(invocation: Invocation, [words]: [string[]], options: Options): Promise<number> {
  const reason = options.reason ?? null;
  return await each<object>(invocation, words, options, 'tries again now', (server, project, run) =>
    isCall(run) ? callNow(server, run, reason) : retryNow(server, project.registry, run, { reason }),
  );
}

async function cancel(invocation: Invocation, [words]: [string[]], options: Options): Promise<number> {
  return await each(invocation, words, options, 'is told to stop', (server, _project, run) =>
    (isCall(run) ? cancelCall : cancelRun)(server, run, options.reason!),
  );
}

async function each<T>(
  { out, project: named }: Invocation,
  words: readonly string[],
  { all, name, tag }: Options,
  done: string,
  order: (server: Server, project: Project, run: string) => Promise<T>,
): Promise<number> {
  if ((words.length === 0) === (all !== true)) throw new BadInput('Which? Name runs, like task_mail:20260203, or --all.');
  if (all !== true && (name ?? tag) !== undefined) throw new BadInput('--name and --tag go with --all.');
  const project = await openProject(named);
  const owner = project.registry.project.name;
  const runs = words.map((word) => readCall(owner, word) ?? readRun([word], project.zoneOf, Date.now()));
  const session = await openServer(project);
  try {
    const { server } = session;
    const found = all ? await waiting(server, { name, tag }) : null;
    const told = await eachOrdered(found?.runs ?? runs, (run) => order(server, project, run));
    out.answer({ runs: told, leftOut: found?.leftOut ?? false });
    if (told.length === 0) out.say('Nothing waits to try again.');
    for (const one of told) out.say(toldText(one, done));
    if (found?.leftOut) out.note('There is more than was looked at. Once more for the rest: the same command.');
    return told.some(({ refused }) => refused !== null) ? EXIT.refused : EXIT.done;
  } finally {
    await session.close();
  }
}

async function waiting(server: Server, filter: CallFilter): Promise<{ runs: string[]; leftOut: boolean }> {
  const [tasks, more] = await Promise.all([listRetries(server, undefined, filter), listCalls(server, filter)]);
  const runs = [...tasks.retries.map(({ run }) => run), ...more.calls.map(({ call }) => call)];
  return { runs, leftOut: tasks.leftOut || more.leftOut };
}

function isCall(workflowId: string): boolean {
  return parseCallWorkflowId(workflowId) !== null;
}

function toldText({ run, refused }: Told<unknown>, done: string): string {
  const what = isCall(run) ? callName(run) : run.replace(':', ' ');
  return refused === null ? `${what} ${done}.` : refused;
}
