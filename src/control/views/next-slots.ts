/** The coming slots of one line: each, or counted where there are many. Pure. */
import { durationText } from '../../plan/duration.js';
import type { CompiledSchedule } from '../../time/schedule.js';
import { slotsBetween } from '../../time/slots.js';
import { epochMs } from '../../time/zones.js';
import type { NextLine } from './next-types.js';

const MOST_SLOTS = 100;
const STRETCHES = 48;

/** From after `now` up to `to`, included; epoch milliseconds. `starts`: whether a slot at an instant will start. */
export function slotsOfLine(
  compiled: CompiledSchedule | null,
  now: number,
  to: number,
  starts: (at: number) => boolean,
): Pick<NextLine, 'slots' | 'slotsInAll' | 'folded' | 'density'> {
  const all = compiled === null ? [] : slotsBetween(compiled, now + 1, to);
  if (all.length <= MOST_SLOTS) {
    const slots = all.map((slot) => ({ ...slot, starts: starts(epochMs(slot.scheduledFor)) }));
    return { slots, slotsInAll: all.length, folded: null, density: null };
  }
  const times = all.map(({ scheduledFor }) => epochMs(scheduledFor));
  const density = Array<number>(STRETCHES).fill(0);
  for (const at of times) {
    if (starts(at)) density[Math.min(STRETCHES - 1, Math.floor(((at - now) / (to - now)) * STRETCHES))]! += 1;
  }
  return { slots: [], slotsInAll: all.length, folded: foldedText(times), density };
}

/** `every minute, 1,440 slots`; where they are not evenly apart only how many. */
function foldedText(times: readonly number[]): string {
  const gaps = new Set(times.slice(1).map((at, index) => at - times[index]!));
  const count = `${times.length.toLocaleString('en')} slots`;
  if (gaps.size > 1) return count;
  const [gap = 0] = gaps;
  const text = durationText(gap);
  return `every ${text === '1 min' ? 'minute' : text}, ${count}`;
}
