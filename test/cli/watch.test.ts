import { Writable } from 'node:stream';
import { ServiceError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { Output, type OutputStream } from '../../src/cli/output.js';
import { Interrupted } from '../../src/cli/problems.js';
import { watch, type Watched } from '../../src/cli/watch.js';
import type { Server } from '../../src/control/server.js';

/** A server whose client only passes calls on. */
const server = { client: { withDeadline: (_until: number, call: () => unknown) => call() } } as unknown as Server;

function output(json = false) {
  const written = { out: '', err: '' };
  const sink = (where: 'out' | 'err'): OutputStream =>
    new Writable({
      write(chunk, _encoding, done) {
        written[where] += String(chunk);
        done();
      },
    });
  return { written, out: new Output(sink('out'), sink('err'), json, false) };
}

const away = () =>
  new ServiceError('away', { cause: Object.assign(new Error('14'), { code: 14, details: 'no connection', metadata: {} }) });

/** Looks that answer one after the other; an Error is thrown. The last one ends it. */
function looks(answers: readonly (string | Error)[]): Watched<string> {
  let next = 0;
  return {
    read: () => {
      const answer = answers[next++]!;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    picture: (seen) => [seen],
    events: (seen) => [{ key: 'a', state: seen, line: `a is ${seen}` }],
    answer: (seen) => ({ a: seen }),
    isOver: () => next === answers.length,
  };
}

describe('watching where nobody looks on', () => {
  it('tells one line per change, and nothing twice', async () => {
    const { out, written } = output();
    expect(await watch(out, server, looks(['one', 'one', 'two', 'two']), { everyMs: 1 })).toBe('two');
    expect(written.out).toBe('a is one\na is two\n');
  });

  it('answers one JSON value per change, each on a line of its own', async () => {
    const { out, written } = output(true);
    await watch(out, server, looks(['one', 'two', 'two']), { everyMs: 1 });
    expect(written.out).toBe('{"a":"one"}\n{"a":"two"}\n');
  });

  it('goes on while the server is away, says so once with the age of what is known, and that it is back', async () => {
    const { out, written } = output();
    await watch(out, server, looks(['one', away(), away(), 'two']), { everyMs: 1 });
    expect(written.out).toBe('a is one\na is two\n');
    expect(written.err).toMatch(/^last known, \d+ ms old: not available: no connection\nThe server answers again\.\n$/);
  });

  it('does not begin where the first look fails, and ends at what is no trouble of the connection', async () => {
    await expect(watch(output().out, server, looks([away(), 'one']), { everyMs: 1 })).rejects.toBeInstanceOf(ServiceError);
    const gone = looks(['one', new Error('gone'), 'two']);
    await expect(watch(output().out, server, gone, { everyMs: 1 })).rejects.toThrow('gone');
  });

  it('ends at Ctrl-C as interrupted', async () => {
    const listeners = process.listenerCount('SIGINT');
    const stop = new AbortController();
    const endless = { ...looks(['one']), isOver: () => false };
    const watching = watch(output().out, server, endless, { everyMs: 3_600_000, signal: stop.signal });
    stop.abort();
    await expect(watching).rejects.toBeInstanceOf(Interrupted);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });
});

describe('watching on a terminal', () => {
  it('redraws the picture, and keeps the last one with its age while the server is away', async () => {
    const { out, written } = output();
    Object.assign(out.stdout, { isTTY: true, columns: 80, rows: 30 });
    await watch(out, server, looks(['one', away(), 'two']), { everyMs: 1 });
    expect(written.out).toContain('one');
    expect(written.out).toMatch(/one\n\nlast known, \d+ ms old: not available/);
    expect(written.out.trimEnd().endsWith('two')).toBe(true);
  });
});
