import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OUTCOME_WORDS, outlook, type OutcomeWord } from '../../src/plan/outlook.js';
import { RUN_WHEN, type RunWhen } from '../../src/plan/types.js';

type Tasks = Map<string, { dependsOn: string[]; runWhen: RunWhen }>;

const decided = (tasks: Tasks, outcomes: Record<string, OutcomeWord> = {}) =>
  Object.fromEntries([...outlook(tasks, new Map(Object.entries(outcomes)))].map(([id, { decision }]) => [id, decision]));
const chain = (tasks: Record<string, string[] | [string[], RunWhen]>): Tasks =>
  new Map(
    Object.entries(tasks).map(([id, place]) => {
      const [dependsOn, runWhen] = Array.isArray(place[0])
        ? (place as [string[], RunWhen])
        : [place as string[], 'all_success' as const];
      return [id, { dependsOn, runWhen }];
    }),
  );

describe('what a chain would do next', () => {
  const daily = chain({ crawl: [], check: ['crawl'], index: ['crawl'], report: [['check', 'index'], 'all_done'] });

  test('begins with the tasks that depend on none', () => {
    expect(decided(daily)).toEqual({ crawl: 'run', check: 'wait', index: 'wait', report: 'wait' });
  });
  test('carries a failure down, past which all_done runs', () => {
    expect(decided(daily, { crawl: 'failed' })).toEqual({ check: 'upstream_failed', index: 'upstream_failed', report: 'run' });
  });
  test('tells nothing of tasks that have an outcome', () => {
    expect(decided(daily, { crawl: 'success', check: 'pending' })).toEqual({ index: 'run', report: 'wait' });
  });
  test('waits for every parent, even where the rule could be decided already', () => {
    const tasks = chain({ a: [], b: [], one: [['a', 'b'], 'one_success'], all: ['a', 'b'] });
    expect(decided(tasks, { a: 'success', b: 'pending' })).toEqual({ one: 'wait', all: 'wait' });
    expect(decided(tasks, { a: 'failed' })).toEqual({ b: 'run', one: 'wait', all: 'wait' });
  });
  test('takes outcomes that contradict the graph as they are', () => {
    expect(decided(daily, { crawl: 'pending', check: 'success', index: 'failed' })).toEqual({ report: 'run' });
  });
  test('stands in the order of the chain, whatever depends on what', () => {
    expect(Object.keys(decided(chain({ z: ['y'], y: ['x'], x: [] })))).toEqual(['z', 'y', 'x']);
  });
  test('says why', () => {
    const tasks = chain({ a: [], b: ['a'], c: ['b'], d: ['a'], e: ['d'] });
    const why = (outcomes: Record<string, OutcomeWord>, id: string) =>
      outlook(tasks, new Map(Object.entries(outcomes))).get(id)!.why;
    expect(why({}, 'a')).toBe('depends on no other task');
    expect(why({ a: 'no_work' }, 'b')).toBe('runWhen all_success: a skipped (no_work)');
    expect(why({ a: 'failed' }, 'c')).toBe('runWhen all_success: b skipped (upstream_failed)');
    expect(why({ a: 'pending' }, 'b')).toBe('until it is known how a (pending) ends');
    expect(why({ a: 'success' }, 'e')).toBe('until it is known how d (run) ends');
  });
  test('is found in a chain as deep as a chain may be', () => {
    const deep: Tasks = new Map(
      Array.from({ length: 2_000 }, (_, n) => [`t${n}`, { dependsOn: n === 0 ? [] : [`t${n - 1}`], runWhen: 'all_success' }]),
    );
    expect(decided(deep, { t0: 'failed' })).toMatchObject({ t1: 'upstream_failed', t1999: 'upstream_failed' });
    expect(decided(deep, { t0: 'pending' })).toMatchObject({ t1: 'wait', t1999: 'wait' });
  });
});

/** Section 3 of the design once more, in other words: how each word counts, what each rule asks for, and what it says else. */
const COUNTS: Record<string, string> = {
  success: 'S',
  no_work: 'S',
  skipped_by_operator: 'S',
  condition_not_met: 'K',
  upstream_skipped: 'K',
  rule_not_met: 'K',
  failed: 'F',
  cancelled: 'F',
  lock_held: 'F',
  upstream_failed: 'F',
};
const RULES: Record<RunWhen, { runs: RegExp; or: (classes: string) => string }> = {
  all_success: { runs: /^S*$/, or: failedElseSkipped },
  none_failed: { runs: /^[SK]*$/, or: () => 'upstream_failed' },
  none_skipped: { runs: /^[SF]*$/, or: () => 'upstream_skipped' },
  one_success: { runs: /S/, or: failedElseSkipped },
  all_done: { runs: /^/, or: () => 'never' },
  one_failed: { runs: /F/, or: () => 'rule_not_met' },
  all_failed: { runs: /^F+$/, or: () => 'rule_not_met' },
};
function failedElseSkipped(classes: string): string {
  return classes.includes('F') ? 'upstream_failed' : 'upstream_skipped';
}

/** Looks at all tasks again and again until nothing more can be said; what is left waits. */
function bruteForce(tasks: Tasks, outcomes: ReadonlyMap<string, OutcomeWord>): Record<string, string> {
  const said = new Map<string, string>(outcomes);
  for (let again = true; again;) {
    again = false;
    for (const [id, { dependsOn, runWhen }] of tasks) {
      if (said.has(id) || !dependsOn.every((parent) => said.get(parent)! in COUNTS)) continue;
      const classes = dependsOn.map((parent) => COUNTS[said.get(parent)!]!).join('');
      const rule = RULES[runWhen];
      said.set(id, dependsOn.length === 0 || rule.runs.test(classes) ? 'run' : rule.or(classes));
      again = true;
    }
  }
  return Object.fromEntries([...tasks.keys()].filter((id) => !outcomes.has(id)).map((id) => [id, said.get(id) ?? 'wait']));
}

/** Chains whose tasks depend on some earlier ones, written in any order, with outcomes of any of them. */
const situations = fc.integer({ min: 1, max: 9 }).chain((size) => {
  const ids = Array.from({ length: size }, (_, n) => `t${n}`);
  return fc.record({
    parents: fc.tuple(...ids.map((_, n) => fc.subarray(ids.slice(0, n)))),
    rules: fc.tuple(...ids.map(() => fc.constantFrom(...RUN_WHEN))),
    words: fc.tuple(...ids.map(() => fc.option(fc.constantFrom(...OUTCOME_WORDS)))),
    order: fc.shuffledSubarray([...ids.keys()], { minLength: size }),
  });
});

test('the decisions are those of the table, whatever the chain and whatever has happened', () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(situations, ({ parents, rules, words, order }) => {
      const tasks: Tasks = new Map(order.map((n) => [`t${n}`, { dependsOn: parents[n]!, runWhen: rules[n]! }]));
      const outcomes = new Map(order.flatMap((n): [string, OutcomeWord][] => (words[n] === null ? [] : [[`t${n}`, words[n]!]])));
      const found = Object.fromEntries([...outlook(tasks, outcomes)].map(([id, { decision }]) => [id, decision]));
      expect(found).toEqual(bruteForce(tasks, outcomes));
      for (const decision of Object.values(found)) met.add(decision);
    }),
    { numRuns: 3_000 },
  );
  expect([...met].sort()).toEqual(['rule_not_met', 'run', 'upstream_failed', 'upstream_skipped', 'wait']);
});
