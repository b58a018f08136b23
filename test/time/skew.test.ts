import { expect, test } from 'vitest';
import { skewMs } from '../../src/time/skew.js';

test.each([
  { theirs: 1_000, before: 1_000, after: 1_000, skew: 0 },
  { theirs: 1_500, before: 1_000, after: 1_010, skew: 490 },
  { theirs: 700, before: 1_000, after: 1_010, skew: -300 },
  // However late the answer was read, a time in between is no other than ours.
  { theirs: 1_005, before: 1_000, after: 21_000, skew: 0 },
  { theirs: 20_995, before: 1_000, after: 21_000, skew: 0 },
  { theirs: 21_500, before: 1_000, after: 21_000, skew: 500 },
])('a clock read as $theirs between $before and $after of ours is surely $skew ms ahead', ({ theirs, before, after, skew }) => {
  expect(skewMs(theirs, before, after)).toBe(skew);
});
