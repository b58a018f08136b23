/** `daychain locks`: who holds which lock, and what limits of calls are used up. */
import type { Command } from 'commander';
import { type HolderState, listLocks } from '../../control/locks.js';
import type { Server } from '../../control/server.js';
import { listShared } from '../../control/shared-locks.js';
import { durationText } from '../../plan/duration.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { suggestionFor } from '../suggest-id.js';
import { openLocks, openProject, openServer, type Project } from '../session.js';
import { shortened, table } from '../table.js';
import { sharedLines } from '../shared-lines.js';

export function configure(command: Command, act: Act): void {
  command
    .argument('[task]', 'only the locks of this task')
    .addHelpText(
      'after',
      `
Shared locks are those of ctx.lock, rate limits those of ctx.rateLimit; with a task, those it holds
or waits for. A lock that is left over goes by itself when its time is up; sooner:
daychain unlock TASK DATE, or daychain unlock NAME --shared --reason TEXT

Examples:
  daychain locks
  daychain locks task_mail`,
    )
    .action(act(locks));
}

async function locks({ out, project: named }: Invocation, [task]: [string | undefined]): Promise<number> {
  const project = await openProject(named);
  const session = await openLocks(project);
  try {
    const [found, shared] = await withServerIfAny(project, out.note.bind(out), (server) =>
      Promise.all([listLocks(server, session.store, task), listShared(server, session.shared, task)]),
    );
    out.answer({ store: session.store.address, prefix: session.store.prefix, locks: found, ...shared });
    const lines = sharedLines(shared, HOLDERS);
    if (found.length === 0 && lines.length === 0) {
      const near = task === undefined ? '' : await suggestionFor(task, named);
      out.say(`No locks${task === undefined ? '' : ` of ${task}`} in Redis at ${session.store.address}.${near}`);
      return EXIT.done;
    }
    const rows = found.map((lock) => [
      lock.task,
      lock.scope,
      shortened(lock.holder, 24),
      lock.ttlMs === null ? 'never ends' : durationText(lock.ttlMs),
      HOLDERS[lock.state],
    ]);
    if (rows.length > 0) for (const line of table([['TASK', 'DATE', 'HOLDER', 'LEFT', 'WHO'], ...rows])) out.say(line);
    for (const line of rows.length === 0 ? lines.slice(1) : lines) out.say(line);
    return EXIT.done;
  } finally {
    session.close();
  }
}

export const HOLDERS: Record<HolderState, string> = {
  running: 'ours, running',
  closed: 'ours, left over: its run has ended',
  abandoned: 'ours, its body did not stop when told',
  unknown: 'looks like ours, but no open run holds it',
  stranger: 'a stranger',
};

/** Locks are worth seeing even where Temporal is away; then nobody knows which runs are open. */
export async function withServerIfAny<T>(
  project: Project,
  note: (text: string) => void,
  work: (server: Server | null) => Promise<T>,
): Promise<T> {
  const session = await openServer(project).catch((error: Error) => {
    note(`Temporal cannot be asked which runs are open: ${error.message.split('\n')[0]}`);
    return null;
  });
  try {
    return await work(session?.server ?? null);
  } finally {
    await session?.close();
  }
}
