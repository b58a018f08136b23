/** A question at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Output } from './output.js';

/** The answer to a question that yes or no answers; null where nobody is there to answer. */
export async function confirm(out: Output, question: string): Promise<boolean | null> {
  if (!process.stdin.isTTY || !out.live || out.json) return null;
  const terminal = createInterface({ input: process.stdin, output: out.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } catch {
    // Ctrl-C and Ctrl-D are a no.
    return false;
  } finally {
    terminal.close();
  }
}
