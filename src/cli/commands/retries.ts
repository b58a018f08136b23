/** `daychain retries`: tasks and calls that wait to try again, and what is told them. */
import type { Command } from 'commander';
import { configureList } from '../retries/list.js';
import { configureOrders } from '../retries/orders.js';
import { configureShow } from '../retries/show.js';
import type { Act } from '../program.js';

export function configure(command: Command, act: Act): void {
  configureList(command, act);
  configureShow(command, act);
  configureOrders(command, act);
  command.helpCommand(false).addHelpText(
    'after',
    `
Examples:
  daychain retries
  daychain retries list --tag mail --limit 200
  daychain retries list --failed
  daychain retries show send_letter:3f9a1c2e5b7d9a01
  daychain retries now task_mail:20260203 task_sync:20260203
  daychain retries now --all --reason "the provider is back"
  daychain retries now send_letter:3f9a1c2e5b7d9a01
  daychain retries cancel --all --name send_letter --reason "wrong credentials"`,
  );
}
