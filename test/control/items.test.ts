import { describe, expect, test } from 'vitest';
import { itemsOf, itemsText, progressText, tenthOf } from '../../src/control/items.js';

const told = { processed: 3_120, of: 10_000, failed: 2, current: 'page-3121', perMinute: 41.3 };

describe('items of a running task', () => {
  test('are told most telling first, as far as they are known', () => {
    expect(itemsText(itemsOf(told)!)).toBe('3,120 of 10,000 items, 2 failed, 41.3 a minute, about 2 h 46 min left, at page-3121');
    expect(itemsText(itemsOf({ ...told, of: null, failed: 0 })!)).toBe('3,120 items so far, 41.3 a minute, at page-3121');
    expect(itemsText(itemsOf({ processed: 1, of: 3 })!)).toBe('1 of 3 items');
  });

  test('have no time left where nobody can tell', () => {
    expect(itemsOf({ ...told, perMinute: 0 })?.leftMs).toBeNull();
    expect(itemsOf({ ...told, processed: 10_000 })?.leftMs).toBeNull();
  });

  test.each([[null], ['half'], [{ page: 3 }], [{ processed: 1 }]])(
    'are none where a body speaks of something else: %j',
    (progress) => {
      expect(itemsOf(progress)).toBeNull();
      expect(progressText(progress)).toBe(progress === null ? null : JSON.stringify(progress));
    },
  );

  test('are told by tenths where lines are written, if there are many', () => {
    expect(tenthOf(itemsOf(told))).toBe(3);
    expect(tenthOf(itemsOf({ processed: 1, of: 99 }))).toBeNull();
    expect(tenthOf(itemsOf({ ...told, of: null }))).toBeNull();
  });
});
