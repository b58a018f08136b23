/** `daychain unlock`: takes a lock of a task, or a shared one, away from its holder. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { personIdentity } from '../../connections/temporal.js';
import { BadInput, Refused } from '../../control/errors.js';
import { findLock, unlock as takeAway, type LockView } from '../../control/locks.js';
import { findSharedLock, unlockShared } from '../../control/shared-locks.js';
import { durationText } from '../../plan/duration.js';
import { isRunKey } from '../../plan/ids.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { suggestionFor } from '../suggest-id.js';
import { readDate } from '../../control/run-words.js';
import { openLocks, openProject } from '../session.js';
import { HOLDERS, withServerIfAny } from './locks.js';

interface Options {
  yes?: boolean;
  shared?: boolean;
  reason?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('<task>', 'with --shared: the name of the lock')
    .argument('[date]', 'the date, or the run key of a task locked by run')
    .option('--shared', 'a lock taken with ctx.lock')
    .option('--reason <text>', 'why, for a shared lock: its holder fails with it, and with who')
    .option('--yes', 'take it even from a holder that may be alive')
    .addHelpText(
      'after',
      `
The lock of a run that has ended is taken without asking. A holder that is alive learns of it at its
next renewal and stops; until then two may work on the same date.

Examples:
  daychain unlock task_mail 20260203
  daychain unlock printer --shared --reason "the printer was replaced"`,
    )
    .action(act(unlock));
}

async function unlock(invocation: Invocation, [task, date]: [string, string | undefined], options: Options): Promise<number> {
  const { out, project: named } = invocation;
  if (options.shared) return await unlockByName(invocation, task, date, options);
  if (date === undefined) {
    throw new BadInput(`Of which date? daychain unlock ${task} DATE. A lock of ctx.lock: daychain unlock ${task} --shared`);
  }
  const project = await openProject(named);
  const scope = isRunKey(date) && !/^\d{8}$/.test(date) ? date : readDate(date, project.zoneOf(task), Date.now());
  const session = await openLocks(project);
  try {
    const note = (text: string) => out.note(text);
    const [lock] = await withServerIfAny(project, note, async (server) => {
      const found = await findLock(server, session.store, task, scope);
      return found === null ? [] : [found];
    });
    if (lock === undefined) {
      out.say(`Nobody holds the lock of ${task} ${scope}.${await suggestionFor(task, named)}`);
      out.answer({ outcome: 'free', task, scope });
      return EXIT.done;
    }
    if (lock.state !== 'closed' && !options.yes && !(await isConfirmed(out, lockText(lock)))) {
      throw new Refused(
        'lock_held',
        `${lockText(lock)}\nIf you are sure that it is dead: daychain unlock ${task} ${scope} --yes`,
        { ...lock },
      );
    }
    await takeAway(session.store, lock);
    out.say(`The lock of ${task} ${scope} is free. It was held by ${lock.holder} (${HOLDERS[lock.state]}).`);
    out.answer({ outcome: 'unlocked', ...lock });
    return EXIT.done;
  } finally {
    session.close();
  }
}

function lockText(lock: LockView): string {
  const left = lock.ttlMs === null ? 'it never ends by itself' : `${durationText(lock.ttlMs)} left`;
  return `The lock of ${lock.task} ${lock.scope} is held by ${lock.holder} (${HOLDERS[lock.state]}), ${left}.`;
}

/** A shared lock, which has no date. Whoever loses it is told why. */
async function unlockByName(
  { out, project: named }: Invocation,
  name: string,
  date: string | undefined,
  { yes, reason }: Options,
): Promise<number> {
  if (date !== undefined) throw new BadInput(`A shared lock has no date: daychain unlock ${name} --shared --reason TEXT`);
  if (reason === undefined) throw new BadInput(`Say why: daychain unlock ${name} --shared --reason TEXT`);
  const project = await openProject(named);
  const session = await openLocks(project);
  try {
    const note = (text: string) => out.note(text);
    const lock = await withServerIfAny(project, note, (server) => findSharedLock(server, session.shared, name));
    if (lock === null) {
      out.say(`Nobody holds the shared lock "${name}".`);
      out.answer({ outcome: 'free', name });
      return EXIT.done;
    }
    const left = lock.ttlMs === null ? 'it never ends by itself' : `${durationText(lock.ttlMs)} left`;
    const text = `The shared lock "${name}" is held by ${lock.run ?? lock.holder} (${HOLDERS[lock.state]}), ${left}.`;
    if (lock.state !== 'closed' && !yes && !(await isConfirmed(out, text))) {
      const command = `daychain unlock ${name} --shared --reason TEXT --yes`;
      throw new Refused('lock_held', `${text}\nIf you are sure: ${command}`, { ...lock });
    }
    await unlockShared(session.shared, lock, { by: personIdentity(), reason });
    out.say(`The shared lock "${name}" is free. It was held by ${lock.run ?? lock.holder} (${HOLDERS[lock.state]}).`);
    out.answer({ outcome: 'unlocked', ...lock });
    return EXIT.done;
  } finally {
    session.close();
  }
}

async function isConfirmed(out: Output, text: string): Promise<boolean> {
  if (out.json || process.stdin.isTTY !== true || !out.live) return false;
  out.note(text);
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await ask.question('Take it away all the same? [y/N] ')).trim());
  } finally {
    ask.close();
  }
}
