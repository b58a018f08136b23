import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalId, idProblem, isRunKey, parseCanonicalId } from '../../src/plan/ids.js';

const id = fc.stringMatching(/^[a-z][a-z0-9_-]{0,79}$/).filter((text) => !['at', 'backfill', 'retry'].includes(text));
const runKey = fc.oneof(
  fc.stringMatching(/^\d{8}$/),
  fc.stringMatching(/^\d{8}T\d{6}Z$/),
  id.map((text) => `at-${text}`),
);

describe('an id', () => {
  test.each(['a', 'task_firecrawl', 'daily-chain', 'a1', 'at-once', `a${'b'.repeat(79)}`])('may be %j', (text) => {
    expect(idProblem(text)).toBe(null);
  });
  test.each(['', 'A', 'Task', '1a', '_a', '-a', 'a.b', 'a b', 'a:b', 'é', 'a\n', `a${'b'.repeat(80)}`])(
    'may not be %j',
    (text) => {
      expect(idProblem(text)).toMatch(
        /is no id: a lower-case letter first, then letters, digits, "_" or "-", at most 80 characters in all$/,
      );
    },
  );
  test.each(['at', 'backfill', 'retry'])('may not be %s, which is reserved', (text) => {
    expect(idProblem(text)).toMatch(/is reserved/);
  });
});

describe('a run key', () => {
  test.each(['20260203', '20260203T051500Z', 'at-cleanup'])('may be %s', (text) => expect(isRunKey(text)).toBe(true));
  test.each(['', '2026-02-03', '2026020', '20260203T051500', '20260203T0515Z', 'at-', 'at-A', 'cleanup', '20260203\n'])(
    'may not be %j',
    (text) => {
      expect(isRunKey(text)).toBe(false);
    },
  );
});

describe('the canonical workflow ID', () => {
  test('is made of both and taken apart again', () => {
    expect(canonicalId('daily-chain', '20260203')).toBe('daily-chain:20260203');
    fc.assert(
      fc.property(id, runKey, (one, key) => {
        expect(parseCanonicalId(canonicalId(one, key))).toEqual({ id: one, runKey: key });
      }),
    );
  });
  test.each(['daily-chain', 'daily-chain-2026-02-03T05:00:00Z', 'A:20260203', 'a:b', 'a:20260203:x', ':20260203', 'a:', ''])(
    'is not %j',
    (text) => expect(parseCanonicalId(text)).toBe(null),
  );
  test('is two runs only if id or run key differ', () => {
    fc.assert(
      fc.property(id, runKey, id, runKey, (a, keyA, b, keyB) => {
        expect(canonicalId(a, keyA) === canonicalId(b, keyB)).toBe(a === b && keyA === keyB);
      }),
    );
  });
});
