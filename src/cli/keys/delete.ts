/** `daychain keys delete`: forgets what success keys say. */
import type { Command } from 'commander';
import { BadInput } from '../../control/errors.js';
import { deleteSuccessKeys, listSuccessKeys } from '../../control/success-keys.js';
import { confirm } from '../confirm.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { openLocks, openProject } from '../session.js';
import { choiceOf, withChoice, type ChoiceOptions } from './choice.js';
import { keyLines } from './list.js';

interface Options extends ChoiceOptions {
  all?: boolean;
  yes?: boolean;
}

export function configureDelete(keys: Command, act: Act): void {
  withChoice(keys.command('delete'))
    .option('--all', 'every success key')
    .option('--yes', 'do not ask')
    .summary('Forget them: the task may run for the date again')
    .description('Forget success keys: daychain and the old scheduler may run the task for the date again.')
    .action(act(remove));
}

async function remove({ out, project: named }: Invocation, _args: [], options: Options): Promise<number> {
  const project = await openProject(named);
  const choice = choiceOf(options, project, Date.now());
  if (Object.keys(choice).length === 0 && !options.all) {
    throw new BadInput('Which? Choose by --task, --date or --older-than; or --all.\nSee them: daychain keys');
  }
  const session = await openLocks(project);
  try {
    const { store } = session;
    const keys = await listSuccessKeys(store, choice);
    if (keys.length === 0) {
      out.say(`No success keys chosen so in Redis at ${store.address}; nothing was deleted.`);
      out.answer({ store: store.address, deleted: [] });
      return EXIT.done;
    }
    if (!options.yes && !(await isWanted(out, keys.length, keyLines(keys)))) return EXIT.refused;
    const deleted = await deleteSuccessKeys(store, keys);
    const changed = keys.length - deleted.length;
    out.say(`${countText(deleted.length)} deleted${changed > 0 ? `; ${changed} had changed or gone meanwhile` : ''}.`);
    out.answer({ store: store.address, deleted });
    return EXIT.done;
  } finally {
    session.close();
  }
}

async function isWanted(out: Invocation['out'], count: number, lines: readonly string[]): Promise<boolean> {
  for (const line of lines) out.note(line);
  const said = await confirm(out, `Delete ${countText(count)}? The tasks may run for these dates again.`);
  if (said === null) throw new BadInput(`Nobody can be asked here. To delete ${countText(count)}: the same command with --yes`);
  if (!said) out.note('Nothing was deleted.');
  return said;
}

function countText(count: number): string {
  return `${count} success key${count === 1 ? '' : 's'}`;
}
