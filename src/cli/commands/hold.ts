/** `daychain hold`: keeps a task or a chain of one date from going on. */
import type { Command } from 'commander';
import { BadInput } from '../../control/errors.js';
import { hold, type HoldRequest } from '../../control/orders.js';
import { readMoment } from '../../control/moments.js';
import { configureOrder, giveOrder, type OrderOptions } from '../orders/order.js';
import type { Act } from '../program.js';

interface Options extends OrderOptions {
  until?: string;
  for?: string;
}

export function configure(command: Command, act: Act): void {
  configureOrder(command)
    .option('--until <when>', 'when it expires: an instant, "2026-03-01 08:00", or a date')
    .option('--for <duration>', 'or after how long: "2 hours" (default: 24 hours; of a slot to come, after the slot)')
    .addHelpText(
      'after',
      `
Before the run exists: it is started held, and waits. Of an open chain, no further task starts. A task that waits to try
again keeps its attempts and its checkpoint. A hold that is never released fails the run: it runs nothing by itself.

Examples:
  daychain hold task_report 2026-02-03 --reason "figures are being checked"
  daychain hold daily-chain tomorrow --for "30 hours" --reason "migration"
  daychain release task_report 2026-02-03`,
    )
    .action(
      act((invocation, [words]: [string[]], options: Options) =>
        giveOrder<HoldRequest>(invocation, words, options, hold, (zone, now) => untilOf(options, zone, now)),
      ),
    );
}

function untilOf({ until, for: length }: Options, zone: string, now: number): { until?: string } {
  if (until !== undefined && length !== undefined) throw new BadInput('--until and --for exclude each other.');
  if (length !== undefined) return { until: readMoment(`+${length}`, '--for', zone, now) };
  return until === undefined ? {} : { until: readMoment(until, '--until', zone, now) };
}
