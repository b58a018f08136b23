/** The command that runs what is missing. */
import { dashed } from '../time/dates.js';
import type { Slot } from '../time/slots.js';

/** Runs what has no run yet from the one slot's date to the other's. */
export function backfillCommand(id: string, first: Pick<Slot, 'date'>, last: Pick<Slot, 'date'>): string {
  return `daychain backfill ${id} ${dashed(first.date)} ${dashed(last.date)} --only missing`;
}
