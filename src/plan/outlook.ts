/** What a chain would do next: each task decided by the outcomes so far. The table itself stands in rules.ts. */
import { groups } from './graph.js';
import { bareOutcome, describeOutcome, outcomeByRule } from './results.js';
import { classOf, decide, type Decision } from './rules.js';
import type { RunWhen, TaskOutcome } from './types.js';

/** Outcomes as people write them; `pending` has started and not ended. */
export const OUTCOME_WORDS = [
  'success',
  'no_work',
  'skipped_by_operator',
  'condition_not_met',
  'upstream_skipped',
  'rule_not_met',
  'failed',
  'cancelled',
  'lock_held',
  'upstream_failed',
  'pending',
] as const;
export type OutcomeWord = (typeof OUTCOME_WORDS)[number];

/** What the outcomes so far mean for a task that has none, and why. */
export interface Outlook {
  decision: Decision | 'wait';
  why: string;
}

interface Placed {
  dependsOn: readonly string[];
  runWhen: RunWhen;
}

/** Names of causes told of one task. */
const TOLD_PARENTS = 3;

/**
 * Decides every task without an outcome, in the order of `tasks`. A task waits while any of its parents is pending or has
 * itself been told to run or wait, even where its rule could be decided already; every other decision counts for its
 * descendants. Expects a graph without cycles and unknown parents; outcomes that contradict it are taken as they are.
 */
export function outlook(tasks: ReadonlyMap<string, Placed>, outcomes: ReadonlyMap<string, OutcomeWord>): Map<string, Outlook> {
  const ended = new Map<string, TaskOutcome>();
  for (const [id, word] of outcomes) if (word !== 'pending') ended.set(id, outcomeOf(word));
  const found = new Map<string, Outlook>();
  const order = groups(new Map([...tasks].map(([id, { dependsOn }]) => [id, dependsOn]))).flat();
  for (const id of order) {
    if (outcomes.has(id)) continue;
    const { dependsOn, runWhen } = tasks.get(id)!;
    const open = dependsOn.filter((parent) => !ended.has(parent));
    if (open.length > 0) {
      found.set(id, { decision: 'wait', why: `until it is known how ${whoIsOpen(open, found)}` });
      continue;
    }
    const parents = dependsOn.map((parent): [string, TaskOutcome] => [parent, ended.get(parent)!]);
    const decision = decide(
      runWhen,
      parents.map(([, outcome]) => classOf(outcome)),
    );
    if (decision === 'run') {
      found.set(id, { decision, why: whyRuns(runWhen, parents) });
      continue;
    }
    const outcome = outcomeByRule(decision, runWhen, parents);
    ended.set(id, outcome);
    found.set(id, { decision, why: outcome.reason! });
  }
  return new Map([...tasks.keys()].flatMap((id) => (found.has(id) ? [[id, found.get(id)!]] : [])));
}

function outcomeOf(word: Exclude<OutcomeWord, 'pending'>): TaskOutcome {
  switch (word) {
    case 'success':
    case 'cancelled':
      return bareOutcome(word, null, null);
    case 'failed':
      return bareOutcome(word, 'error', null);
    default:
      return bareOutcome('skipped', word, null);
  }
}

function whoIsOpen(open: readonly string[], found: ReadonlyMap<string, Outlook>): string {
  const named = open.slice(0, TOLD_PARENTS).map((parent) => `${parent} (${found.get(parent)?.decision ?? 'pending'})`);
  return `${list(named, open.length)} ${open.length === 1 ? 'ends' : 'end'}`;
}

function whyRuns(runWhen: RunWhen, parents: readonly [string, TaskOutcome][]): string {
  if (parents.length === 0) return 'depends on no other task';
  const named = parents.slice(0, TOLD_PARENTS).map(([id, outcome]) => `${id} ${describeOutcome(outcome)}`);
  return `runWhen ${runWhen}: ${list(named, parents.length)}`;
}

function list(named: readonly string[], all: number): string {
  return `${named.join(', ')}${all > named.length ? ` and ${all - named.length} more` : ''}`;
}
