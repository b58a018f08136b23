/** What becomes of a slot: the facts are gathered here, the decision is the plan's. */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { shellId } from '../plan/ids.js';
import { MINUTE } from '../plan/limits.js';
import { judgeOverlap, judgeSlot, latenessOf, LATE_MS, type SlotFacts, withCommand } from '../plan/slot-decision.js';
import type { DueSlot, Looked, ShellRef, SlotDecision, SlotQuestion } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { slotsAfter, slotsBefore, withoutBeginning } from '../registry/rule-slots.js';
import { factsOf, type SlotTiming, timingOfSlot } from '../registry/slot-timing.js';
import { epochMs } from '../time/zones.js';
import { refused } from './looked.js';
import { openSlotsBefore, seeSchedule, seeShell, type SeenShell, type ShellParts } from './shells.js';

export interface SlotParts extends ShellParts {
  registry: Registry;
  namespace: string;
  /** Schedules read a moment ago: after a long gap very many slots ask for the same one at once. */
  schedules: Map<string, { until: number; seen: ReturnType<typeof seeSchedule> }>;
}

/** A newer slot's shell that started over this much before ours means that ours was asked for by hand. Milliseconds. */
const BY_HAND_AFTER_MS = MINUTE;
/** Shells of newer slots that are looked at: the next ones, and as many of the newest. */
const NEWER_LOOKED_AT = 4;
/** Earlier slots that are looked at one by one; open shells of older ones are listed. */
const EARLIER_LOOKED_AT = 20;
const AT_ONCE = 4;
/** Milliseconds. */
const SCHEDULE_KNOWN_FOR_MS = 1_000;

export function createSlotActivities(given: Omit<SlotParts, 'schedules'>) {
  const parts: SlotParts = { ...given, schedules: new Map() };
  const { registry } = parts;
  return {
    /** Turns a slot into the run it stands for (a chain's, or a task's that carries its own schedule), and decides it. */
    async resolveSlot(question: SlotQuestion): Promise<Looked<DueSlot>> {
      const answer = registry.resolveSlot(question);
      if ('problem' in answer) return refused(answer);
      const { slot, decision, backfill } = await decide(parts, question);
      const run = backfill ? { ...answer, backfill: true } : answer;
      return { found: { run, slot, decision } };
    },

    /** Decides a slot again that has waited for an earlier one. */
    async decideSlot(question: SlotQuestion): Promise<Looked<SlotDecision>> {
      const answer = registry.resolveSlot(question);
      if ('problem' in answer) return refused(answer);
      return { found: (await decide(parts, question)).decision };
    },

    /** Waits for a shell by failing until it is closed, or at least decided: holds no slot, writes no events. */
    async awaitShell({ slot, workflowId }: ShellRef, schedule: string, until: 'decided' | 'closed'): Promise<void> {
      const seen = await seeShell(parts, schedule, slot);
      if (seen === null || !seen.open || (until === 'decided' && seen.decided)) return;
      const { attempt } = Context.current().info;
      throw ApplicationFailure.create({
        type: 'still_running',
        message: `${workflowId} is open; this slot's turn comes after it`,
        category: 'BENIGN',
        nextRetryDelay: Math.min(200 * 2 ** Math.min(attempt - 1, 10), 10_000),
      });
    },

    /** Asks an earlier slot's shell to stop, and so the run it started. */
    async cancelShell({ workflowId, runId }: ShellRef, reason: string): Promise<void> {
      await parts.client.workflowService.requestCancelWorkflowExecution({
        namespace: parts.namespace,
        workflowExecution: { workflowId, runId },
        identity: Context.current().info.workflowExecution?.workflowId ?? 'daychain',
        requestId: randomUUID(),
        reason,
      });
    },
  };
}

interface Decided {
  slot: DueSlot['slot'];
  decision: SlotDecision;
  /** The task is to be told that this is a backfill. */
  backfill: boolean;
}

async function decide(parts: SlotParts, question: SlotQuestion): Promise<Decided> {
  const timing = inTurn(timingOfSlot(parts.registry, question), question);
  const { slot, policy } = timing;
  const facts = factsOf(timing, question.chain, question.now);
  const inOrder = question.asked?.inOrder === true;
  const lateMs = latenessOf(facts);
  const byHand = !inOrder && !question.waited && (await isByHand(parts, question, timing, facts));
  if (byHand) {
    return { slot, decision: { is: 'go', byHand, lateMs }, backfill: timing.fit !== 'none' };
  }
  const judged = inOrder ? ({ is: 'go' } as const) : judgeSlot(question.waited ? { ...facts, ...settled(facts) } : facts);
  if (judged.is === 'skip') return { slot, decision: judged, backfill: false };
  const earlier = policy.overlap === 'allow' ? null : await earlierShell(parts, question.chain, timing);
  const decision = overlapped(question, timing, earlier) ?? { is: 'go', byHand, lateMs };
  return { slot, decision, backfill: false };
}

/** Slots that were asked for in their order wait for each other: leaving one out, or stopping one, was not asked for. */
function inTurn(timing: SlotTiming, { asked }: SlotQuestion): SlotTiming {
  if (!asked?.inOrder || timing.policy.overlap === 'allow') return timing;
  return { ...timing, policy: { ...timing.policy, overlap: 'queue' } };
}

/** After a wait only `startWithin` still judges: what fell due meanwhile waits behind, and loses nothing. */
function settled({ policy }: SlotFacts): Pick<SlotFacts, 'newer' | 'policy'> {
  return { newer: [], policy: { ...policy, catchUp: 'all' } };
}

function overlapped(question: SlotQuestion, { policy, slot }: SlotTiming, earlier: SeenShell | null): SlotDecision | null {
  const judged = judgeOverlap(policy.overlap, earlier === null ? 'none' : earlier.decided ? 'open' : 'undecided');
  if (judged === 'go' || earlier === null) return null;
  if (judged === 'overlapped') {
    const reason = `the run of slot ${earlier.slot} was still open, and overlap is skip`;
    return { is: 'skip', kind: 'overlapped', reason: withCommand(reason, { id: question.chain, date: slot.date }) };
  }
  const ref: ShellRef = { workflowId: earlier.workflowId, runId: earlier.runId, slot: earlier.slot };
  if (judged === 'cancel') return { is: 'cancel', earlier: ref };
  return { is: 'wait', earlier: ref, until: judged === 'wait' ? 'closed' : 'decided' };
}

/**
 * Whether somebody asked for the slot, so that nothing of it is judged: it did not fall due by itself, the schedule is
 * paused, or a newer slot was started long before. Where the slot runs in time anyway nobody need be asked.
 */
async function isByHand(parts: SlotParts, question: SlotQuestion, timing: SlotTiming, facts: SlotFacts): Promise<boolean> {
  if (question.asked !== undefined || timing.fit !== 'due') return true;
  // Started under another ID than the server gives: by somebody who typed it.
  if (question.shell.workflowId !== shellId(question.chain, timing.slot.scheduledFor)) return true;
  if (latenessOf(facts) <= LATE_MS && judgeSlot(facts).is === 'go') return false;
  const [schedule, newer] = await Promise.all([
    knownSchedule(parts, question.chain),
    newerShells(parts, question.chain, timing, facts),
  ]);
  if (schedule !== null && (schedule.paused || facts.slot < schedule.created)) return true;
  return newer.some(({ started }) => started < question.shell.started - BY_HAND_AFTER_MS);
}

function knownSchedule({ client, schedules }: SlotParts, id: string): ReturnType<typeof seeSchedule> {
  const known = schedules.get(id);
  if (known !== undefined && known.until > performance.now()) return known.seen;
  const seen = seeSchedule(client, id);
  schedules.set(id, { until: performance.now() + SCHEDULE_KNOWN_FOR_MS, seen });
  return seen;
}

/** Shells of the next due slots, and of the newest. */
async function newerShells(parts: SlotParts, id: string, { rules }: SlotTiming, { slot, now }: SlotFacts): Promise<SeenShell[]> {
  const next = slotsAfter(rules, slot, now, (found) => found.length >= NEWER_LOOKED_AT).slice(0, NEWER_LOOKED_AT);
  const newest = slotsBefore(rules, now + 1, NEWER_LOOKED_AT, slot + 1);
  const instants = new Set([...next, ...newest].map(({ scheduledFor }) => scheduledFor));
  const seen = await Promise.all([...instants].map((instant) => seeShell(parts, id, instant)));
  return seen.filter((shell) => shell !== null);
}

/**
 * The newest earlier slot whose shell is open, and which has its turn before ours. Not one somebody asked for by hand
 * (a backfill does not hold up fresh runs). The nearest are described, which is always true; older open ones are listed,
 * a second behind.
 */
async function earlierShell(parts: SlotParts, id: string, timing: SlotTiming): Promise<SeenShell | null> {
  const slot = timing.slot.scheduledFor;
  const looked: SeenShell[] = [];
  const rules = withoutBeginning(timing.rules);
  const near = slotsBefore(rules, epochMs(slot), EARLIER_LOOKED_AT).map(({ scheduledFor }) => scheduledFor);
  for (let at = 0; at < near.length && !looked.some(hadItsTurn); at += AT_ONCE) {
    const seen = await Promise.all(near.slice(at, at + AT_ONCE).map((instant) => seeShell(parts, id, instant)));
    for (const shell of seen) if (shell !== null) looked.push(shell);
    const found = looked.find((shell) => shell.open && !wasAskedFor(shell, looked));
    if (found) return found;
  }
  for (const instant of await openSlotsBefore(parts, id, slot)) {
    if (looked.some((known) => known.slot === instant)) continue;
    const shell = await seeShell(parts, id, instant);
    if (shell?.open && !wasAskedFor(shell, looked)) return shell;
  }
  return null;
}

/** Closed after a run: whatever is older had its turn before it. */
function hadItsTurn(shell: SeenShell): boolean {
  return !shell.open && shell.skipped === null;
}

/** A newer slot's shell was there long before. */
function wasAskedFor(shell: SeenShell, looked: readonly SeenShell[]): boolean {
  return looked.some(({ slot, started }) => slot > shell.slot && started < shell.started - BY_HAND_AFTER_MS);
}
