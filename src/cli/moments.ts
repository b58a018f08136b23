/** Points in time as people type them. */
import { BadInput } from '../control/errors.js';
import { durationMs } from '../plan/duration.js';
import { parseDate } from '../time/dates.js';
import { firstInstant, instantText, instantsOfLocal } from '../time/zones.js';
import { readDate } from './run-words.js';

const LOCAL = /^(\d{4}-?\d{2}-?\d{2})[T ](\d{2}:\d{2})(?::(\d{2}))?$/;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/i;
const AHEAD = /^(?:in |\+)(.+)$/;

/**
 * An ISO instant: from one, from a local date and time in the zone (`2026-03-01 08:00`), from a date (its first instant),
 * or from now on (`+2 hours`). `now` in epoch milliseconds; `option` names what was typed, for messages.
 * @throws BadInput in words
 */
export function readMoment(text: string, option: string, zone: string, now: number): string {
  const ahead = AHEAD.exec(text)?.[1];
  try {
    if (ahead !== undefined) return instantText(now + durationMs(ahead));
    if (WITH_OFFSET.test(text)) return instantText(text);
    const local = LOCAL.exec(text);
    if (local) return ofLocal(parseDate(local[1]!), `${local[2]}:${local[3] ?? '00'}`, zone);
    return firstInstant(text === 'tomorrow' ? readDate('today', zone, now + 86_400_000) : readDate(text, zone, now), zone);
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

function ofLocal(date: string, time: string, zone: string): string {
  const instants = instantsOfLocal(date, time, zone);
  const [only] = instants;
  if (only === undefined) throw new RangeError(`the clocks of ${zone} skip this time`);
  if (instants.length > 1) throw new RangeError(`the clocks of ${zone} show this time twice: ${instants.join(' and ')}`);
  return only;
}
