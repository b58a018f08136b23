/** `daychain release`: ends a hold. */
import type { Command } from 'commander';
import { release } from '../../control/orders.js';
import { configureOrder, giveOrder, type OrderOptions } from '../orders/order.js';
import type { Act } from '../program.js';

export function configure(command: Command, act: Act): void {
  configureOrder(command)
    .addHelpText(
      'after',
      `
What is released goes on at once. A hold set before the run's slot, or before its chain has come to it, is taken back: the
run starts when its turn comes.

Example:
  daychain release task_report 2026-02-03`,
    )
    .action(
      act((invocation, [words]: [string[]], options: OrderOptions) => giveOrder(invocation, words, options, release, () => ({}))),
    );
}
