/** How far items are and how fast: what `ctx.progress` and `ctx.forEach` tell. Time is passed in. */
import type { ItemsDone } from '../../define/for-each-types.js';
import type { ItemsProgress } from '../../plan/types.js';
import { cut } from '../../plan/limits.js';

/** The rate is that of the last half minute or so. Milliseconds. */
const WINDOW_MS = 30_000;
/** A sample is taken this often at most. */
const SAMPLE_MS = 1_000;
/** A rate seen for a shorter time says nothing. */
const SHORTEST_MS = 1_000;
const LONGEST_KEY = 100;

export class Meter {
  private samples: { at: number; processed: number }[] = [];

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(private readonly now: () => number) {}

  /** What is to be told of items that are so far. */
  read({ processed, of, failed = 0, current = null }: ItemsDone): ItemsProgress {
    const at = this.now();
    const last = this.samples.at(-1);
    // Fewer than before: other items are counted now.
    if (last !== undefined && processed < last.processed) this.samples = [];
    if (this.samples.length === 0 || at - this.samples.at(-1)!.at >= SAMPLE_MS) {
      this.samples.push({ at, processed });
      while (this.samples.length > 2 && this.samples[1]!.at <= at - WINDOW_MS) this.samples.shift();
    }
    const first = this.samples[0]!;
    const ms = at - first.at;
    const perMinute = ms < SHORTEST_MS ? null : rounded(((processed - first.processed) * 60_000) / ms);
    return { processed, of, failed, current: current === null ? null : cut(current, LONGEST_KEY), perMinute };
  }
}

/** Three digits are more than anybody reads. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
