/** Slots without a run, in words, with the command that runs them. */
import { backfillCommand } from '../plan/slot-decision.js';
import type { Slot } from '../time/slots.js';
import { whenText } from '../control/when-text.js';

/** Two lines; none where nothing is missing. `now` in epoch milliseconds. */
export function missingText(id: string, missing: readonly Slot[], zone: string, now: number): string[] {
  const [first, last] = [missing[0], missing.at(-1)];
  if (first === undefined || last === undefined) return [];
  const when =
    missing.length === 1
      ? whenText(first.scheduledFor, zone, now)
      : `from ${whenText(first.scheduledFor, zone, now)} to ${whenText(last.scheduledFor, zone, now)}`;
  const count = missing.length === 1 ? '1 slot has' : `${missing.length} slots have`;
  return [
    `${count} no run: ${when}.`,
    `Run ${missing.length === 1 ? 'it' : 'them'}: ${backfillCommand(id, first.date, last.date)}`,
  ];
}
