/** A process of `up`'s own: another command of this package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** From sources, tests run it as it is; the package runs what was built. */
const MAIN = new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url);

/** @param output descriptor of an open file, closed here; @throws where the system does not even try */
export function spawnOwn(words: readonly string[], output: number | 'ignore'): ChildProcess {
  try {
    return spawn(process.execPath, [...process.execArgv, fileURLToPath(MAIN), ...words], {
      // A group of its own: Ctrl-C at the terminal is for `up` alone, which then stops it in order.
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    });
  } finally {
    if (output !== 'ignore') closeSync(output);
  }
}
