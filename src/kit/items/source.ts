/** Items to be taken one after the other, each with its key: from a list, or from a stream whose length nobody knows. */
import { PermanentError } from '../../define/errors.js';
import { cut } from '../../plan/limits.js';
import { keyId } from './key-id.js';

export interface Entry<T> {
  item: T;
  key: string;
  id: number;
}

export interface Source<T> {
  /** How many there are; null if nobody knows. */
  readonly of: number | null;
  /** Reads the first so many ahead, all of a list; what is read ahead is taken first. */
  peek(count: number): Promise<Entry<T>[]>;
  /** The next one; null after the last. Not to be called again before it has answered. */
  take(): Promise<Entry<T> | null>;
  /** No more are wanted. */
  close(): Promise<void>;
}

/**
 * @throws PermanentError in words, also from `peek` and `take`: no items, a key that is none, two items with the same key
 */
export function sourceOf<T>(items: Iterable<T> | AsyncIterable<T>, key: (item: T) => string): Source<T> {
  const named = naming(key);
  if (typeof items === 'object' && items !== null && Symbol.asyncIterator in items) {
    return new Stream(items[Symbol.asyncIterator](), named);
  }
  if (items === null || items === undefined || typeof items[Symbol.iterator] !== 'function') {
    throw new PermanentError(`ctx.forEach: items is a list or another iterable; got ${items === null ? 'null' : typeof items}`);
  }
  return new List([...items].map(named));
}

class List<T> implements Source<T> {
  private at = 0;
  readonly of: number;

  constructor(private readonly entries: Entry<T>[]) {
    this.of = entries.length;
  }

  peek(): Promise<Entry<T>[]> {
    return Promise.resolve(this.entries);
  }

  take(): Promise<Entry<T> | null> {
    return Promise.resolve(this.entries[this.at++] ?? null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class Stream<T> implements Source<T> {
  readonly of = null;
  private readonly ahead: Entry<T>[] = [];
  private ended = false;

  constructor(
    private readonly items: AsyncIterator<T>,
    private readonly named: (item: T) => Entry<T>,
  ) {}

  async peek(count: number): Promise<Entry<T>[]> {
    while (this.ahead.length < count) {
      const entry = await this.read();
      if (entry === null) break;
      this.ahead.push(entry);
    }
    return this.ahead.slice(0, count);
  }

  async take(): Promise<Entry<T> | null> {
    return this.ahead.shift() ?? (await this.read());
  }

  async close(): Promise<void> {
    if (!this.ended) await this.items.return?.();
  }

  private async read(): Promise<Entry<T> | null> {
    if (this.ended) return null;
    let next: IteratorResult<T>;
    try {
      next = await this.items.next();
    } catch (error) {
      this.ended = true;
      throw error;
    }
    if (!next.done) return this.named(next.value);
    this.ended = true;
    return null;
  }
}

/** Gives each item its key, and refuses what is none or was there before. */
function naming<T>(key: (item: T) => string): (item: T) => Entry<T> {
  const seen = new Map<number, { key: string; at: number }>();
  let at = 0;
  return (item) => {
    at++;
    const named: unknown = key(item);
    if (typeof named !== 'string' || named === '') {
      const got = JSON.stringify(named) ?? typeof named;
      const hint = typeof named === 'number' ? ': write String(…) around it' : '';
      throw new PermanentError(`ctx.forEach: the key of item ${at} is ${got}; a key is a text, and not empty${hint}`);
    }
    const id = keyId(named);
    const before = seen.get(id);
    if (before !== undefined) {
      throw new PermanentError(
        before.key === named
          ? `ctx.forEach: items ${before.at} and ${at} have the same key ${JSON.stringify(cut(named, 200))}; a key names one item`
          : `ctx.forEach: the keys of items ${before.at} and ${at} cannot be told apart by their numbers: change one of them`,
      );
    }
    seen.set(id, { key: named, at });
    return { item, key: named, id };
  };
}
