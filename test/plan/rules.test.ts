import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classOf, decide, isSatisfactory, type Decision, type Judged, type OutcomeClass } from '../../src/plan/rules.js';
import { RUN_WHEN, type Kind, type RunWhen, type Status } from '../../src/plan/types.js';

const classes: [string, Judged, OutcomeClass][] = [
  ['a success', { status: 'success', kind: null, settled: true }, 'S'],
  ['no work', { status: 'skipped', kind: 'no_work', settled: true }, 'S'],
  ['a skip by a person', { status: 'skipped', kind: 'skipped_by_operator', settled: true }, 'S'],
  ['a legacy success key', { status: 'skipped', kind: 'already_completed', settled: true }, 'S'],
  ['a condition not met', { status: 'skipped', kind: 'condition_not_met', settled: true }, 'K'],
  ["a task's own settled skip", { status: 'skipped', kind: 'skipped_by_task', settled: true }, 'K'],
  ['a skip because of a skip', { status: 'skipped', kind: 'upstream_skipped', settled: false }, 'K'],
  ['a rule not met', { status: 'skipped', kind: 'rule_not_met', settled: false }, 'K'],
  ["a task's own unsettled skip", { status: 'skipped', kind: 'skipped_by_task', settled: false }, 'F'],
  ['a held lock', { status: 'skipped', kind: 'lock_held', settled: false }, 'F'],
  ['a skip because of a failure', { status: 'skipped', kind: 'upstream_failed', settled: false }, 'F'],
  ['a failure', { status: 'failed', kind: 'error', settled: false }, 'F'],
  ['a hold that expired', { status: 'failed', kind: 'hold_expired', settled: false }, 'F'],
  ['a cancellation', { status: 'cancelled', kind: null, settled: false }, 'F'],
];

test.each(classes)('%s counts as expected: %o is %s', (_, outcome, expected) => expect(classOf(outcome)).toBe(expected));

/** For each rule its answers to the sets of classes its parents may have. */
const table: Record<RunWhen, Record<string, Decision>> = {
  all_success: {
    S: 'run',
    K: 'upstream_skipped',
    F: 'upstream_failed',
    SK: 'upstream_skipped',
    SF: 'upstream_failed',
    KF: 'upstream_failed',
    SKF: 'upstream_failed',
  },
  none_failed: {
    S: 'run',
    K: 'run',
    F: 'upstream_failed',
    SK: 'run',
    SF: 'upstream_failed',
    KF: 'upstream_failed',
    SKF: 'upstream_failed',
  },
  none_skipped: {
    S: 'run',
    K: 'upstream_skipped',
    F: 'run',
    SK: 'upstream_skipped',
    SF: 'run',
    KF: 'upstream_skipped',
    SKF: 'upstream_skipped',
  },
  one_success: { S: 'run', K: 'upstream_skipped', F: 'upstream_failed', SK: 'run', SF: 'run', KF: 'upstream_failed', SKF: 'run' },
  all_done: { S: 'run', K: 'run', F: 'run', SK: 'run', SF: 'run', KF: 'run', SKF: 'run' },
  one_failed: { S: 'rule_not_met', K: 'rule_not_met', F: 'run', SK: 'rule_not_met', SF: 'run', KF: 'run', SKF: 'run' },
  all_failed: {
    S: 'rule_not_met',
    K: 'rule_not_met',
    F: 'run',
    SK: 'rule_not_met',
    SF: 'rule_not_met',
    KF: 'rule_not_met',
    SKF: 'rule_not_met',
  },
};

describe.each(RUN_WHEN)('%s', (runWhen) => {
  test.each(Object.entries(table[runWhen]))('with parents of the classes %s decides %s', (parents, decision) => {
    expect(decide(runWhen, [...parents] as OutcomeClass[])).toBe(decision);
  });
  test('decides by which classes there are, not by how many or in which order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<OutcomeClass>('S', 'K', 'F'), { minLength: 1, maxLength: 20 }), (parents) => {
        const set = ['S', 'K', 'F'].filter((one) => parents.includes(one as OutcomeClass)).join('');
        expect(decide(runWhen, parents)).toBe(table[runWhen][set]);
      }),
    );
  });
  test('runs a task without parents', () => expect(decide(runWhen, [])).toBe('run'));
});

describe('a chain may complete', () => {
  test('with what is settled, and with what its rules skipped without a failure behind it', () => {
    const satisfactory = classes.filter(([, outcome]) => isSatisfactory(outcome)).map(([name]) => name);
    expect(satisfactory).toEqual([
      'a success',
      'no work',
      'a skip by a person',
      'a legacy success key',
      'a condition not met',
      "a task's own settled skip",
      'a skip because of a skip',
      'a rule not met',
    ]);
  });
  test('never with a failed, cancelled or pending task that is not settled', () => {
    const statuses = fc.constantFrom<Status>('failed', 'cancelled', 'pending');
    const kinds = fc.constantFrom<Kind | null>(null, 'error', 'deadline', 'upstream_skipped', 'rule_not_met', 'no_work');
    fc.assert(fc.property(statuses, kinds, (status, kind) => !isSatisfactory({ status, kind, settled: false })));
  });
});
