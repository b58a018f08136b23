/** `daychain keys`: the old scheduler's success keys. */
import type { Command } from 'commander';
import { configureDelete } from '../keys/delete.js';
import { configureList } from '../keys/list.js';
import type { Act } from '../program.js';

export function configure(command: Command, act: Act): void {
  configureList(command, act);
  configureDelete(command, act);
  command.helpCommand(false).addHelpText(
    'after',
    `
A success key says that a task is done for a date. daychain believes it before a body runs, for as long as it is there;
with SUCCESS_KEYS=read-write it writes such keys for the old scheduler, with SUCCESS_KEYS=off it does neither.

Examples:
  daychain keys
  daychain keys --task 'task_mail*' --date 202602*
  daychain keys delete --task task_mail --date 20260203`,
  );
}
