/** The slots next to an instant, over a schedule's edits. */
import { DAY, HOUR } from '../plan/limits.js';
import type { Slot } from '../time/slots.js';
import { type Rules, slotsUnder } from './rules.js';

/** A look for slots widens its window until there are enough, beginning with this. */
const FIRST_SPAN_MS = HOUR;
/** How far back a look goes. */
const FARTHEST_MS = 366 * 30 * DAY;

/** The soonest slots after `after`, up to `until` (included), until `enough` of them are found. Epoch milliseconds. */
export function slotsAfter(rules: Rules, after: number, until: number, enough: (found: readonly Slot[]) => boolean): Slot[] {
  if (until <= after) return [];
  for (let span = FIRST_SPAN_MS; ; span *= 4) {
    const slots = slotsUnder(rules, after + 1, Math.min(until, after + span));
    if (enough(slots) || after + span >= until) return slots;
  }
}

/** At most `count` slots before `before` (not at it), newest first; none before `since`. Epoch milliseconds. */
export function slotsBefore(rules: Rules, before: number, count: number, since = before - FARTHEST_MS): Slot[] {
  for (let span = FIRST_SPAN_MS; ; span *= 4) {
    const from = Math.max(since, before - span);
    if (from >= before) return [];
    const slots = slotsUnder(rules, from, before - 1);
    if (slots.length >= count || from === since) return slots.reverse().slice(0, count);
  }
}

/** The rules as if the oldest had held for ever: what somebody asks for by hand may lie before the schedule was made. */
export function withoutBeginning({ rule, earlier = [] }: Rules): Rules {
  if (rule === undefined) return {};
  if (earlier.length === 0) return { rule: { schedule: rule.schedule, timezone: rule.timezone } };
  const oldest = earlier.at(-1)!;
  const endless = { schedule: oldest.schedule, timezone: oldest.timezone, until: oldest.until };
  return { rule, earlier: [...earlier.slice(0, -1), endless] };
}
