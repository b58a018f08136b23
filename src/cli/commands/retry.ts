/** `daychain retry`: ends what a task waits for before it tries again. */
import type { Command } from 'commander';
import { retryNow } from '../../control/orders.js';
import { configureOrder, giveOrder, type OrderOptions } from '../orders/order.js';
import type { Act } from '../program.js';

export function configure(command: Command, act: Act): void {
  configureOrder(command)
    .addHelpText(
      'after',
      `
The pause after a failed attempt ends at once; so does the wait for a lock, or for a worker that knows the task.
Attempts used and checkpoint stay. A run that has failed for good is run again with daychain rerun.

Examples:
  daychain retry task_mail 2026-02-03
  daychain retries                         all that wait to try again`,
    )
    .action(
      act((invocation, [words]: [string[]], options: OrderOptions) =>
        giveOrder(invocation, words, options, retryNow, () => ({})),
      ),
    );
}
