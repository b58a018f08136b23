import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  keyPattern,
  holderKind,
  isSameRun,
  lockKeys,
  lockValue,
  parseKey,
  parseLockValue,
  readAcquired,
  readRenewed,
  renewalPeriodMs,
  tombstone,
} from '../../src/lock/protocol.js';

const taskIds = fc.stringMatching(/^[0-9a-f]{8}$/);
const attempts = fc.integer({ min: 1, max: 999_999_999 });

describe('the keys', () => {
  test('are those of the old scheduler', () => {
    expect(lockKeys('', { task: 'task_x', scope: '20260203' })).toEqual({
      lock: 'lock:task_x:20260203',
      success: 'success:task_x:20260203',
      fence: 'fence:task_x:20260203',
    });
  });

  test('name the lock they belong to, whatever the prefix and the scope', () => {
    const names = fc.record({
      task: fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/),
      scope: fc.stringMatching(/^[a-zA-Z0-9:_-]{1,20}$/),
    });
    fc.assert(
      fc.property(fc.string(), names, (prefix, name) => {
        expect(parseKey(prefix, 'lock', lockKeys(prefix, name).lock)).toEqual(name);
        expect(parseKey(prefix, 'success', lockKeys(prefix, name).success)).toEqual(name);
        expect(parseKey(prefix, 'success', lockKeys(prefix, name).lock)).toBeNull();
      }),
    );
  });

  test.each(['success:task_x:20260203', 'lock:task_x', 'lock::20260203', 'lock:task_x:', 'xlock:task_x:20260203'])(
    'are not found in %s',
    (key) => expect(parseKey('', 'lock', key)).toBeNull(),
  );

  test('are looked for literally, though a prefix holds signs of a pattern', () => {
    expect(keyPattern('a*[b]?:', 'lock', 'task_x')).toBe('a\\*\\[b\\]\\?:lock:task_x:*');
    expect(keyPattern('', 'success')).toBe('success:*:*');
  });
});

describe('a value', () => {
  test('names its run and its attempt', () => {
    fc.assert(
      fc.property(taskIds, attempts, (taskId, attempt) => {
        expect(parseLockValue(lockValue(taskId, attempt))).toEqual({ taskId, attempt });
      }),
    );
  });

  test.each(['abcd1234', 'abcd1234:', ':1', 'abcd1234:0', 'abcd1234:01', 'abcd1234:1.5', 'abcd1234:1:abandoned', 'a:b:1', ''])(
    'is not read into %s',
    (text) => expect(parseLockValue(text)).toBeNull(),
  );

  test.each([
    ['', 1],
    ['abcd1234', 0],
    ['abcd1234', -1],
    ['abcd1234', 1.5],
    ['ab:cd', 1],
    ['abcd1234', Number.NaN],
  ] as const)('is not made of %j and %d', (taskId, attempt) =>
    expect(() => lockValue(taskId, attempt)).toThrow(/\{task_id\}:\{attempt\}.*3f9a1c2e:1/),
  );

  test('tells its kind, and whether another one belongs to the same run', () => {
    expect(holderKind('abcd1234')).toBe('foreign');
    expect(holderKind('abcd1234:abandoned')).toBe('foreign');
    expect(holderKind('abcd1234:2')).toBe('run');
    expect(holderKind(tombstone('abcd1234:2'))).toBe('abandoned');
    expect(isSameRun('abcd1234:1', 'abcd1234:2')).toBe(true);
    expect(isSameRun('abcd1234:1:abandoned', 'abcd1234:2')).toBe(true);
    expect(isSameRun('abcd1234', 'abcd1234:2')).toBe(false);
    expect(isSameRun('abcd12345:1', 'abcd1234:2')).toBe(false);
  });
});

test('a lock is renewed three times per TTL and twice per heartbeat timeout, whichever is oftener', () => {
  expect(renewalPeriodMs(300_000, 30_000)).toBe(15_000);
  expect(renewalPeriodMs(30_000, 30_000)).toBe(10_000);
});

describe('an answer of a script', () => {
  test('that never expires says so', () => {
    expect(readAcquired(['held', 'abcd1234', '-1'], 'x:1')).toEqual({
      outcome: 'held',
      holder: 'abcd1234',
      ttlMs: null,
      ours: false,
    });
  });

  test('that is none is an error, not a lock', () => {
    for (const answer of [null, 'OK', [], ['what']]) {
      expect(() => readAcquired(answer, 'x:1')).toThrow('none of its answers');
      expect(() => readRenewed(answer)).toThrow('none of its answers');
    }
  });
});
