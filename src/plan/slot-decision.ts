/** What becomes of a slot: run now, wait for an earlier one, or leave out. No clock and no zone: all facts are given. */
import { durationText } from './duration.js';
import { MINUTE } from './limits.js';
import type { Overlap, SlotPolicy } from './types.js';

export interface SlotFacts {
  /** Of the chain, or of the task with a schedule of its own. */
  id: string;
  /** `YYYYMMDD` the slot is for. */
  date: string;
  runKey: string;
  /** Epoch milliseconds: the slot, and when it is decided. Not when its shell started: that may have waited for a worker. */
  slot: number;
  now: number;
  /** The server starts a slot up to this much later than its nominal time; that is not late. */
  jitterMs: number;
  policy: Pick<SlotPolicy, 'catchUp' | 'startWithinMs'>;
  /** Run keys of the newer slots that are due, soonest first; as many as `newerNeeded` asks for will do. */
  newer: readonly string[];
}

export type SlotJudgement = { is: 'go' } | { is: 'skip'; kind: 'misfired' | 'coalesced'; reason: string };

/** A slot that begins later than this is late: with `catchUp: 'none'` it is misfired. */
export const LATE_MS = MINUTE;

/** How late a slot is. Milliseconds; never negative. */
export function latenessOf({ slot, now, jitterMs }: Pick<SlotFacts, 'slot' | 'now' | 'jitterMs'>): number {
  return Math.max(0, now - slot - jitterMs);
}

/** How many run keys of newer due slots, other than its own, leave a slot out. Infinity: no number does. */
export function newerNeeded({ catchUp }: Pick<SlotPolicy, 'catchUp'>): number {
  if (typeof catchUp === 'object') return catchUp.last;
  return catchUp === 'latest' ? 1 : Infinity;
}

/** Judges a slot that fell due by how late it is and what fell due after it. `startWithin` beats `catchUp`. */
export function judgeSlot(facts: SlotFacts): SlotJudgement {
  const late = latenessOf(facts);
  const { startWithinMs, catchUp } = facts.policy;
  const began = `would begin ${durationText(late)} after its time`;
  if (startWithinMs !== null && late > startWithinMs) {
    return misfired(facts, `${began}; startWithin allows ${durationText(startWithinMs)}`);
  }
  if (catchUp === 'none' && late > LATE_MS) {
    return misfired(facts, `${began}, and catchUp is none: later than ${durationText(LATE_MS)} is not run`);
  }
  if (catchUp === 'latest' && facts.newer.length > 0) {
    return coalesced(facts, 'a newer slot is due as well, and catchUp is latest');
  }
  const newer = new Set(facts.newer.filter((runKey) => runKey !== facts.runKey)).size;
  if (typeof catchUp === 'object' && newer >= catchUp.last) {
    const those = catchUp.last === 1 ? 'a newer one is due as well' : `${catchUp.last} newer ones are due as well`;
    return coalesced(facts, `${those}, and catchUp runs the last ${catchUp.last === 1 ? 'one' : catchUp.last}`);
  }
  return { is: 'go' };
}

/**
 * What a slot does about an earlier one whose shell is open. One that is undecided may yet be left out itself: only who
 * waits for it anyway need not know. A slot somebody asked for by hand never comes here, unless it was asked for in order.
 */
export function judgeOverlap(
  overlap: Overlap,
  earlier: 'none' | 'undecided' | 'open',
): 'go' | 'wait' | 'wait_for_decision' | 'cancel' | 'overlapped' {
  if (earlier === 'none' || overlap === 'allow') return 'go';
  if (overlap === 'queue') return 'wait';
  if (earlier === 'undecided') return 'wait_for_decision';
  return overlap === 'cancel' ? 'cancel' : 'overlapped';
}

/** The command that runs what has no run from one date, `YYYYMMDD`, to another, both included. */
export function backfillCommand(id: string, from: string, to: string = from): string {
  const day = (date: string) => `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
  return `daychain backfill ${id} ${day(from)} ${day(to)} --only missing`;
}

/** `reason`, and how the slot is run all the same. */
export function withCommand(reason: string, { id, date }: Pick<SlotFacts, 'id' | 'date'>): string {
  return `${reason}\nRun it after all: ${backfillCommand(id, date)}`;
}

function misfired(facts: SlotFacts, reason: string): SlotJudgement {
  return { is: 'skip', kind: 'misfired', reason: withCommand(reason, facts) };
}

function coalesced(facts: SlotFacts, reason: string): SlotJudgement {
  return { is: 'skip', kind: 'coalesced', reason: withCommand(reason, facts) };
}
