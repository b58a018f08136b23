/** The built `daychain` command on the servers of the test run, in a folder of a project. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { BIN, plainEnvironment } from './daychain.js';
import { PROCESS_MS } from './patience.js';
import { redisPort, temporalAddress, temporalNamespace } from './servers.js';

export interface Answer {
  exit: number;
  stdout: string;
  stderr: string;
}

/** What the command sees: the run's servers, and nothing of this process's own settings. */
export function commandEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    ...plainEnvironment(),
    TEMPORAL_ADDRESS: temporalAddress(),
    TEMPORAL_NAMESPACE: temporalNamespace(),
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: String(redisPort()),
    ...more,
  };
}

/** Runs it to its end. */
export function runDaychain(cwd: string, words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { cwd, env: commandEnvironment(more), timeout: PROCESS_MS };
    execFile(process.execPath, [BIN, ...words], options, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
  });
}

/** Starts it. `text()`: all it has written so far; `exit`: its code. */
export function startDaychain(
  cwd: string,
  words: readonly string[],
  more: NodeJS.ProcessEnv = {},
): { child: ChildProcess; text(): string; exit: Promise<number | null> } {
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd,
    env: commandEnvironment(more),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return { child, text: () => text, exit: new Promise((resolve) => child.once('exit', (code) => resolve(code))) };
}
