/** The trigger rules: what the outcomes of its parents mean for a task. */
import type { Kind, RunWhen, Status } from './types.js';

/** How a parent's outcome counts: success, skipped for a reason that holds, failed. */
export type OutcomeClass = 'S' | 'K' | 'F';

export interface Judged {
  status: Status;
  kind: Kind | null;
  settled: boolean;
}

export type Decision = 'run' | 'upstream_failed' | 'upstream_skipped' | 'rule_not_met';

/**
 * The class of an outcome. `already_completed` counts as success: an earlier run that daychain knows is read
 * with its own outcome, so only a legacy success key is left to say it.
 */
export function classOf(outcome: Judged): OutcomeClass {
  if (outcome.status === 'success') return 'S';
  if (outcome.status !== 'skipped') return 'F';
  switch (outcome.kind) {
    case 'no_work':
    case 'skipped_by_operator':
    case 'already_completed':
      return 'S';
    case 'condition_not_met':
    case 'upstream_skipped':
    case 'rule_not_met':
      return 'K';
    case 'skipped_by_task':
      return outcome.settled ? 'K' : 'F';
    default:
      return 'F';
  }
}

/** Decides a task all of whose parents are decided. */
export function decide(runWhen: RunWhen, parents: readonly OutcomeClass[]): Decision {
  if (parents.length === 0) return 'run';
  const success = parents.includes('S');
  const skipped = parents.includes('K');
  const failed = parents.includes('F');
  const otherwise = failed ? 'upstream_failed' : 'upstream_skipped';
  switch (runWhen) {
    case 'all_success':
      return failed || skipped ? otherwise : 'run';
    case 'none_failed':
      return failed ? 'upstream_failed' : 'run';
    case 'none_skipped':
      return skipped ? 'upstream_skipped' : 'run';
    case 'one_success':
      return success ? 'run' : otherwise;
    case 'all_done':
      return 'run';
    case 'one_failed':
      return failed ? 'run' : 'rule_not_met';
    case 'all_failed':
      return failed && !success && !skipped ? 'run' : 'rule_not_met';
  }
}

/** Whether a chain may complete with this outcome: settled, or skipped by its rule without a failure behind it. */
export function isSatisfactory(outcome: Judged): boolean {
  if (outcome.settled) return true;
  return outcome.status === 'skipped' && (outcome.kind === 'upstream_skipped' || outcome.kind === 'rule_not_met');
}
