/** `daychain unlock`: takes a lock away from its holder. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { Refused } from '../../control/errors.js';
import { findLock, unlock as takeAway, type LockView } from '../../control/locks.js';
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
}

export function configure(command: Command, act: Act): void {
  command
    .argument('<task>')
    .argument('<date>', 'the date, or the run key of a task locked by run')
    .option('--yes', 'take it even from a holder that may be alive')
    .addHelpText(
      'after',
      `
The lock of a run that has ended is taken without asking. A holder that is alive learns of it at its
next renewal and stops; until then two may work on the same date.

Examples:
  daychain unlock task_mail 20260203`,
    )
    .action(act(unlock));
}

async function unlock({ out, project: named }: Invocation, [task, date]: [string, string], options: Options): Promise<number> {
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
    if (lock.state !== 'closed' && !options.yes && !(await isConfirmed(out, lock))) {
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

async function isConfirmed(out: Output, lock: LockView): Promise<boolean> {
  if (out.json || process.stdin.isTTY !== true || !out.live) return false;
  out.note(lockText(lock));
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await ask.question('Take it away all the same? [y/N] ')).trim());
  } finally {
    ask.close();
  }
}
