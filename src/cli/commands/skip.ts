/** `daychain skip`: decides that a task, or a chain, need not run for a date. */
import type { Command } from 'commander';
import { skip } from '../../control/orders.js';
import { configureOrder, giveOrder, type OrderOptions } from '../orders/order.js';
import type { Act } from '../program.js';

export function configure(command: Command, act: Act): void {
  configureOrder(command)
    .addHelpText(
      'after',
      `
Before the run exists: it completes as skipped_by_operator, and the chain meets it so. A skip counts as a success for
what depends on the task. A task that waits, or waits to try again, is skipped at once; one whose body is running is not:
daychain cancel stops it. Of an open chain, what has not begun is skipped.

Examples:
  daychain skip task_mail 2026-02-03 --reason "sent by hand"
  daychain skip daily-chain tomorrow --reason "public holiday"
Undo:
  daychain rerun task_mail:20260203 --skipped --reason "wanted after all"`,
    )
    .action(
      act((invocation, [words]: [string[]], options: OrderOptions) => giveOrder(invocation, words, options, skip, () => ({}))),
    );
}
