/** A worker in a process of its own, to be killed: at a named point by itself, or from outside. */
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
  drainMs: number;
  ttlSeconds: number;
}

const argument = JSON.parse(process.argv[2]!) as WorkerArgument;
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
installRuntime(silent);

const registry = await loadProject(argument.dir);
const worker = await startWorker({
  registry,
  temporal: { address: argument.address },
  namespace: 'default',
  taskQueue: registry.project.taskQueue,
  redis: { host: '127.0.0.1', port: argument.redisPort },
  lock: { ttlSeconds: argument.ttlSeconds, successKeys: 'read' },
  log: silent,
  environment: { ...process.env, ...argument.environment },
  onStep(step, { task }) {
    if (step === argument.die?.step && task === argument.die.task) process.kill(process.pid, 'SIGKILL');
  },
});

process.on('SIGTERM', () => worker.stop({ drainMs: argument.drainMs }));
process.send!('ready');
await worker.ended;
process.exit(0);
