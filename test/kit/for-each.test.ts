import { describe, expect, onTestFinished, test } from 'vitest';
import {
  defineTask,
  PermanentError,
  RetryAfter,
  type ForEachOptions,
  type ForEachResult,
  type ItemTools,
} from '../../src/index.js';
import { testTask, type TestedTask, type TestTaskOptions } from '../../src/testing/index.js';

/** A task that goes through items, and what became of it. */
async function through(
  items: Iterable<string> | AsyncIterable<string>,
  work: (item: string, tools: ItemTools) => unknown,
  options: Partial<ForEachOptions<string>> = {},
  test: TestTaskOptions = {},
): Promise<TestedTask & { done: ForEachResult | undefined }> {
  let done: ForEachResult | undefined;
  const task = defineTask({
    async run(ctx) {
      done = await ctx.forEach(items, { key: (item) => item, ...options }, (item, tools) => work(item, tools) as string);
    },
  });
  return { ...(await testTask(task, test)), done };
}

const letters = (text: string) => [...text];
const numbers = (count: number) => Array.from({ length: count }, (_, at) => `item-${at}`);

async function* stream(items: Iterable<string>, closed: { is: boolean } = { is: false }): AsyncGenerator<string> {
  try {
    for (const item of items) yield await Promise.resolve(item);
  } finally {
    closed.is = true;
  }
}

describe('items', () => {
  test('are counted, and what they return is counted or added up', async () => {
    const { done, result } = await through(letters('abcd'), (item) => {
      if (item === 'b') throw new Error('spoilt');
      return item === 'c' ? 'flagged' : { bytes: 10 };
    });
    expect(done).toMatchObject({ processed: 4, succeeded: 3, failed: 1, resumed: 0 });
    expect([done!.count('flagged'), done!.count('other'), done!.sum('bytes')]).toEqual([1, 0, 20]);
    expect(result).toMatchObject({ status: 'success', errors: ['b: spoilt'] });
  });

  test.each([
    ['a list', letters('abc')],
    ['a set', new Set(letters('abc'))],
    ['a stream', stream(letters('abc'))],
  ])('come from %s, in order', async (_, items) => {
    const seen: string[] = [];
    const { done } = await through(items, (item) => void seen.push(item));
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(done).toMatchObject({ processed: 3, succeeded: 3 });
  });

  test('may be none', async () => {
    expect((await through([], () => {})).done).toMatchObject({ processed: 0, succeeded: 0, failed: 0 });
  });

  test('work side by side, as many as said and no more', async () => {
    let now = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const { done } = await through(
      numbers(20),
      async () => {
        most = Math.max(most, ++now);
        // The fourth lets all go on: with fewer at once this would hang.
        if (now === 4) waiting.splice(0).forEach((go) => go());
        else await new Promise<void>((go) => waiting.push(go));
        now--;
      },
      { concurrency: 4 },
    );
    expect({ most, processed: done!.processed }).toEqual({ most: 4, processed: 20 });
  });

  test.each([
    ['two with the same key', ['a', 'b', 'a'], {}, 'items 1 and 3 have the same key "a"'],
    ['an empty key', [''], {}, 'the key of item 1 is ""; a key is a text, and not empty'],
    ['a key that is a number', ['a'], { key: () => 42 as never }, 'is 42; a key is a text, and not empty: write String(…)'],
    ['no function for the key', ['a'], { key: 'id' as never }, 'key is a function that names an item; got "id"'],
    ['concurrency', ['a'], { concurrency: 0 }, 'concurrency is a whole number from 1 to 100; got 0'],
    ['a bare number of a timeout', ['a'], { timeout: 5 as never }, 'timeout: 5 is no duration'],
    ['retries', ['a'], { retry: { retries: 1.5 } }, 'retry.retries is a whole number from 0 to 20; got 1.5'],
    ['a back-off', ['a'], { retry: { backoff: 0 } }, 'retry.backoff is a number from 1 to 10; got 0'],
    ['onError', ['a'], { onError: 'ignore' as never }, `onError is 'collect' or 'stop'; got "ignore"`],
    ['a name', ['a'], { name: 'two words' }, 'name is a letter, then letters'],
    ['no list', 5 as never, {}, 'items is a list or another iterable; got number'],
  ])('are refused in words, for good and before any is tried: %s', async (_, items, options, words) => {
    const tried: string[] = [];
    const { result, retry } = await through(items, (item) => void tried.push(item), options);
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining(words) as string });
    expect({ tried, again: retry!.again }).toEqual({ tried: [], again: false });
  });

  test('of a stream with the same key are refused when they come', async () => {
    const closed = { is: false };
    const { result } = await through(stream(letters('aba'), closed), () => {});
    expect(result.reason).toContain('items 1 and 3 have the same key "a"');
    expect(closed.is).toBe(true);
  });

  test.each([
    ['a text per item', (item: string) => item, 'is a label too many or too long: at most 50 different ones'],
    ['a long text', () => 'x'.repeat(81), 'is a label too many or too long'],
    ['no number', () => ({ bytes: 'ten' }), 'an item returns a label, numbers to be added up, or nothing; got bytes: "ten"'],
    ['a list', () => [1], 'an item returns a label, numbers'],
  ])('that return %s fail the task for good', async (_, work, words) => {
    const { result, retry } = await through(numbers(60), work);
    expect(result.reason).toContain(words);
    expect(retry).toMatchObject({ again: false });
  });
});

describe('items that fail', () => {
  test('all of them fail the task, and the next attempt tries them all again', async () => {
    const tried: string[] = [];
    const down = await through(letters('abc'), (item) => {
      tried.push(item);
      throw new Error('down');
    });
    expect(down.result).toMatchObject({ status: 'failed', reason: 'all 3 items failed; the last one: c: down' });
    expect(down.retry).toMatchObject({ again: true });
    expect(down.result.errors).toEqual(['a: down', 'b: down', 'c: down']);
    const up = await through(letters('abc'), (item) => void tried.push(item), {}, { after: down });
    expect(tried.join('')).toBe('abcabc');
    expect(up.done).toMatchObject({ processed: 3, succeeded: 3, failed: 0 });
    expect(up.result).toMatchObject({ status: 'success', errors: [] });
  });

  test('all of them for good fail the task for good', async () => {
    const { result, retry } = await through(letters('ab'), () => {
      throw new PermanentError('no such person');
    });
    expect(result.reason).toContain('all 2 items failed');
    expect(retry).toMatchObject({ again: false });
  });

  test('have their text cut at 1,024 characters, and so many kept that a result stays small', async () => {
    const { result, items } = await through(numbers(3_000), (item) => {
      if (item !== 'item-0') throw new Error(`<${'x'.repeat(5_000)}>`);
    });
    expect(result.errors[0]).toHaveLength(1_024);
    expect(result.errors.length).toBeLessThan(101);
    expect(result.errors.join('').length).toBeLessThan(21_000);
    expect(result.errors.at(-1)).toMatch(/^… and 29\d\d more item errors$/);
    expect(JSON.stringify(items).length).toBeLessThan(8_000);
  });

  test('stop the rest where that is asked for; the next attempt begins with the one that failed', async () => {
    const tried: string[] = [];
    const options = { onError: 'stop' } as const;
    const work = (item: string) => {
      tried.push(item);
      if (item === 'c' && tried.length === 3) throw new RetryAfter('10 minutes', 'limit');
    };
    const first = await through(letters('abcde'), work, options);
    expect(first.result).toMatchObject({ status: 'failed', reason: 'c: limit' });
    expect(first.retry).toEqual({ again: true, delayMs: 600_000 });
    const second = await through(letters('abcde'), work, options, { after: first });
    expect(tried.join('')).toBe('abccde');
    expect(second.done).toMatchObject({ processed: 5, succeeded: 5, failed: 0, resumed: 2 });
  });

  test('stop the rest for good with an error that is for good', async () => {
    const { result, retry } = await through(
      letters('ab'),
      () => {
        throw new PermanentError('wrong account');
      },
      { onError: 'stop' },
    );
    expect(result.reason).toBe('a: wrong account');
    expect(retry).toMatchObject({ again: false });
  });
});

describe('tries of an item', () => {
  class Gone extends Error {}
  const retry = { retries: 3, delay: '1 millisecond', giveUpOn: [Gone] } as const;

  test.each([
    ['an error', () => new Error('x'), 4],
    ['a wish for a little later', () => new RetryAfter('2 milliseconds'), 4],
    ['a permanent error', () => new PermanentError('x'), 1],
    ['an error of a class that is given up on', () => new Gone('x'), 1],
    ['a wish for much later', () => new RetryAfter('2 minutes'), 1],
  ])('after %s', async (_, thrown, tries) => {
    const attempts: number[] = [];
    const { done } = await through(
      letters('ab'),
      (item, { attempt }) => {
        if (item === 'b') return;
        attempts.push(attempt);
        throw thrown();
      },
      { retry },
    );
    expect(attempts).toEqual(Array.from({ length: tries }, (_, at) => at + 1));
    expect(done).toMatchObject({ succeeded: 1, failed: 1 });
  });

  test('end with the first that succeeds', async () => {
    const { done, result } = await through(
      letters('a'),
      (_, { attempt }) => {
        if (attempt < 3) throw new Error('busy');
      },
      { retry },
    );
    expect(done).toMatchObject({ succeeded: 1, failed: 0 });
    expect(result.errors).toEqual([]);
  });

  test('are stopped at their timeout, and tried again', async () => {
    const stopped: string[] = [];
    const { done, result } = await through(
      letters('ab'),
      async (item, { signal, attempt }) => {
        if (item === 'a' && attempt < 2) return;
        if (item === 'b' && attempt === 2) return;
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        stopped.push(`${item}${attempt}: ${(signal.reason as Error).message}`);
      },
      { timeout: '20 milliseconds', retry: { retries: 1, delay: '1 millisecond' } },
    );
    expect(stopped).toEqual(['b1: timed out after 20 ms']);
    expect(done).toMatchObject({ succeeded: 2 });
    expect(result.errors).toEqual([]);
  });
});

describe('a later attempt', () => {
  /** Goes through items until one of them stops the worker. */
  async function upTo(items: Iterable<string> | AsyncIterable<string>, last: string, seen: string[], after?: TestedTask) {
    const stop = new AbortController();
    return await through(
      items,
      (item, { signal }) => {
        if (item === last) stop.abort();
        signal.throwIfAborted();
        seen.push(item);
        return 'done';
      },
      {},
      { signal: stop.signal, ...(after && { after }) },
    );
  }

  test('does again only the item in the middle', async () => {
    const seen: string[] = [];
    const first = await upTo(letters('abcdef'), 'd', seen);
    expect(first.result.reason).toBe('the worker is stopping');
    const second = await upTo(letters('abcdef'), '', seen, first);
    expect(seen.join('')).toBe('abcdef');
    expect(second.done).toMatchObject({ processed: 6, succeeded: 6, resumed: 3 });
    expect(second.done!.count('done')).toBe(6);
  });

  const many = numbers(1_000);
  const reversed = [...many].reverse();
  const edited = ['new-1', ...many.slice(0, 100), 'new-2', ...many.slice(120), 'new-3'];
  const grown = [...many, ...numbers(3_000).slice(1_000)];
  test.each([
    ['the same list', many, 500],
    ['another order', reversed, 500],
    ['items gone and new', edited, 520],
    ['many new at the end', grown, 500],
  ])('knows what is finished by key: %s', async (_, list, left) => {
    for (const source of [list, stream(list)]) {
      const before: string[] = [];
      const first = await upTo(many, 'item-500', before);
      expect(before).toHaveLength(500);
      const after: string[] = [];
      const second = await upTo(source, '', after, first);
      const expected = list.filter((item) => !before.includes(item));
      expect(after).toEqual(expected);
      expect(second.done).toMatchObject({ processed: 500 + expected.length, resumed: 500 });
      expect(left).toBeGreaterThan(0);
    }
  });

  test('with another list altogether does all of it, and says so', async () => {
    const first = await upTo(many, 'item-500', []);
    const after: string[] = [];
    const other = numbers(5_000).slice(700, 1_400);
    const second = await upTo(other, '', after, first);
    expect(after).toEqual(other);
    expect(second.done).toMatchObject({ processed: 700, resumed: 0 });
    expect(second.result.warnings).toEqual([expect.stringContaining('500 it had finished cannot be told from the others')]);
  });

  test('keeps each forEach of a body apart by its name, and refuses two of the same', async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const task = (stops: boolean) =>
      defineTask({
        async run(ctx) {
          await ctx.forEach(['a', 'b'], { key: (item) => item, name: 'first' }, (item) => void seen.push(`1${item}`));
          await ctx.forEach(['a', 'b'], { key: (item) => item, name: 'second' }, (item, { signal }) => {
            if (item === 'b' && stops) stop.abort();
            signal.throwIfAborted();
            seen.push(`2${item}`);
          });
        },
      });
    const first = await testTask(task(true), { signal: stop.signal });
    const second = await testTask(task(false), { after: first });
    expect(second.result.status).toBe('success');
    expect(seen).toEqual(['1a', '1b', '2a', '2b']);

    const twice = defineTask({
      async run(ctx) {
        await ctx.forEach(['a'], { key: (item) => item }, () => {});
        await ctx.forEach(['a'], { key: (item) => item }, () => {});
      },
    });
    expect((await testTask(twice)).result.reason).toContain('one named "items" already');
  });

  test('has the author’s checkpoint beside the items', async () => {
    const task = defineTask({
      async run(ctx) {
        ctx.checkpoint.save({ page: 3 });
        await ctx.forEach(['a'], { key: (item) => item }, () => {});
        return { page: (ctx.checkpoint.value as { page: number }).page };
      },
    });
    const { result, checkpoint } = await testTask(task);
    expect(result.output).toEqual({ page: 3 });
    expect(checkpoint).toEqual({ page: 3 });
  });
});

describe('an attempt that is told to stop', () => {
  test.each([
    ['looked at its signal', true, 'aab'],
    ['never did', false, 'ab'],
  ])('counts an item that returns after that word only if it cannot have known: one that %s', async (_, looks, expected) => {
    const stop = new AbortController();
    const tried: string[] = [];
    const work = (item: string, tools: ItemTools) => {
      tried.push(item);
      if (looks && tools.signal.aborted) throw new Error('not expected');
      stop.abort();
    };
    const first = await through(letters('ab'), work, {}, { signal: stop.signal });
    expect(first.result.status).toBe('failed');
    await through(letters('ab'), (item) => void tried.push(item), {}, { after: first });
    expect(tried.join('')).toBe(expected);
  });

  test('begins no further item, and hears it within a pause and from a stream that hangs', async () => {
    const stop = new AbortController();
    const begun: string[] = [];
    const paused = await through(
      letters('abc'),
      (item) => {
        begun.push(item);
        setImmediate(() => stop.abort());
        throw new Error('busy');
      },
      { retry: { retries: 5, delay: '1 hour', maximumDelay: '1 hour' } },
      { signal: stop.signal },
    );
    expect(paused.result.reason).toBe('the worker is stopping');
    expect(begun).toEqual(['a']);

    const again = new AbortController();
    async function* hangs(): AsyncGenerator<string> {
      yield 'a';
      setImmediate(() => again.abort());
      await new Promise(() => {});
    }
    const hanging = await through(hangs(), () => {}, {}, { signal: again.signal });
    expect(hanging.result.reason).toBe('the worker is stopping');
  });

  test('is no worse off for a stream that cannot be closed: what its end throws takes nobody along', async () => {
    const unheard = new Promise<unknown>((resolve) => {
      process.once('unhandledRejection', resolve);
      onTestFinished(() => void process.off('unhandledRejection', resolve));
    });
    const stop = new AbortController();
    async function* breaks(): AsyncGenerator<string> {
      try {
        yield await Promise.resolve('a');
      } finally {
        await Promise.reject(new Error('the connection is gone'));
      }
    }
    const { result } = await through(breaks(), () => stop.abort(), {}, { signal: stop.signal });
    expect(result.status).toBe('failed');
    // What nobody has heard by now is told of before the next turn.
    const next = new Promise((resolve) => setImmediate(() => setImmediate(resolve, 'nothing')));
    expect(await Promise.race([unheard, next])).toBe('nothing');
  });
});

test('ten thousand items take little: time, and bytes of what travels to the next attempt', async () => {
  let most = 0;
  const task = defineTask({
    async run(ctx) {
      await ctx.forEach(numbers(10_000), { key: (item) => item, concurrency: 10 }, () => 'done');
    },
  });
  const { items, result } = await testTask(task);
  most = Math.max(most, JSON.stringify(items).length);
  expect(result.status).toBe('success');
  expect(most).toBeLessThan(4_200);
});
