import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FinishedKeys, finishedAmong, MOST_KEPT_THEMSELVES } from '../../../src/kit/items/finished-keys.js';
import { keyId } from '../../../src/kit/items/key-id.js';

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => keyId(`item-${from + at}`));

/** What is kept of a list of which some are finished. */
function kept(list: readonly number[], finished: readonly number[]): ReturnType<FinishedKeys['toText']> {
  const keys = new FinishedKeys();
  for (const id of list) keys.list(id);
  for (const id of finished) keys.finish(id);
  return keys.toText();
}

describe('finished keys come back', () => {
  test.each([0, 1, MOST_KEPT_THEMSELVES, MOST_KEPT_THEMSELVES + 1, 5_000, 10_000])('of 10,000 with %d finished', (count) => {
    const list = ids(0, 10_000);
    const finished = list.filter((_, at) => (at * 7) % 10_000 < count);
    const text = kept(list, finished);
    expect(JSON.stringify(text).length).toBeLessThan(4_000);
    expect(finishedAmong(text, list)).toEqual(new Set(finished));
  });

  test('whatever became of the list, or not at all: never is one taken for finished that is not', () => {
    const all = ids(0, 1_200);
    fc.assert(
      fc.property(
        fc.integer({ min: 301, max: 1_000 }),
        fc.nat({ max: 60 }),
        fc.nat({ max: 60 }),
        fc.boolean(),
        fc.nat(),
        (done, gone, fresh, reversed, seed) => {
          const list = all.slice(0, 1_000);
          const finished = list.slice(0, done);
          const from = seed % (1_000 - gone);
          const today = [...all.slice(1_000, 1_000 + fresh), ...list.slice(0, from), ...list.slice(from + gone)];
          const found = finishedAmong(kept(list, finished), reversed ? today.reverse() : today);
          if (gone + fresh <= 50) expect(found).not.toBeNull();
          if (found !== null) expect(found).toEqual(new Set(finished));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('with any number of new ones behind the old', () => {
    const list = ids(0, 1_000);
    expect(finishedAmong(kept(list, list.slice(0, 700)), ids(0, 4_000))).toEqual(new Set(list.slice(0, 700)));
  });

  test('not of another list altogether', () => {
    expect(finishedAmong(kept(ids(0, 1_000), ids(0, 700)), ids(500, 1_500))).toBeNull();
  });
});
