/** Dates that fall between two rules when a schedule is edited. Pure: `now` is passed in. */
import { DAY } from '../plan/limits.js';
import type { CompiledSchedule } from '../time/schedule.js';
import { slotsBetween, type Slot } from '../time/slots.js';

/** Two zones are at most 26 hours apart, and a date's slots lie within it: farther away no date is on both sides of now. */
const WINDOW_MS = 3 * DAY;

/**
 * Slots of the new rule, already past, whose dates the old rule would still have run: neither runs them now. A daily 09:00
 * that becomes 06:00 at seven o'clock loses today so. Runs keyed by slot have no dates to lose.
 */
export function lostSlots(old: CompiledSchedule | null, next: CompiledSchedule, now: number): Slot[] {
  if (old === null || old.keyedBy !== 'date' || next.keyedBy !== 'date') return [];
  const past = (rule: CompiledSchedule) => slotsBetween(rule, now - WINDOW_MS, now);
  const future = (rule: CompiledSchedule) => datesOf(slotsBetween(rule, now + 1, now + WINDOW_MS));
  const [promised, had, comes] = [future(old), datesOf(past(old)), future(next)];
  const lost = past(next).filter(({ date }) => promised.has(date) && !had.has(date) && !comes.has(date));
  // Several slots of one date are one run.
  return lost.filter(({ date }, at) => lost.findIndex((other) => other.date === date) === at);
}

function datesOf(slots: readonly Slot[]): Set<string> {
  return new Set(slots.map(({ date }) => date));
}
