import { describe, expect, test } from 'vitest';
import { Meter } from '../../../src/kit/items/meter.js';

/** A meter with a clock in seconds. */
function meter(): (seconds: number, processed: number) => ReturnType<Meter['read']> {
  let now = 0;
  const read = new Meter(() => now * 1_000);
  return (seconds, processed) => {
    now = seconds;
    return read.read({ processed, of: 100 });
  };
}

describe('the rate of items', () => {
  test('is not told before it can be known, then is that of the last half minute', () => {
    const at = meter();
    expect(at(0, 0).perMinute).toBeNull();
    expect(at(0.5, 1).perMinute).toBeNull();
    expect(at(2, 4).perMinute).toBe(120);
    for (let second = 3; second <= 60; second++) at(second, 4 + second - 2);
    expect(at(61, 63).perMinute).toBe(60);
  });

  test('begins anew where fewer are told than before', () => {
    const at = meter();
    at(0, 50);
    at(10, 60);
    expect(at(11, 0).perMinute).toBeNull();
    expect(at(13, 4).perMinute).toBe(120);
  });

  test('comes with what is told, and a long key is cut', () => {
    const read = new Meter(() => 0).read({ processed: 1, of: null, current: 'x'.repeat(500) });
    expect(read).toMatchObject({ processed: 1, of: null, failed: 0, perMinute: null });
    expect(read.current).toHaveLength(100);
  });
});
