/** Completes inputs of workflows: dates, run keys, slots, params, plans. */
import { isRunKey } from '../plan/ids.js';
import type { Noticed } from '../plan/notices.js';
import type {
  ChainPlan,
  JsonObject,
  ResolvedChainInput,
  ResolvedTaskInput,
  RunChainInput,
  RunTaskInput,
  ScheduledChainInput,
  SlotPolicy,
} from '../plan/types.js';
import { addDays, dashed, parseDate } from '../time/dates.js';
import type { CompiledSchedule } from '../time/schedule.js';
import { slotOf, slotsOfDate, type Slot } from '../time/slots.js';
import { firstInstant, instantOfSlotKey, instantText, localDate, wallClock } from '../time/zones.js';
import { checkedParams } from './overrides.js';
import { nearest } from './problems.js';
import type { Registry } from './registry.js';
import { ruleOf, slotAt } from './rules.js';

/** Why an input cannot become a run. `notHere`: this project, as loaded, does not have it (any more). */
export interface Refused {
  problem: string;
  notHere?: true;
}

export function resolveTask(registry: Registry, input: RunTaskInput, now?: number): ResolvedTaskInput | Refused {
  const task = registry.task(input.task);
  if (!task) return unknown('task', input.task, registry.taskIds(), registry.chainIds());
  if (task.brokenBecause !== undefined)
    return { problem: `task "${input.task}" cannot run: ${task.file}: ${task.brokenBecause}`, notHere: true };
  return refusing(() => {
    const when = completeWhen(input, timingOfTask(registry, input.task), now, 'task');
    const params = input.params ?? chainParams(registry, input.task) ?? {};
    const bySlot = when.runKey !== when.date;
    return {
      ...input,
      ...when,
      ...ownRules(registry, input, when),
      params: checkedParams(registry, input.task, params),
      spec: input.spec ?? (bySlot ? { ...task.spec, successKeys: false } : task.spec),
    };
  });
}

export function resolveChain(registry: Registry, input: RunChainInput, now?: number): ResolvedChainInput | Refused {
  const chain = registry.chain(input.chain);
  if (!chain) return unknown('chain', input.chain, registry.chainIds(), registry.taskIds());
  if (!input.plan && chain.brokenBecause !== undefined) {
    return { problem: `chain "${input.chain}" cannot run: ${chain.file}: ${chain.brokenBecause}`, notHere: true };
  }
  return refusing(() => {
    const when = completeWhen(input, chain, now, 'chain');
    const deadline = input.deadline ?? deadlineOf(chain, when);
    return {
      ...input,
      ...when,
      ...(deadline !== undefined && { deadline }),
      ...noticedBy(registry, input.chain, input, chain, when),
      plan: input.plan ?? planOf(registry, input, when),
    };
  });
}

function planOf(registry: Registry, { chain, params }: RunChainInput, { runKey, date }: Slot): ChainPlan {
  const plan = registry.plan(chain, { ...(params && { params }) });
  if (runKey === date) return plan;
  // A date's success key says nothing of a run that is not the date's.
  return { ...plan, tasks: plan.tasks.map((task) => ({ ...task, spec: { ...task.spec, successKeys: false } })) };
}

export function resolveSlot(
  registry: Registry,
  { chain: id, slot, ...rules }: ScheduledChainInput & { slot: string },
): ResolvedChainInput | ResolvedTaskInput | Refused {
  const own = registry.chain(id) ?? registry.timingOf(id);
  return refusing(() => {
    // The rules in the schedule's action count: files may have changed since the slot fell due.
    const compiled = ruleOf(rules) ?? own?.compiled ?? null;
    const timezone = compiled?.timezone ?? own?.timezone ?? registry.project.timezone;
    const when = slotAt(rules, instantText(slot)) ?? slotIn({ timezone, compiled }, slot);
    if (registry.chain(id) === undefined && registry.task(id) !== undefined) return registry.resolveTask({ task: id, ...when });
    return registry.resolveChain({ chain: id, ...when });
  });
}

/** The instant by which a run has ended; a one-shot's date says nothing about its time. */
function deadlineOf({ policy, timezone }: { policy: SlotPolicy; timezone: string }, when: Slot): string | undefined {
  const { deadline } = policy;
  if (deadline === null || when.runKey.startsWith('at-')) return undefined;
  return wallClock(addDays(when.date, deadline.days), deadline.time, timezone);
}

/** Deadline and earlier slots of a task that has them by itself. In a chain, the chain's count. */
function ownRules(
  registry: Registry,
  input: RunTaskInput,
  when: Slot,
): Pick<RunTaskInput, 'deadline' | 'dependsOnPast' | 'notices'> {
  const own = registry.timingOf(input.task);
  if (own === undefined || input.chain !== undefined) return {};
  const deadline = input.deadline ?? deadlineOf(own, when);
  return {
    ...(deadline !== undefined && { deadline }),
    ...(own.dependsOnPast && own.schedule !== null && { dependsOnPast: input.task }),
    ...noticedBy(registry, input.task, input, own, when),
  };
}

/** Whether the run's ends are told. A backfill's are not: whoever started it follows it. */
function noticedBy(
  registry: Registry,
  id: string,
  { notices, backfill }: RunChainInput | RunTaskInput,
  { late, timezone }: { late: SlotPolicy['deadline']; timezone: string },
  when: Slot,
): { notices?: Noticed } {
  if (notices !== undefined || backfill || registry.noticesOf(id).length === 0) return {};
  return { notices: late === null || when.runKey.startsWith('at-') ? {} : { lateAt: lateInstant(late, when.date, timezone) } };
}

/** The instant, with the zone's offset, at which a date's run is late. */
export function lateInstant({ time, days }: NonNullable<SlotPolicy['deadline']>, date: string, timezone: string): string {
  return wallClock(addDays(date, days), time, timezone);
}

interface Timed {
  timezone: string;
  compiled: CompiledSchedule | null;
}

function completeWhen(
  input: { date?: string; runKey?: string; scheduledFor?: string },
  timing: Timed,
  now: number | undefined,
  kind: 'chain' | 'task',
): Slot {
  const { timezone, compiled } = timing;
  const date = input.date === undefined ? null : parseDate(input.date);
  const slot = input.scheduledFor === undefined ? null : instantText(input.scheduledFor);
  const { runKey } = input;
  if (runKey !== undefined) {
    if (!isRunKey(runKey))
      throw new RangeError(`"${runKey}" is no run key: it is a date (20260203), a slot in UTC (20260203T051500Z) or at-<id>`);
    const keySlot = instantOfSlotKey(runKey);
    const keyDate = /^\d{8}$/.test(runKey) ? parseDate(runKey) : keySlot && localDate(keySlot, timezone);
    const agreed = date ?? keyDate ?? (slot && localDate(slot, timezone));
    if (agreed === null) throw new RangeError(`run key ${runKey} names no date; give one with it`);
    if (keyDate !== null && /^\d{8}$/.test(runKey) && keyDate !== agreed) {
      throw new RangeError(`date ${agreed} and run key ${runKey} contradict each other`);
    }
    return { date: agreed, runKey, scheduledFor: slot ?? keySlot ?? slotOfDate(agreed, timing) };
  }
  if (slot !== null) {
    const byInstant = slotIn(timing, slot);
    return date === null || byInstant.runKey !== byInstant.date ? byInstant : { date, runKey: date, scheduledFor: slot };
  }
  const given = date ?? (now === undefined ? null : localDate(now, timezone));
  if (given === null) throw new RangeError('no date is given; write it as 20260203 or 2026-02-03');
  if (kind === 'chain' && compiled?.keyedBy === 'slot') throw new RangeError(slotsText(compiled, given));
  return { date: given, runKey: given, scheduledFor: slotOfDate(given, timing) };
}

/** What an instant is for; without a schedule it is its local date. */
function slotIn({ timezone, compiled }: Timed, instant: string): Slot {
  if (compiled !== null) return slotOf(compiled, instant);
  const date = localDate(instant, timezone);
  return { date, runKey: date, scheduledFor: instantText(instant) };
}

/** The slot of a date, or its first instant where it has none. */
function slotOfDate(date: string, { timezone, compiled }: Timed): string {
  const [slot] = compiled?.keyedBy === 'date' ? slotsOfDate(compiled, date) : [];
  return slot ?? firstInstant(date, timezone);
}

function slotsText(compiled: CompiledSchedule, date: string): string {
  const slots = slotsOfDate(compiled, date);
  const shown = slots.length > 8 ? `${slots.slice(0, 7).join(', ')} … ${slots.at(-1)}` : slots.join(', ');
  const have = slots.length > 0 ? `${dashed(date)} has ${slots.length}: ${shown}` : `${dashed(date)} has none`;
  return `this chain runs oftener than once a day (${compiled.sentence}), so a date is not enough: name a slot. ${have}`;
}

/** A task alone lives in the zone, and by the slots, of its own schedule, else of the chain it stands in. */
function timingOfTask(registry: Registry, task: string): Timed {
  const own = registry.timingOf(task);
  if (own?.compiled) return own;
  const [chain] = registry.chainsOf(task);
  return (chain === undefined ? undefined : registry.chain(chain)) ?? { timezone: registry.project.timezone, compiled: null };
}

function chainParams(registry: Registry, task: string): JsonObject | undefined {
  for (const chain of registry.chainsOf(task)) {
    if (registry.chain(chain)!.brokenBecause !== undefined) continue;
    return registry.plan(chain).tasks.find(({ id }) => id === task)?.params;
  }
  return undefined;
}

function unknown(kind: 'task' | 'chain', id: string, known: readonly string[], others: readonly string[]): Refused {
  if (others.includes(id)) return { problem: `"${id}" is a ${kind === 'task' ? 'chain' : 'task'}, not a ${kind}`, notHere: true };
  const suggestion = nearest(id, known);
  return {
    problem: `there is no ${kind} "${id}" in this project.${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
    notHere: true,
  };
}

function refusing<T>(work: () => T): T | Refused {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return { problem: error.message };
    throw error;
  }
}
