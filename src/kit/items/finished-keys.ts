/**
 * Which items are finished, by key, in few bytes: a heartbeat carries it after every item.
 * Few finished keys are kept themselves. Of more, the whole list is kept as a sketch, and one bit per key of the list in the order of
 * their numbers: 10,000 items take 4 kB. What comes back is exact, whatever order the list has by then, while no more than about fifty
 * of its keys are new or gone; beyond that nothing is known, and it is said so. An unfinished key is never taken for a finished one.
 */
import { KeySketch } from './key-sketch.js';
import { packIds, unpackIds } from './key-id.js';

/** Up to so many finished keys are kept themselves: 2.4 kB of text. */
export const MOST_KEPT_THEMSELVES = 300;

export type FinishedText =
  | { keys: string }
  | { /** How many keys the list had. */ of: number; sketch: string; /** One per key, by number. */ bits: string };

export class FinishedKeys {
  private readonly known: Set<number>;
  private readonly sketch: KeySketch;
  /** Known keys by number; null after a change. */
  private sorted: number[] | null = null;

  constructor(private readonly finished: Set<number> = new Set()) {
    this.known = new Set(finished);
    this.sketch = KeySketch.of(finished);
  }

  /** Keys of the list, finished or not. */
  get listed(): number {
    return this.known.size;
  }

  has(id: number): boolean {
    return this.finished.has(id);
  }

  /** Takes a key into the list. */
  list(id: number): void {
    if (this.known.has(id)) return;
    this.known.add(id);
    this.sketch.add(id);
    this.sorted = null;
  }

  finish(id: number): void {
    this.list(id);
    this.finished.add(id);
  }

  toText(): FinishedText {
    if (this.finished.size <= MOST_KEPT_THEMSELVES) return { keys: packIds(this.finished, this.finished.size) };
    this.sorted ??= [...this.known].sort((a, b) => a - b);
    const bits = Buffer.alloc(Math.ceil(this.sorted.length / 8));
    this.sorted.forEach((id, at) => {
      if (this.finished.has(id)) bits[at >> 3]! |= 1 << (at & 7);
    });
    return { of: this.sorted.length, sketch: this.sketch.toText(), bits: bits.toString('base64') };
  }
}

/** How many keys of today's list are needed to learn which are finished; 0 if none. */
export function keysNeeded(text: FinishedText): number {
  return 'of' in text ? text.of : 0;
}

/**
 * The finished keys, from what is kept of them and today's list.
 * Null if the list has changed too much for that.
 */
export function finishedAmong(text: FinishedText, list: readonly number[]): Set<number> | null {
  if ('keys' in text) return new Set(unpackIds(text.keys));
  const sketch = KeySketch.fromText(text.sketch);
  // A list that has only grown begins as it did: then any number of new keys may follow.
  for (const candidate of [list, list.slice(0, text.of)]) {
    const difference = sketch.differenceFrom(candidate);
    if (difference === null) continue;
    const gone = new Set(difference.extra);
    const then = [...candidate.filter((id) => !gone.has(id)), ...difference.missing].sort((a, b) => a - b);
    if (then.length !== text.of) continue;
    const bits = Buffer.from(text.bits, 'base64');
    return new Set(then.filter((_, at) => (bits[at >> 3]! >> (at & 7)) & 1));
  }
  return null;
}
