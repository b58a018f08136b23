/** Turns at a provider that is asked one question at a time, with a rest between two. */
import { setTimeout as pause } from 'node:timers/promises';
import { unlessAborted } from '../unless-aborted.js';

/** Runs what it is handed when all before it have ended and the rest is over. @throws the signal's reason once that is aborted */
export type InTurn = <R>(run: () => Promise<R>, signal: AbortSignal) => Promise<R>;

export function createTurns(restMs: number): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  let restedAt = 0;

  return (run, signal) => {
    const ran = last.then(async () => {
      signal.throwIfAborted();
      const leftMs = restedAt - performance.now();
      if (leftMs > 0) await pause(leftMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      try {
        return await run();
      } finally {
        restedAt = performance.now() + restMs;
      }
    });
    last = ran.catch(() => {});
    // Who is told to stop leaves at once; the turn is then over when it comes.
    return unlessAborted(ran, signal);
  };
}
