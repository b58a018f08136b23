import { describe, expect, test } from 'vitest';
import { fillTemplate, unknownPlaceholders } from '../../src/plan/notice-text.js';
import {
  causeOf,
  failedTasks,
  isToldLate,
  judgeEnd,
  type NoticeFacts,
  type NoticeRule,
  type SeenEnd,
} from '../../src/plan/notices.js';
import { bareOutcome } from '../../src/plan/results.js';
import type { ChainResult } from '../../src/plan/types.js';

const RULE: NoticeRule = { name: 'ops', on: ['failure', 'recovery', 'late'], after: 1, remindEvery: null };

/** `F3a`: run key 3 failed of cause a; `S4`: 4 succeeded; `C5`: 5 was cancelled. Oldest first. */
function ends(text: string): SeenEnd[] {
  return text.split(' ').map((word) => ({
    runKey: word[1]!,
    status: word[0] === 'F' ? 'failed' : word[0] === 'S' ? 'success' : 'cancelled',
    cause: word[2] ?? null,
    closedAt: `2026-02-0${word[1]}T06:00:00Z`,
  }));
}
const judged = (text: string, rule: Partial<NoticeRule> = {}) => judgeEnd({ ...RULE, ...rule }, ends(text).reverse());

describe('an end is told', () => {
  test.each([
    ['the first failure', 'S1 F2a', {}, 'failure', 1],
    ['not the same cause on the next date', 'S1 F2a F3a', {}, null, 0],
    ['another cause', 'S1 F2a F3b', {}, 'failure', 2],
    ['not a cause that was told before in the same trouble', 'F1a F2b F3a', {}, null, 0],
    ['the same cause after a success', 'F1a S2 F3a', {}, 'failure', 1],
    ['not a rerun that fails alike', 'F1a F1a', {}, null, 0],
    ['not the first where two are asked for', 'S1 F2a', { after: 2 }, null, 0],
    ['the second in a row', 'S1 F2a F3a', { after: 2 }, 'failure', 2],
    ['not a rerun of one date as the second', 'S1 F2a F2a', { after: 2 }, null, 0],
    ['not the third in a row, once the second was told', 'F1a F2a F3a', { after: 2 }, null, 0],
    ['a reminder every two dates', 'F1a F2a F3a', { remindEvery: 2 }, 'failure', 3],
    ['no reminder between', 'F1a F2a', { remindEvery: 2 }, null, 0],
    ['a success after a told failure', 'F1a S2', {}, 'recovery', 1],
    ['a rerun that succeeds', 'F1a S1', {}, 'recovery', 1],
    ['not a success after a failure that was not told', 'F1a S2', { after: 2 }, null, 0],
    ['not a second success', 'F1a S2 S3', {}, null, 0],
    ['no failure where only recoveries are asked for', 'F1a', { on: ['recovery'] }, null, 0],
    ['no recovery where only failures are asked for', 'F1a S2', { on: ['failure'] }, null, 0],
    ['not a cancelled run', 'F1a C2', {}, null, 0],
    ['a recovery beyond a cancelled run', 'F1a C2 S3', {}, 'recovery', 1],
  ] as [string, string, Partial<NoticeRule>, string | null, number][])('%s', (_name, text, rule, tell, inARow) => {
    const found = judged(text, rule);
    expect(found?.tell ?? null).toBe(tell);
    expect(found?.inARow ?? 0).toBe(inARow);
  });
});

test('lateness is told of what nobody decided and nothing else tells', () => {
  expect(isToldLate({ is: 'open', detail: '' })).toBe(true);
  expect(isToldLate({ is: 'absent', detail: '' })).toBe(true);
  expect(isToldLate({ is: 'waiting', detail: '' })).toBe(true);
  expect(isToldLate({ is: 'failed', told: false })).toBe(true);
  expect(isToldLate({ is: 'failed', told: true })).toBe(false);
  expect(isToldLate({ is: 'left_out', kind: 'misfired', detail: '' })).toBe(true);
  expect(isToldLate({ is: 'left_out', kind: 'overlapped', detail: '' })).toBe(false);
  for (const is of ['succeeded', 'cancelled', 'not_the_newest'] as const) expect(isToldLate({ is })).toBe(false);
});

describe('the cause of a failure', () => {
  const result = (tasks: ChainResult['tasks']): ChainResult => ({
    chain: 'c',
    date: '20260203',
    run_key: '20260203',
    scheduled_for: '',
    status: 'failed',
    kind: 'error',
    reason: null,
    tasks,
    counts: { pending: 0, success: 0, skipped: 0, failed: 1, cancelled: 0 },
  });
  const failed = (reason: string) =>
    failedTasks(result({ b: bareOutcome('failed', 'error', reason), c: bareOutcome('skipped', 'upstream_failed', '') }));

  test('is the same while only numbers change', () => {
    expect(failed('')).toEqual([{ task: 'b', what: 'error', error: '' }]);
    const [one, two] = ['order 17 of 20260203 at 127.0.0.1:9200', 'order 4 of 20260204 at 127.0.0.1:9201'].map((text) =>
      causeOf(failed(text), 'x'),
    );
    expect(one).toBe(two);
    expect(causeOf(failed('connection refused'), 'x')).not.toBe(one);
  });
  test('is the end where no task failed', () => {
    expect(causeOf([], 'terminated')).toBe('terminated');
  });
  test('has its error cut', () => {
    expect(failed('x'.repeat(5_000))[0]!.error).toHaveLength(256);
  });
});

test('a template knows its placeholders and leaves other braces alone', () => {
  const facts = { title: 'T', detail: null, failed: [{ task: 'a', what: 'error', error: '{page}' }] } as unknown as NoticeFacts;
  expect(fillTemplate('{title}|{detail}|{failed}|{other}|{}', facts)).toBe('T||a: error: {page}|{other}|{}');
  expect(unknownPlaceholders('{title} {tilte} {Title}')).toEqual(['tilte', 'Title']);
});
