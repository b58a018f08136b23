/** `daychain at cancel`, `hold` and `release`. */
import type { Command } from 'commander';
import { BadInput } from '../../control/errors.js';
import {
  cancelOneShot,
  holdOneShot,
  releaseOneShot,
  type OneShotCancelled,
  type OrderTaken,
} from '../../control/one-shot-orders.js';
import { readOneShot } from '../../control/one-shot-view.js';
import { readInstant } from '../../time/typed-instants.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer, type Project, type ServerSession } from '../session.js';
import { atText } from './text.js';

export function configureOrders(at: Command, act: Act): void {
  at.command('cancel')
    .summary('Take one back')
    .description('Take a one-shot back before it is due: it closes as cancelled, and nothing runs.')
    .argument('<id>', 'as daychain at list shows it')
    .option('--reason <text>', 'why; the history keeps it, and who')
    .action(act(cancel));
  at.command('hold')
    .summary('Let one wait until it is released')
    .description('Let a one-shot wait, also past its instant, until it is released. A hold that runs out fails it.')
    .argument('<id>', 'as daychain at list shows it')
    .option('--until <instant>', 'when the hold runs out (default: 24 hours after the instant)')
    .option('--reason <text>', 'why')
    .action(act(hold));
  at.command('release')
    .summary('End a hold')
    .description('End a hold; a one-shot whose instant has passed meanwhile runs at once.')
    .argument('<id>', 'as daychain at list shows it')
    .action(act(release));
}

async function cancel(invocation: Invocation, [given]: [string], { reason }: { reason?: string }): Promise<number> {
  return await withServer(invocation, async ({ server }) => {
    const id = bare(given);
    const done = await cancelOneShot(server, id, reason ?? 'no reason given');
    invocation.out.say(cancelledText(done));
    invocation.out.answer(done);
    return EXIT.done;
  });
}

async function hold(
  invocation: Invocation,
  [given]: [string],
  { until, reason }: { until?: string; reason?: string },
): Promise<number> {
  return await withServer(invocation, async ({ server }, project) => {
    const id = bare(given);
    const now = Date.now();
    const known = until === undefined ? null : await readOneShot(server, id, now);
    const zone = project.zoneOf(known?.target ?? '');
    const limit = until === undefined ? {} : { until: readUntil(until, zone, now) };
    const taken = await holdOneShot(server, id, { reason: reason ?? null, ...limit });
    const when = limit.until === undefined ? '' : ` It fails if it is not released before ${atText(limit.until, zone, now)}.`;
    invocation.out.say(orderText(taken, `${id} is held.${when}\nRelease it: daychain at release ${id}`));
    invocation.out.answer({ ...taken, ...limit });
    return EXIT.done;
  });
}

async function release(invocation: Invocation, [given]: [string]): Promise<number> {
  return await withServer(invocation, async ({ server }) => {
    const id = bare(given);
    const taken = await releaseOneShot(server, id);
    invocation.out.say(orderText(taken, `${id} is released.`));
    invocation.out.answer(taken);
    return EXIT.done;
  });
}

export function cancelledText({ outcome, id }: OneShotCancelled): string {
  if (outcome === 'already') return `${id} was cancelled before.`;
  if (outcome === 'cancelled') return `${id} is cancelled; nothing runs.`;
  return `${id} is told to stop. No worker has carried it out yet: daychain up, or daychain worker`;
}

export function orderText({ outcome, id }: OrderTaken, done: string): string {
  return outcome === 'done'
    ? done
    : `${id} is told so; accepted, not yet applied: no worker has answered. daychain at list shows it.`;
}

/** The workflow ID, as other commands show it, is meant too. */
function bare(id: string): string {
  return id.startsWith('at:') ? id.slice('at:'.length) : id;
}

function readUntil(text: string, zone: string, now: number): string {
  try {
    return readInstant(text, zone, now);
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(`--until: ${error.message}.`);
    throw error;
  }
}

async function withServer(
  { project: named }: Invocation,
  work: (session: ServerSession, project: Project) => Promise<number>,
): Promise<number> {
  const project = await openProject(named);
  const session = await openServer(project);
  try {
    return await work(session, project);
  } finally {
    await session.close();
  }
}
