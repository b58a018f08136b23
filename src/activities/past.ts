/** Whether a task is settled for the slot before: for tasks that depend on their own past. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { canonicalId } from '../plan/ids.js';
import type { Past, PastQuestion } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { slotsBefore, withoutBeginning } from '../registry/rule-slots.js';
import type { Rules } from '../registry/rules.js';
import { rulesOf, timingOfSlot } from '../registry/slot-timing.js';
import type { Slot } from '../time/slots.js';
import { epochMs } from '../time/zones.js';
import { seeRun, type SeenRun } from './runs.js';
import { newestSlotBefore, seeSchedule, seeShell, type ShellParts } from './shells.js';

export interface PastParts extends ShellParts {
  registry: Registry;
}

/** Earlier run keys that are looked at one by one; then the list is asked for the newest slot that has a shell. */
const LOOKED_AT = 20;
const MOST_READ = 20_000;
const AT_ONCE = 4;

export function createPastActivities(parts: PastParts) {
  return {
    async lookAtPast(question: PastQuestion): Promise<Past> {
      return await lookAtPast(parts, question);
    },

    /** Waits until the task is settled for the slot before, by failing: holds no worker slot. */
    async awaitPast(question: PastQuestion): Promise<void> {
      const past = await lookAtPast(parts, question);
      if (past.settled) return;
      const { attempt } = Context.current().info;
      throw ApplicationFailure.create({
        type: 'past_not_done',
        message: `${past.run} ${past.why}`,
        category: 'BENIGN',
        nextRetryDelay: Math.min(250 * 2 ** Math.min(attempt - 1, 10), 15_000),
      });
    },
  };
}

/** The latest earlier slot that was run or has a shell decides; where there is none, nothing is to be waited for. */
async function lookAtPast(parts: PastParts, question: PastQuestion): Promise<Past> {
  const { schedule, runKey } = question;
  const rules = await rulesKnown(parts, schedule);
  const { others, oldest } = earlierKeys(withoutBeginning(rules), question);
  for (let at = 0; at < others.length; at += AT_ONCE) {
    const looks = await Promise.all(others.slice(at, at + AT_ONCE).map((slot) => lookAt(parts, question, slot)));
    const found = looks.find((look) => look !== null);
    if (found) return found;
  }
  const older = await newestSlotBefore(parts, schedule, oldest);
  if (older === null) return { settled: true };
  const { slot } = timingOfSlot(parts.registry, { chain: schedule, slot: older, ...rules });
  return (slot.runKey === runKey ? null : await lookAt(parts, question, slot)) ?? { settled: true };
}

async function rulesKnown({ client, registry }: PastParts, schedule: string): Promise<Rules> {
  const seen = await seeSchedule(client, schedule);
  return rulesOf(seen?.input ?? {}, registry.chain(schedule) ?? registry.timingOf(schedule));
}

/** The newest slot of each earlier run key, newest first, and the oldest slot that was looked at. */
function earlierKeys(rules: Rules, { runKey, scheduledFor }: PastQuestion): { others: Slot[]; oldest: string } {
  // Several slots of one date may share a run key: then more of them are read.
  for (let count = LOOKED_AT; ; count *= 10) {
    const slots = slotsBefore(rules, epochMs(scheduledFor), count);
    const byKey = new Map<string, Slot>();
    for (const slot of slots) if (slot.runKey !== runKey && !byKey.has(slot.runKey)) byKey.set(slot.runKey, slot);
    const enough = byKey.size > 0 || slots.length < count || count >= MOST_READ;
    if (enough) return { others: [...byKey.values()].slice(0, LOOKED_AT), oldest: slots.at(-1)?.scheduledFor ?? scheduledFor };
  }
}

/** Null where the slot says nothing: it never had a run, or was left out on purpose. */
async function lookAt(parts: PastParts, { task, schedule }: PastQuestion, slot: Slot): Promise<Past | null> {
  const own = await runOf(parts, canonicalId(task, slot.runKey));
  if (own !== null) return own;
  // A chain that completed without a run of the task had nothing to do for it: skipped by its rule, or not in it yet.
  const chain = schedule === task ? null : await runOf(parts, canonicalId(schedule, slot.runKey));
  if (chain !== null) return chain;
  const shell = await seeShell(parts, schedule, slot.scheduledFor);
  if (shell === null || shell.skipped !== null) return null;
  return { settled: false, run: canonicalId(schedule, slot.runKey), why: shell.open ? 'has not begun' : 'never ran' };
}

async function runOf({ client, taskQueue }: PastParts, workflowId: string): Promise<Past | null> {
  const run = await seeRun(client, workflowId);
  if (run === null || run.taskQueue !== taskQueue) return null;
  return run.status === 'COMPLETED' ? { settled: true } : { settled: false, run: workflowId, why: WORDS[run.status] ?? 'failed' };
}

const WORDS: Partial<Record<SeenRun['status'], string>> = {
  RUNNING: 'is running',
  CANCELLED: 'was cancelled',
  TERMINATED: 'was terminated',
  TIMED_OUT: 'timed out',
};
