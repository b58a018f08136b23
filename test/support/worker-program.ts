/** A worker in a process of its own, to be killed: at a named point by itself, or from outside. */
import { promises as files } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { loadProject } from '../../src/registry/index.js';
import { installRuntime, startWorker } from '../../src/worker.js';
import type { Log } from '../../src/activities/attempt-log.js';

export interface WorkerArgument {
  dir: string;
  address: string;
  redisPort: number;
  environment: Record<string, string>;
  /** The point and task at which it ends itself by SIGKILL. */
  die?: { step: string; task: string };
  /**
   * Of the files that are renamed onto, or removed from, paths that contain the text it never comes back from this one (1: the
   * first), nor from any later one, and sends the text as a message: so many tasks wait to be killed at once.
   */
  holdAtFiles?: { path: string; count: number }[];
  /**
   * Instead of what the project says, for all its tasks: a dead worker's work is soon taken up again. A machine that stands still
   * for a while loses attempts as well: whoever kills workers on purpose allows for more than a task itself does.
   */
  pace?: { heartbeatMs: number; retryDelayMs: number; maximumAttempts?: number };
  drainMs: number;
  ttlSeconds: number;
}

const argument = JSON.parse(process.argv[2]!) as WorkerArgument;
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
installRuntime(silent);

const environment = { ...process.env, ...argument.environment };
const registry = await loadProject(argument.dir, environment);
for (const id of registry.taskIds()) Object.assign(registry.task(id)!.spec, argument.pace);
if (argument.holdAtFiles) holdAtFiles(argument.holdAtFiles);
const worker = await startWorker({
  registry,
  temporal: { address: argument.address },
  namespace: 'default',
  taskQueue: registry.project.taskQueue,
  redis: { host: '127.0.0.1', port: argument.redisPort },
  lock: { ttlSeconds: argument.ttlSeconds, successKeys: 'read' },
  log: silent,
  environment,
  onStep(step, { task }) {
    if (step === argument.die?.step && task === argument.die.task) process.kill(process.pid, 'SIGKILL');
  },
});

process.on('SIGTERM', () => worker.stop({ drainMs: argument.drainMs }));
process.send!('ready');
await worker.ended;
process.exit(0);

function holdAtFiles(held: NonNullable<WorkerArgument['holdAtFiles']>): void {
  const { rename, rm } = files;
  const seen = held.map(() => 0);
  const isHeld = (file: string): boolean => {
    const at = held.findIndex(({ path, count }, index) => file.includes(path) && ++seen[index]! >= count);
    if (at >= 0) process.send!(held[at]!.path);
    return at >= 0;
  };
  const never = () => new Promise<never>(() => {});
  files.rename = (from, to) => (isHeld(String(to)) ? never() : rename(from, to));
  files.rm = (path, options) => (isHeld(String(path)) ? never() : rm(path, options));
  syncBuiltinESMExports();
}
