/** Workers in processes of their own, for one project on the run's servers. All are gone after the file's tests. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';
import { type WitnessLine, readWitness, within } from '../support/engine.js';
import { type ProjectText, writeProject } from '../support/project.js';
import { afterwards, redisPort, temporalAddress } from '../support/servers.js';
import type { WorkerArgument } from './worker-program.js';

export interface SpawnedWorker {
  process: ChildProcess;
  /** How the process ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface Workers {
  client: Client;
  dir: string;
  taskQueue: string;
  witness(): WitnessLine[];
  /** Opens the gate of that name, for bodies that wait with until(). */
  open(name: string): void;
  start(options?: Partial<Pick<WorkerArgument, 'die' | 'drainMs' | 'ttlSeconds'>>): Promise<SpawnedWorker>;
}

export async function projectOfWorkers(text: ProjectText, servers: { address?: string; redis?: number } = {}): Promise<Workers> {
  const project = writeProject(text);
  const witnessFile = join(project.dir, 'witness.jsonl');
  const gates = join(project.dir, 'gates');
  mkdirSync(gates);
  writeFileSync(witnessFile, '');
  const address = servers.address ?? temporalAddress();
  const connection = await openConnection({ address });
  const started: SpawnedWorker[] = [];
  afterwards(async () => {
    for (const worker of started) worker.process.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await connection.close();
    project.remove();
  });
  return {
    client: new Client({ connection }),
    dir: project.dir,
    taskQueue: text.name,
    witness: () => readWitness(witnessFile),
    open: (name) => writeFileSync(join(gates, name), ''),
    async start(options = {}) {
      const argument: WorkerArgument = {
        dir: project.dir,
        address,
        redisPort: servers.redis ?? redisPort(),
        environment: { WITNESS: witnessFile, GATES: gates },
        drainMs: 0,
        ttlSeconds: 300,
        ...options,
      };
      const program = fileURLToPath(new URL('./worker-program.ts', import.meta.url));
      const child = fork(program, [JSON.stringify(argument)], { execArgv: ['--import', 'tsx'] });
      const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
        child.once('exit', (code, signal) => resolve({ code, signal }));
      });
      const worker = { process: child, ended };
      started.push(worker);
      const ready = new Promise<void>((resolve, reject) => {
        child.once('message', () => resolve());
        void ended.then((how) => reject(new Error(`the worker ended before it was ready: ${JSON.stringify(how)}`)));
      });
      await within(30_000, 'a worker that is ready', ready);
      return worker;
    },
  };
}
