/** The runs a range of dates stands for, by today's files. Asks nobody. */
import {
  MAX_BACKFILL_CONCURRENCY,
  MAX_BACKFILL_RUNS,
  type BackfillOrder,
  type BackfillRun,
  type Only,
} from '../plan/backfill.js';
import type { ChainPlan } from '../plan/types.js';
import { nearest, type Registry } from '../registry/index.js';
import { addDays, dashed, dayOf } from '../time/dates.js';
import type { CompiledSchedule } from '../time/schedule.js';
import { slotsBetween } from '../time/slots.js';
import { epochMs, firstInstant } from '../time/zones.js';
import { BadInput } from './errors.js';

/** What somebody wants run. Dates are `YYYYMMDD`, both ends included. */
export interface BackfillWish {
  kind: 'chain' | 'task';
  id: string;
  from: string;
  to: string;
  /** Null: what is missing and what failed. */
  only: Only | null;
  /** Tasks of the chain; null for all. */
  tasks: string[] | null;
  order: BackfillOrder;
  concurrency: number;
  reason: string | null;
  /** Also dates whose closed runs the server may have forgotten. */
  beyondRetention: boolean;
}

/** The definition a backfill runs. */
export interface BackfillTarget {
  timezone: string;
  compiled: CompiledSchedule | null;
  /** Of a chain. */
  plan: ChainPlan | null;
  tags: string[];
  /** The first of its tasks that depends on its past; null if none does. */
  dependsOnPast: string | null;
}

export interface BackfillRange {
  /** What was due in the range, oldest first. */
  due: BackfillRun[];
  /** Number of its dates. */
  dates: number;
  /** Slots of the range that are not due yet. */
  notDue: number;
}

/** Longer ranges are a typo in a year. */
const MAX_DAYS = 20_000;
/** Slots are listed so many dates at a time: a chain of every minute is refused before years of it are listed. */
const AT_A_TIME = 31;

/** @throws BadInput: broken, no own schedule, unknown tasks */
export function targetOf(registry: Registry, wish: BackfillWish): BackfillTarget {
  if (!Number.isInteger(wish.concurrency) || wish.concurrency < 1 || wish.concurrency > MAX_BACKFILL_CONCURRENCY) {
    throw new BadInput(`concurrency is ${wish.concurrency}; expected a whole number from 1 to ${MAX_BACKFILL_CONCURRENCY}.`);
  }
  if (wish.kind === 'task') return taskTarget(registry, wish);
  const chain = registry.chain(wish.id)!;
  const plan = registry.plan(wish.id);
  const known = plan.tasks.map(({ id }) => id);
  for (const task of wish.tasks ?? []) {
    if (known.includes(task)) continue;
    const near = nearest(task, known);
    throw new BadInput(
      `${wish.id} has no task "${task}".${near === null ? '' : ` Did you mean ${near}?`}\nIt has ${known.join(', ')}.`,
    );
  }
  const chosen = plan.tasks.filter(({ id }) => wish.tasks === null || wish.tasks.includes(id));
  return {
    timezone: chain.timezone,
    compiled: chain.compiled,
    plan,
    tags: chain.tags,
    dependsOnPast: chosen.find(({ dependsOnPast }) => dependsOnPast)?.id ?? null,
  };
}

function taskTarget(registry: Registry, { id, from, to, tasks }: BackfillWish): BackfillTarget {
  if (tasks !== null) throw new BadInput(`${id} is a task; --tasks chooses tasks of a chain.`);
  const timing = registry.timingOf(id);
  const [chain] = registry.chainsOf(id);
  if (chain !== undefined && !timing?.compiled) {
    throw new BadInput(
      `${id} has no schedule of its own; it runs in ${chain}.\nOnly this task of it: daychain backfill ${chain} ${dashed(from)} ${dashed(to)} --tasks ${id}`,
    );
  }
  return {
    timezone: timing?.timezone ?? registry.project.timezone,
    compiled: timing?.compiled ?? null,
    plan: null,
    tags: registry.task(id)?.tags ?? [],
    dependsOnPast: timing?.dependsOnPast ? id : null,
  };
}

/**
 * What was due on the dates of a range: the slots of the schedule, or every date where there is none. `now` in epoch milliseconds.
 * @throws BadInput: the range is backwards, has nothing due, or more than 20,000 runs
 */
export function rangeOf(wish: BackfillWish, target: BackfillTarget, now: number): BackfillRange {
  const { id, from, to } = wish;
  if (to < from) throw new BadInput(`${dashed(to)} is before ${dashed(from)}: the first date stands first.`);
  const dates = dayOf(to) - dayOf(from) + 1;
  if (dates > MAX_DAYS)
    throw new BadInput(`${dashed(from)} to ${dashed(to)} are ${dates} dates; at most ${MAX_DAYS} are possible.`);
  const due: BackfillRun[] = [];
  let notDue = 0;
  for (let first = from; first <= to; first = addDays(first, AT_A_TIME)) {
    const last = addDays(first, AT_A_TIME - 1);
    for (const run of runsBetween(target, first, last < to ? last : to)) {
      if (epochMs(run.scheduledFor) <= now) due.push(run);
      else notDue++;
    }
    if (due.length > MAX_BACKFILL_RUNS) {
      throw new BadInput(
        `${id} has more than ${MAX_BACKFILL_RUNS.toLocaleString('en')} runs between ${dashed(from)} and ${dashed(to)}: name a shorter range, then the next.`,
      );
    }
  }
  if (due.length === 0) {
    const sentence = target.compiled === null ? '' : ` (${target.compiled.sentence})`;
    throw new BadInput(
      notDue > 0
        ? `Nothing of ${id} is due yet between ${dashed(from)} and ${dashed(to)}${sentence}: its schedule will run it.`
        : `${id} has no slot between ${dashed(from)} and ${dashed(to)}${sentence}.`,
    );
  }
  return { due, dates, notDue };
}

function runsBetween({ compiled, timezone }: BackfillTarget, first: string, last: string): BackfillRun[] {
  if (compiled !== null) {
    // A slot in a gap of the clocks may lie on the day after the date it is for.
    const slots = slotsBetween(compiled, firstInstant(first, timezone), firstInstant(addDays(last, 2), timezone));
    return slots.filter(({ date }) => date >= first && date <= last);
  }
  const runs: BackfillRun[] = [];
  for (let date = first; date <= last; date = addDays(date, 1)) {
    runs.push({ date, runKey: date, scheduledFor: firstInstant(date, timezone) });
  }
  return runs;
}
