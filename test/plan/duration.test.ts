import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationMs, durationText } from '../../src/plan/duration.js';

describe('a duration', () => {
  test.each([
    ['15 minutes', 900_000],
    ['1 hour', 3_600_000],
    ['1 hours', 3_600_000],
    ['0.5 seconds', 500],
    ['500 milliseconds', 500],
    ['7 days', 604_800_000],
    ['0 seconds', 0],
  ])('%s is %i milliseconds', (text, ms) => expect(durationMs(text)).toBe(ms));

  test.each([
    '15',
    '15minutes',
    '15  minutes',
    '15 Minutes',
    '15 min',
    '-1 minute',
    '1e3 seconds',
    'a minute',
    ' 1 minute',
    '1 week',
    '',
  ])('%j is none, and the message says what one is', (text) => {
    expect(() => durationMs(text)).toThrow(RangeError);
    expect(() => durationMs(text)).toThrow(/is no duration: write a number and its unit, like "15 minutes"/);
  });
});

describe('a duration for people', () => {
  test.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [999.6, '1.0 s'],
    [1_000, '1.0 s'],
    [9_940, '9.9 s'],
    [9_990, '10 s'],
    [41_000, '41 s'],
    [59_600, '1 min'],
    [60_000, '1 min'],
    [185_000, '3 min 5 s'],
    [3_599_900, '1 h'],
    [3_600_000, '1 h'],
    [7_440_000, '2 h 4 min'],
  ])('%d milliseconds are %s', (ms, text) => expect(durationText(ms)).toBe(text));

  test('never names a part that is full: no 60 s, no 60 min, no 1000 ms', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
        expect(durationText(ms)).not.toMatch(/\b(?:60 s|60 min|1000 ms|10\.0 s)/);
      }),
      { numRuns: 1_000 },
    );
  });
});
