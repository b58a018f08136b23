/** Points in time as people type them. */
import { BadInput } from './errors.js';
import { readInstant } from '../time/typed-instants.js';
import { firstInstant } from '../time/zones.js';
import { readDate } from './run-words.js';

const WORDS = ['today', 'yesterday', 'tomorrow'];

/**
 * An ISO instant: from one, from a local date and time in the zone (`2026-03-01 08:00`), from a date (its first instant),
 * or from now on (`+2 hours`). `now` in epoch milliseconds; `option` names what was typed, for messages.
 * @throws BadInput in words
 */
export function readMoment(text: string, option: string, zone: string, now: number): string {
  try {
    if (WORDS.includes(text) || /^\d{4}-?\d{2}-?\d{2}$/.test(text)) return firstInstant(readDate(text, zone, now), zone);
    return readInstant(text, zone, now);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof BadInput)) throw error;
    throw new BadInput(
      [
        `${option} ${text}: ${error.message}`,
        `Write an instant (2026-03-01T08:00:00Z), a time in ${zone} ("2026-03-01 08:00"), a date, or "+2 hours".`,
      ].join('\n'),
    );
  }
}
