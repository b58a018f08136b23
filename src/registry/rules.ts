/** The slots of a schedule over its edits: each rule counts for as long as it held. */
import type { ScheduledChainInput, ScheduleRule } from '../plan/types.js';
import { compileSchedule, type CompiledSchedule } from '../time/schedule.js';
import { slotsBetween, type Slot } from '../time/slots.js';
import { epochMs } from '../time/zones.js';

export type Rules = Pick<ScheduledChainInput, 'rule' | 'earlier'>;

interface Held {
  compiled: CompiledSchedule;
  /** Epoch milliseconds: from the first up to, not including, the second. */
  since: number;
  until: number;
}

/** The rule that holds, compiled; null where there is none, or none that this version reads. */
export function ruleOf({ rule }: Rules): CompiledSchedule | null {
  return rule ? compiledRule(rule) : null;
}

/** The slot at this very instant, by the rule that held then; null if there was none. */
export function slotAt(rules: Rules, instant: string): Slot | null {
  return slotsUnder(rules, instant, instant)[0] ?? null;
}

/** The slots of a window by the rules that held in it, in order; both ends belong to it. Epoch milliseconds or ISO instants. */
export function slotsUnder(rules: Rules, from: string | number, to: string | number): Slot[] {
  const [first, last] = [epochMs(from), epochMs(to)];
  const found = new Map<string, Slot>();
  for (const { compiled, since, until } of heldRules(rules)) {
    const [begin, end] = [Math.max(first, since), Math.min(last, until - 1)];
    // Two rules may overlap by a date that neither would have run; a slot of both is one.
    if (begin <= end) for (const slot of slotsBetween(compiled, begin, end)) found.set(slot.scheduledFor, slot);
  }
  return [...found.values()].sort((a, b) => (a.scheduledFor < b.scheduledFor ? -1 : 1));
}

/** Oldest first. */
function heldRules({ rule, earlier = [] }: Rules): Held[] {
  const held = [...earlier].reverse().flatMap((one) => heldRule(one, epochMs(one.until)));
  return rule ? [...held, ...heldRule(rule, Infinity)] : held;
}

function heldRule(rule: ScheduleRule, until: number): Held[] {
  const compiled = compiledRule(rule);
  return compiled === null ? [] : [{ compiled, since: rule.since === undefined ? -Infinity : epochMs(rule.since), until }];
}

function compiledRule({ schedule, timezone }: ScheduleRule): CompiledSchedule | null {
  return compileSchedule(schedule, timezone).compiled;
}
