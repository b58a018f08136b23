import { describe, expect, test } from 'vitest';
import { pauseBeforeRetry, retryAfterMs, type Failed } from '../../src/kit/http/retry.js';

const rule = { retries: 2, delayMs: 500, maximumDelayMs: 30_000 };
const failed = (parts: Partial<Failed>): Failed => ({
  attempt: 1,
  trouble: 'status',
  status: 503,
  repeatable: true,
  unsent: false,
  retryAfterMs: null,
  ...parts,
});
const pause = (parts: Partial<Failed>, spread = 1) => pauseBeforeRetry(failed(parts), rule, spread);

describe('a request is sent again', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('after status %i', (status) => expect(pause({ status })).toBe(500));
  test.each([400, 401, 403, 404, 409, 422, 501])('but not after status %i', (status) => expect(pause({ status })).toBeNull());
  test.each(['network', 'timeout'] as const)('after trouble of the kind "%s"', (trouble) =>
    expect(pause({ trouble, status: null })).toBe(500),
  );
  test.each(['refused', 'too_large', 'redirect', 'unreadable'] as const)('but not after "%s"', (trouble) =>
    expect(pause({ trouble, status: null })).toBeNull(),
  );

  test('as often as the rule says, each pause twice the one before, and not above the longest', () => {
    expect([1, 2, 3].map((attempt) => pause({ attempt }))).toEqual([500, 1_000, null]);
    expect(pauseBeforeRetry(failed({ attempt: 9 }), { ...rule, retries: 9 }, 1)).toBe(30_000);
  });

  test('somewhere between half the pause and all of it', () => {
    expect(pause({}, 0)).toBe(250);
    expect(pause({}, 0.5)).toBe(375);
  });

  test('only if that does no harm: it may be sent twice, it never left, or the server says that it did nothing', () => {
    expect(pause({ repeatable: false })).toBeNull();
    expect(pause({ repeatable: false, trouble: 'network', status: null, unsent: true })).toBe(500);
    expect(pause({ repeatable: false, status: 429, retryAfterMs: 2_000 })).toBe(2_000);
    expect(pause({ repeatable: false, status: 500, retryAfterMs: 2_000 })).toBeNull();
  });

  test('when the server asks for it, unless that is later than the rule waits', () => {
    expect(pause({ retryAfterMs: 7_000 })).toBe(7_000);
    expect(pause({ retryAfterMs: 30_000 })).toBe(30_000);
    expect(pause({ retryAfterMs: 30_001 })).toBeNull();
  });
});

describe('a Retry-After header', () => {
  const now = Date.parse('2026-02-03T05:00:00Z');
  test.each([
    ['120', 120_000],
    ['0', 0],
    ['1000000000000000000', 30 * 86_400_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 30 * 86_400_000],
    ['Tue, 03 Feb 2026 05:00:30 GMT', 30_000],
    ['Tue, 03 Feb 2026 04:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
    ['', null],
    [undefined, null],
  ])('%j is %j ms', (header, ms) => expect(retryAfterMs(header, now)).toBe(ms));
});
