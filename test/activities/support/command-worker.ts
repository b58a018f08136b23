/** Stands for a worker: runs the command given as JSON in its argument and prints each line of its output. */
import { runCommand } from '../../../src/activities/command.js';

const argv = JSON.parse(process.argv[2]!) as [string, ...string[]];
await runCommand({
  argv,
  env: process.env,
  cwd: process.cwd(),
  signal: new AbortController().signal,
  onLine: (stream, line) => console.log(`${stream}: ${line}`),
});
console.log('ended');
