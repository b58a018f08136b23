import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/plan/limits.js';
import { judgeOverlap, judgeSlot, latenessOf, newerNeeded, type SlotFacts } from '../../src/plan/slot-decision.js';
import type { CatchUp } from '../../src/plan/types.js';

const SLOT = Date.parse('2026-02-03T05:00:00Z');

function facts(given: {
  lateMs?: number;
  catchUp?: CatchUp;
  startWithinMs?: number | null;
  newer?: string[];
  jitterMs?: number;
}): SlotFacts {
  return {
    id: 'daily-chain',
    date: '20260203',
    runKey: '20260203',
    slot: SLOT,
    now: SLOT + (given.lateMs ?? 0),
    jitterMs: given.jitterMs ?? 0,
    policy: { catchUp: given.catchUp ?? 'all', startWithinMs: given.startWithinMs ?? null },
    newer: given.newer ?? [],
  };
}

const verdict = (given: Parameters<typeof facts>[0]) => {
  const judged = judgeSlot(facts(given));
  return judged.is === 'go' ? 'go' : judged.kind;
};

describe('a slot by itself', () => {
  test.each<[string, Parameters<typeof facts>[0], string]>([
    ['in time', {}, 'go'],
    ['early, as clocks differ', { lateMs: -SECOND, catchUp: 'none' }, 'go'],
    ['a month late under all', { lateMs: 720 * HOUR, newer: ['20260204', '20260205'] }, 'go'],
    ['a minute late under none', { lateMs: MINUTE, catchUp: 'none' }, 'go'],
    ['later than a minute under none', { lateMs: MINUTE + 1, catchUp: 'none' }, 'misfired'],
    ['within startWithin', { lateMs: 5 * MINUTE, startWithinMs: 5 * MINUTE }, 'go'],
    ['beyond startWithin', { lateMs: 5 * MINUTE + 1, startWithinMs: 5 * MINUTE }, 'misfired'],
    ['beyond a startWithin of seconds', { lateMs: 31 * SECOND, startWithinMs: 30 * SECOND }, 'misfired'],
    ['beyond both', { lateMs: HOUR, startWithinMs: 5 * MINUTE, catchUp: 'latest', newer: ['20260204'] }, 'misfired'],
    ['under none and a wide startWithin', { lateMs: HOUR, startWithinMs: 2 * HOUR, catchUp: 'none' }, 'misfired'],
    ['the newest, hours late, under latest', { lateMs: 9 * HOUR, catchUp: 'latest' }, 'go'],
    ['not the newest under latest', { lateMs: 9 * HOUR, catchUp: 'latest', newer: ['20260204'] }, 'coalesced'],
    ['followed by a slot of its own date under latest', { catchUp: 'latest', newer: ['20260203'] }, 'coalesced'],
    ['followed by slots of its own date only, under last 1', { catchUp: { last: 1 }, newer: ['20260203', '20260203'] }, 'go'],
    ['with two newer under last 3', { catchUp: { last: 3 }, newer: ['20260204', '20260205'] }, 'go'],
    ['with three newer under last 3', { catchUp: { last: 3 }, newer: ['20260204', '20260205', '20260206'] }, 'coalesced'],
    ['with three slots of two dates under last 3', { catchUp: { last: 3 }, newer: ['20260204', '20260204', '20260205'] }, 'go'],
  ])('%s', (_what, given, wanted) => {
    expect(verdict(given)).toBe(wanted);
  });

  test('is late from the end of its jitter on', () => {
    expect(verdict({ lateMs: 10 * MINUTE, jitterMs: 10 * MINUTE, catchUp: 'none' })).toBe('go');
    expect(verdict({ lateMs: 12 * MINUTE, jitterMs: 10 * MINUTE, catchUp: 'none' })).toBe('misfired');
    expect(latenessOf({ slot: SLOT, now: SLOT + MINUTE, jitterMs: 2 * MINUTE })).toBe(0);
  });

  test('says why it is left out, and what runs it after all', () => {
    expect(judgeSlot(facts({ lateMs: 2 * HOUR, startWithinMs: 5 * MINUTE }))).toEqual({
      is: 'skip',
      kind: 'misfired',
      reason:
        'would begin 2 h after its time; startWithin allows 5 min\nRun it after all: daychain backfill daily-chain 2026-02-03 2026-02-03 --only missing',
    });
    const judged = judgeSlot(facts({ catchUp: { last: 2 }, newer: ['20260204', '20260205'] }));
    expect(judged).toMatchObject({
      reason: expect.stringMatching(/^2 newer ones are due as well, and catchUp runs the last 2\n/),
    });
  });
});

describe('an outage over any number of slots', () => {
  const dates = (count: number) => Array.from({ length: count }, (_, day) => `202602${String(day + 1).padStart(2, '0')}`);
  /** All shells decide at once, when everything is back. */
  const runs = (catchUp: CatchUp, missed: number) => {
    const all = dates(missed);
    return all.filter(
      (runKey, at) => judgeSlot({ ...facts({ lateMs: HOUR, catchUp, newer: all.slice(at + 1) }), runKey }).is === 'go',
    );
  };

  test.each(dates(20).map((_, at) => at))(
    '%i missed: all runs all, latest the newest, none none, last n the n newest',
    (missed) => {
      expect(runs('all', missed)).toEqual(dates(missed));
      expect(runs('latest', missed)).toEqual(dates(missed).slice(-1));
      expect(runs('none', missed)).toEqual([]);
      for (const last of [1, 2, 7, 19]) expect(runs({ last }, missed)).toEqual(dates(missed).slice(-last));
    },
  );

  test('as many newer run keys are asked for as the policy can count', () => {
    expect(newerNeeded({ catchUp: 'latest' })).toBe(1);
    expect(newerNeeded({ catchUp: { last: 7 } })).toBe(7);
    expect(newerNeeded({ catchUp: 'all' })).toBe(Infinity);
  });
});

test.each([
  ['none', ['go', 'go', 'go', 'go']],
  ['undecided', ['wait', 'wait_for_decision', 'go', 'wait_for_decision']],
  ['open', ['wait', 'cancel', 'go', 'overlapped']],
] as const)('an earlier slot that is %s: queue, cancel, allow, skip', (earlier, wanted) => {
  expect((['queue', 'cancel', 'allow', 'skip'] as const).map((overlap) => judgeOverlap(overlap, earlier))).toEqual(wanted);
});
