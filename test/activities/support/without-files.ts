/** A process that has no file left to open, and runs a command and a body in a process of its own. Says how both ended. */
import { openSync, writeSync } from 'node:fs';
import { runCommand } from '../../../src/activities/command.js';
import type { ContextParts } from '../../../src/activities/context.js';
import { runIsolated } from '../../../src/activities/isolated/run.js';
import { StopSwitch } from '../../../src/activities/stop.js';

const text = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
process.on('uncaughtException', (error) => {
  writeSync(1, `uncaught ${text(error)}`);
  process.exit(1);
});

const { signal } = new AbortController();
const host = { stop: new StopSwitch() } as unknown as ContextParts;
for (let full = false; !full;) {
  try {
    openSync('/dev/null', 'r');
  } catch {
    full = true;
  }
}
const ends = await Promise.all([
  runCommand({ argv: ['true'], env: {}, cwd: '/', signal, onLine() {} }).catch(text),
  runIsolated({ dir: '/', file: 'a.js', spec: { memoryMb: null }, environment: {}, lookedAtSignal() {} }, host).catch(text),
]);
// A turn later: what was thrown where nobody catches it has been heard of by then.
setImmediate(() => {
  writeSync(1, JSON.stringify(ends));
  process.exit(0);
});
