/** What a slot is judged by: the rules it fell due under, and what today's files say of late and overlapping ones. */
import { newerNeeded, type SlotFacts } from '../plan/slot-decision.js';
import type { Json, ScheduledChainInput, SlotPolicy } from '../plan/types.js';
import { slotOf, type Slot } from '../time/slots.js';
import { epochMs, instantText, localDate } from '../time/zones.js';
import type { Registry } from './registry.js';
import { slotsAfter } from './rule-slots.js';
import { ruleOf, type Rules, slotAt } from './rules.js';

export interface SlotTiming {
  slot: Slot;
  /**
   * `due`: it fell due by the rules. `named`: the rule that holds now names it, but it lies before that rule was made.
   * `none`: no slot of the schedule, as with a trigger by hand.
   */
  fit: 'due' | 'named' | 'none';
  rules: Rules;
  policy: SlotPolicy;
  /** Milliseconds. */
  jitterMs: number;
}

/** Of a chain, or of a task with its own schedule. */
export function timingOfSlot(registry: Registry, input: ScheduledChainInput & { slot: string }): SlotTiming {
  const own = registry.chain(input.chain) ?? registry.timingOf(input.chain);
  const rules = rulesOf(input, own);
  const compiled = ruleOf(rules);
  const instant = instantText(input.slot);
  const policy = own?.policy ?? { catchUp: 'all', startWithinMs: null, overlap: 'allow', deadline: null };
  const common = { rules, policy, jitterMs: compiled?.jitterMs ?? 0 };
  const due = slotAt(rules, instant);
  if (due !== null) return { slot: due, fit: 'due', ...common };
  if (compiled === null) {
    const date = localDate(instant, own?.timezone ?? registry.project.timezone);
    return { slot: { date, runKey: date, scheduledFor: instant }, fit: 'none', ...common };
  }
  const { schedule, timezone } = rules.rule!;
  const named = slotAt({ rule: { schedule, timezone } }, instant);
  return named === null ? { slot: slotOf(compiled, instant), fit: 'none', ...common } : { slot: named, fit: 'named', ...common };
}

/** The facts a slot's decision is made of. `now` in epoch milliseconds. */
export function factsOf(timing: SlotTiming, id: string, now: number): SlotFacts {
  const { slot, policy, jitterMs, rules } = timing;
  const at = epochMs(slot.scheduledFor);
  const needed = newerNeeded(policy);
  const enough = (found: readonly Slot[]) => {
    const others = found.filter(({ runKey }) => policy.catchUp === 'latest' || runKey !== slot.runKey);
    return new Set(others.map(({ runKey }) => runKey)).size >= needed;
  };
  const newer = needed === Infinity ? [] : slotsAfter(rules, at, now - jitterMs, enough);
  return { id, date: slot.date, runKey: slot.runKey, slot: at, now, jitterMs, policy, newer: newer.map(({ runKey }) => runKey) };
}

/** The rules in the schedule's action; where there are none this version reads, today's file. */
export function rulesOf({ rule, earlier }: Rules, own: { schedule: unknown; timezone: string } | undefined): Rules {
  if (rule !== undefined && ruleOf({ rule }) !== null) return { rule, ...(earlier && { earlier }) };
  if (!own?.schedule) return {};
  return { rule: { schedule: own.schedule as Json, timezone: own.timezone } };
}
