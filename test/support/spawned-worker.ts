/** A worker in a process of its own. Whoever starts one sees to its end. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { within } from './engine.js';
import type { WorkerArgument } from './worker-program.js';

export interface SpawnedWorker {
  process: ChildProcess;
  /** How the process ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Resolves when it polls. @param onStart is told of it at once, so that it can be ended whatever comes */
export async function spawnWorker(argument: WorkerArgument, onStart: (worker: SpawnedWorker) => void): Promise<SpawnedWorker> {
  const program = fileURLToPath(new URL('./worker-program.ts', import.meta.url));
  const child = fork(program, [JSON.stringify(argument)], { execArgv: ['--import', 'tsx'] });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const worker = { process: child, ended };
  onStart(worker);
  const ready = new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    void ended.then((how) => reject(new Error(`the worker ended before it was ready: ${JSON.stringify(how)}`)));
  });
  await within(150_000, 'a worker that is ready', ready);
  return worker;
}
