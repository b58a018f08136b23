/** `daychain retries`: tasks that wait to try again, and what is told them. */
import type { Command } from 'commander';
import { configureList } from '../retries/list.js';
import { configureOrders } from '../retries/orders.js';
import type { Act } from '../program.js';

export function configure(command: Command, act: Act): void {
  configureList(command, act);
  configureOrders(command, act);
  command.helpCommand(false).addHelpText(
    'after',
    `
Examples:
  daychain retries
  daychain retries now task_mail:20260203 task_sync:20260203
  daychain retries now --all --reason "the provider is back"
  daychain retries cancel --all --reason "wrong credentials"`,
  );
}
