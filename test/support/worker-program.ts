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
  /** It ends itself by SIGKILL before it would rename this many files onto paths that contain the text: 1 dies before the first. */
  dieAtFile?: { path: string; count: number };
  /** It never comes back from renaming a file onto a path that contains one of these: so many tasks wait to be killed at once. */
  holdAtFiles?: string[];
  /** Instead of what the project says, for all its tasks: a dead worker's work is soon taken up again. */
  pace?: { heartbeatMs: number; retryDelayMs: number };
  drainMs: number;
  ttlSeconds: number;
}

const argument = JSON.parse(process.argv[2]!) as WorkerArgument;
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
installRuntime(silent);

const environment = { ...process.env, ...argument.environment };
const registry = await loadProject(argument.dir, environment);
for (const id of registry.taskIds()) Object.assign(registry.task(id)!.spec, argument.pace);
if (argument.dieAtFile) dieAtFile(argument.dieAtFile);
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

function dieAtFile({ path, count }: NonNullable<WorkerArgument['dieAtFile']>): void {
  const { rename } = files;
  let seen = 0;
  files.rename = (from, to) => {
    if (String(to).includes(path) && ++seen === count) process.kill(process.pid, 'SIGKILL');
    return rename(from, to);
  };
  syncBuiltinESMExports();
}

function holdAtFiles(paths: readonly string[]): void {
  const { rename } = files;
  files.rename = (from, to) => {
    const held = paths.some((path) => String(to).includes(path));
    return held ? new Promise<never>(() => {}) : rename(from, to);
  };
  syncBuiltinESMExports();
}
