/** `daychain keys list`: success keys in Redis. */
import type { Command } from 'commander';
import { listSuccessKeys, type SuccessKey } from '../../control/success-keys.js';
import { durationText } from '../../plan/duration.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { openLocks, openProject } from '../session.js';
import { shortened, table } from '../table.js';
import { choiceOf, withChoice, type ChoiceOptions } from './choice.js';

export function configureList(keys: Command, act: Act): void {
  withChoice(keys.command('list', { isDefault: true }))
    .summary('Success keys: task, date, how long they last')
    .description('The success keys in Redis: task, date, how long they last.')
    .action(act(list));
}

async function list({ out, project: named }: Invocation, _args: [], options: ChoiceOptions): Promise<number> {
  const project = await openProject(named);
  const choice = choiceOf(options, project, Date.now());
  const session = await openLocks(project);
  try {
    const { store } = session;
    const keys = await listSuccessKeys(store, choice);
    out.answer({ store: store.address, prefix: store.prefix, keys });
    const chosen = Object.keys(choice).length > 0;
    if (keys.length === 0) out.say(`No success keys${chosen ? ' chosen so' : ''} in Redis at ${store.address}.`);
    for (const line of keyLines(keys)) out.say(line);
    return EXIT.done;
  } finally {
    session.close();
  }
}

export function keyLines(keys: readonly SuccessKey[]): string[] {
  if (keys.length === 0) return [];
  const rows = keys.map(({ task, date, ttlMs, value }) => [
    shortened(task, 44),
    shortened(date, 20),
    ttlMs === null ? 'never ends' : durationText(ttlMs),
    value === 'completed' ? '' : `says ${shortened(JSON.stringify(value), 20)}`,
  ]);
  return table([['TASK', 'DATE', 'LEFT', ''], ...rows]);
}
