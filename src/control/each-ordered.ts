/** One order for many runs: each is told, and one that refuses does not keep the rest from it. */
import { eachOf } from './each-of.js';
import { BadInput, Refused } from './errors.js';

export interface Told<T> {
  /** Workflow ID. */
  run: string;
  /** What has come of it; null where it was refused. */
  done: T | null;
  /** Why it was refused; null if it was not. */
  refused: string | null;
}

/** @throws what is no refusal: nobody can be told then */
export async function eachOrdered<T>(runs: readonly string[], order: (run: string) => Promise<T>): Promise<Told<T>[]> {
  return await eachOf(runs, async (run) => {
    try {
      return { run, done: await order(run), refused: null };
    } catch (error) {
      if (!(error instanceof Refused || error instanceof BadInput)) throw error;
      return { run, done: null, refused: error.message };
    }
  });
}
