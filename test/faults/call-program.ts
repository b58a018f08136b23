/** A program of a user's that calls a retryable once: it says what came of it, and may be killed at that moment. */
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { file, args, die } = JSON.parse(process.argv[2]!) as { file: string; args: object; die: boolean };
const { default: retryable } = (await import(pathToFileURL(file).href)) as {
  default: { execute(args: object): Promise<unknown> };
};
const executed = await retryable.execute(args);
writeSync(1, JSON.stringify(executed));
if (die) process.kill(process.pid, 'SIGKILL');
else process.disconnect();
