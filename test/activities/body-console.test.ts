import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureConsole, outsideOfBodies, type TakeConsole, withConsole } from '../../src/activities/body-console.js';

const elsewhere: string[] = [];
let giveBack: () => void;
beforeEach(() => {
  elsewhere.length = 0;
  giveBack = captureConsole((level, method, text) => void elsewhere.push(`${level} ${method} ${text}`));
});
afterEach(() => giveBack());

function taker(): { lines: string[]; take: TakeConsole } {
  const lines: string[] = [];
  return { lines, take: (level, method, text) => void lines.push(`${level} ${method} ${text}`) };
}

describe('the console of a body', () => {
  it('is its own, also while others run beside it and in what it calls later', async () => {
    const bodies = Array.from({ length: 20 }, (_, at) => ({ at, ...taker() }));
    await Promise.all(
      bodies.map(({ at, take }) =>
        withConsole(take, async () => {
          for (let step = 0; step < 5; step++) {
            console.log('%d says', at, { step });
            await delay(Math.random() * 3);
          }
          await new Promise<void>((resolve) => {
            setTimeout(() => {
              console.warn(`${at} later`);
              resolve();
            }, 1);
          });
        }),
      ),
    );
    for (const { at, lines } of bodies) {
      const said = Array.from({ length: 5 }, (_, step) => `info log ${at} says { step: ${step} }`);
      expect(lines).toEqual([...said, `warn warn ${at} later`]);
    }
    expect(elsewhere).toEqual([]);
  });

  it('has a level by its method, and one call is one text', () => {
    const { lines, take } = taker();
    withConsole(take, () => {
      console.debug('d');
      console.info('two\nlines');
      console.error(new Error('e').message);
      console.assert(false, 'wrong');
      console.table([{ a: 1 }]);
      console.group('group');
      console.log('inside');
      console.groupEnd();
    });
    expect(lines.slice(0, 4)).toEqual([
      'debug debug d',
      'info info two\nlines',
      'error error e',
      'error assert Assertion failed: wrong',
    ]);
    expect(lines[4]).toMatch(/^info table ┌/);
    expect(lines.slice(5)).toEqual(['info group group', 'info log   inside']);
  });

  it('indents nobody else by a group that is left open, and cuts what is endless', () => {
    const [one, other] = [taker(), taker()];
    withConsole(one.take, () => console.group('open'));
    withConsole(other.take, () => console.log('x'.repeat(100_000)));
    expect(other.lines[0]).toMatch(/^info log x{16383}…$/);
  });

  it('outside of bodies goes elsewhere; so does what outlives the body that began it', () => {
    const { lines, take } = taker();
    console.log('start');
    withConsole(take, () => outsideOfBodies(() => console.log('a client')));
    expect(elsewhere).toEqual(['info log start', 'info log a client']);
    expect(lines).toEqual([]);
  });
});
