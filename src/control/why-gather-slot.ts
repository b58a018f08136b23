/** Which slot a date means, and what the server knows of it. */
import { oneShotKey } from '../plan/ids.js';
import { DAY } from '../plan/limits.js';
import { slotsBefore, withoutBeginning } from '../registry/rule-slots.js';
import { ruleOf, type Rules, slotsUnder } from '../registry/rules.js';
import { rulesOf } from '../registry/slot-timing.js';
import type { Registry } from '../registry/index.js';
import { addDays, isDate } from '../time/dates.js';
import type { Slot } from '../time/slots.js';
import { epochMs, firstInstant, instantText, localDate } from '../time/zones.js';
import { BadInput } from './errors.js';
import { readOneShot } from './one-shot-view.js';
import { horizonOf } from './ruled-schedule.js';
import { readSchedule, type ExistingSchedule } from './schedule-record.js';
import type { Server } from './server.js';
import { readSlots } from './slot-records.js';
import { describeShell } from './shells.js';
import type { SlotFacts, Subject } from './why-facts.js';
import type { WhyWish } from './why-view.js';

interface Parts {
  server: Server;
  registry: Registry;
}

export interface ChosenKey {
  runKey: string;
  /** `YYYYMMDD`. */
  date: string;
  timezone: string;
}

/**
 * The run key that is meant. Where a date holds several slots: the newest due one that did not end well, else the newest
 * due one, else the next.
 */
export async function chooseKey({ server, registry }: Parts, schedule: string, wish: WhyWish, now: number): Promise<ChosenKey> {
  const own = ownTiming(registry, schedule);
  const timezone = own?.timezone ?? registry.project.timezone;
  const { runKey } = wish;
  if (runKey !== undefined && !isDate(runKey)) return { runKey, date: await dateOfKey(server, runKey, timezone, now), timezone };
  const date = runKey ?? wish.date;
  if (date === undefined) throw new BadInput(`Which date of ${wish.task}? Name one: daychain why ${wish.task} today`);
  if (own?.compiled?.keyedBy !== 'slot') return { runKey: date, date, timezone };
  const existing = await readSchedule(server.client, schedule);
  const slots = slotsOfDate(withoutBeginning(rulesOf(ours(existing, registry)?.rules ?? {}, own)), date, timezone);
  const due = slots.filter(({ scheduledFor }) => epochMs(scheduledFor) <= now);
  const chosen = due.length === 0 ? slots[0] : await worstOf(server, schedule, due, existing, own);
  return { runKey: chosen?.runKey ?? date, date, timezone };
}

/** What is known of the slot that a run key stands for. */
export async function gatherSlot({ server, registry }: Parts, schedule: string, of: Subject): Promise<SlotFacts> {
  const own = ownTiming(registry, schedule);
  const existing = await readSchedule(server.client, schedule);
  const live = ours(existing, registry);
  const rules = rulesOf(live?.rules ?? {}, own);
  const keyedBy = ruleOf(rules)?.keyedBy ?? 'date';
  const slots = slotsOfDate(withoutBeginning(rules), of.date, of.timezone);
  const slot = slots.find(({ runKey }) => runKey === of.runKey) ?? null;
  const shell = slot === null ? null : await describeShell(server, schedule, slot.scheduledFor);
  const horizon = await horizonOf(server, keyedBy, of.now, existing?.keep);
  const waits = shell?.end === null && shell.waits;
  return {
    schedule,
    state:
      existing === null ? (own?.schedule ? 'missing' : 'by_hand') : live === null ? 'foreign' : live.paused ? 'paused' : 'active',
    owner: existing?.project ?? null,
    sentence: live?.sentence ?? own?.compiled?.sentence ?? null,
    note: live?.note ?? null,
    slot,
    expected: slot !== null && live !== null && isExpected(live, rules, slot),
    since: live === null ? null : instantText(sinceOf(live, rules)),
    horizon: instantText(horizon),
    others: Math.max(0, slots.length - 1),
    shell,
    waitsFor: waits ? await openSlotBefore(server, schedule, rules, slot!) : null,
  };
}

/** Whether a schedule that the server has would start this run key. */
export async function hasSlot({ server, registry }: Parts, schedule: string, key: ChosenKey): Promise<boolean> {
  const live = ours(await readSchedule(server.client, schedule), registry);
  if (live === null) return false;
  const rules = withoutBeginning(rulesOf(live.rules, ownTiming(registry, schedule)));
  return slotsOfDate(rules, key.date, key.timezone).some(({ runKey }) => runKey === key.runKey);
}

function ownTiming(registry: Registry, schedule: string) {
  return registry.chain(schedule) ?? registry.timingOf(schedule);
}

function ours(existing: ExistingSchedule | null, registry: Registry): ExistingSchedule | null {
  return existing?.project === registry.project.name ? existing : null;
}

/** The slots that are for a date; those of a day with a clock change may lie a little outside of it. */
function slotsOfDate(rules: Rules, date: string, timezone: string): Slot[] {
  const from = epochMs(firstInstant(date, timezone)) - DAY / 4;
  const to = epochMs(firstInstant(addDays(date, 1), timezone)) + DAY / 4;
  return slotsUnder(rules, from, to).filter((slot) => slot.date === date);
}

function isExpected(live: ExistingSchedule, rules: Rules, { scheduledFor }: Slot): boolean {
  const at = epochMs(scheduledFor);
  return slotsUnder(rules, at, at).length > 0 && (rules.rule?.since !== undefined || at >= live.createdAt);
}

/** Epoch milliseconds since which there are rules. */
function sinceOf(live: ExistingSchedule, { rule, earlier = [] }: Rules): number {
  const oldest = earlier.at(-1) ?? rule;
  return oldest?.since === undefined ? live.createdAt : epochMs(oldest.since);
}

async function worstOf(
  server: Server,
  schedule: string,
  due: readonly Slot[],
  existing: ExistingSchedule | null,
  own: ReturnType<typeof ownTiming>,
): Promise<Slot> {
  const rules = withoutBeginning(rulesOf(existing?.rules ?? {}, own));
  const [first, last] = [epochMs(due[0]!.scheduledFor), epochMs(due.at(-1)!.scheduledFor)];
  const { slots } = await readSlots(server, { id: schedule, rules, keyedBy: 'slot' }, first, last);
  const bad = slots.filter(({ run }) => run === null || (run.status !== 'success' && run.status !== 'skipped'));
  return (bad.at(-1) ?? slots.at(-1))?.slot ?? due.at(-1)!;
}

/** The date of a run key that is none itself: of its slot, or of its one-shot's instant. */
async function dateOfKey(server: Server, runKey: string, timezone: string, now: number): Promise<string> {
  const slot = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(runKey);
  if (slot !== null) {
    const [, year, month, day, hour, minute, second] = slot;
    return localDate(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`, timezone);
  }
  const shot = runKey.startsWith(oneShotKey('')) ? await readOneShot(server, runKey.slice(oneShotKey('').length), now) : null;
  return localDate(shot === null || Number.isNaN(Date.parse(shot.at)) ? now : shot.at, timezone);
}

/** How many slots before an open one are looked at. */
const EARLIER_LOOKED_AT = 10;

async function openSlotBefore(server: Server, schedule: string, rules: Rules, slot: Slot): Promise<string | null> {
  const earlier = slotsBefore(withoutBeginning(rules), epochMs(slot.scheduledFor), EARLIER_LOOKED_AT);
  const shells = await Promise.all(earlier.map(({ scheduledFor }) => describeShell(server, schedule, scheduledFor)));
  return shells.find((shell) => shell !== null && shell.end === null)?.slot ?? null;
}
