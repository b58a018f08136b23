/** What clock changes do to a schedule's wall-clock times, for people who look at its slots. */
import { DAY_MS } from './days.js';
import { readySchedule, type ReadyRule } from './due.js';
import type { ClockChange, ZoneClock } from './clock.js';
import type { CompiledSchedule } from './rule.js';

export interface ClockEffects {
  /** By the slot's epoch milliseconds: the wall-clock time named, in minutes after midnight, and what became of it. */
  slots: Map<number, { effect: 'moved' | 'only' | 'first' | 'second'; time: number }>;
  /** Times that fell into a gap and have no slot, by the number of the local day. */
  dropped: { day: number; change: ClockChange; times: number[] }[];
}

/**
 * Near the clock changes of a window: `moved` out of a gap; `only` the first of two that the clocks show; `first` and `second`
 * of two that are both due.
 */
export function clockEffects(schedule: CompiledSchedule, from: number, to: number): ClockEffects {
  const { clock, rules } = readySchedule(schedule);
  const effects: ClockEffects = { slots: new Map(), dropped: [] };
  const once = schedule.keyedBy === 'date';
  for (const change of clock.changes(from - DAY_MS, to + DAY_MS)) {
    const [first, last] = localEnds(change);
    for (let day = Math.floor(first / DAY_MS); day * DAY_MS < last; day++) {
      const skipped = new Set<number>();
      for (const rule of rules.filter(({ isDue }) => isDue(day))) noteRule(effects, rule, { clock, change, day, once, skipped });
      const at = day * DAY_MS - change.before;
      if (skipped.size > 0 && at + DAY_MS >= from && at <= to) {
        effects.dropped.push({ day, change, times: [...skipped].sort((a, b) => a - b) });
      }
    }
  }
  return effects;
}

interface Place {
  clock: ZoneClock;
  change: ClockChange;
  day: number;
  once: boolean;
  skipped: Set<number>;
}

function noteRule({ slots }: ClockEffects, rule: ReadyRule, { clock, change, day, once, skipped }: Place): void {
  const [first, last] = localEnds(change);
  const inGap = change.after > change.before;
  const due = new Set(rule.instantsOf(day));
  for (const time of rule.times) {
    const local = day * DAY_MS + time * 60_000;
    if (local < first || local >= last) continue;
    if (inGap) {
      if (!once || !due.has(change.at)) skipped.add(time);
      else if (!slots.has(change.at)) slots.set(change.at, { effect: 'moved', time });
      continue;
    }
    const instants = clock.instantsAt(local).filter((at) => due.has(at));
    instants.forEach((at, index) => slots.set(at, { effect: once ? 'only' : index === 0 ? 'first' : 'second', time }));
  }
}

/** The local times that a change skips or repeats: from the first up to, not including, the second. */
function localEnds({ at, before, after }: ClockChange): [number, number] {
  return [at + Math.min(before, after), at + Math.max(before, after)];
}
