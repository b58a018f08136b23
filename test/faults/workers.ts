/** Workers in processes of their own, for one project on the run's servers. All are gone after the file's tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';
import { type WitnessLine, readWitness, within } from '../support/engine.js';
import { type ProjectText, writeProject } from '../support/project.js';
import { afterwards, redisPort, temporalAddress } from '../support/servers.js';
import { type SpawnedWorker, spawnWorker } from '../support/spawned-worker.js';
import type { WorkerArgument } from '../support/worker-program.js';

export type { SpawnedWorker };

export interface Workers {
  client: Client;
  dir: string;
  taskQueue: string;
  witness(): WitnessLine[];
  /** Opens the gate of that name, for bodies that wait with until(). */
  open(name: string): void;
  start(options?: Partial<Pick<WorkerArgument, 'die' | 'holdAtFiles' | 'drainMs' | 'ttlSeconds'>>): Promise<SpawnedWorker>;
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
      return await spawnWorker(argument, (worker) => started.push(worker));
    },
  };
}

/** Text for a body with `ctx` and `existsSync`: `dieHere('point')` ends its worker by SIGKILL, once per point. */
export const DIE_HERE = `
  const { writeFileSync } = await import('node:fs');
  const dieHere = (point) => {
    const mark = ctx.secrets.get('GATES') + '/died-' + point;
    if (existsSync(mark)) return;
    writeFileSync(mark, '');
    process.kill(process.pid, 'SIGKILL');
  };`;

/** Starts a worker whenever there is none. @param between called while nobody runs: what the dead one left is all there is */
export function keepOneRunning(workers: Workers, between: () => void = () => {}): { end(): Promise<void> } {
  const over = new AbortController();
  let worker: SpawnedWorker | undefined;
  const running = (async () => {
    while (!over.signal.aborted) {
      worker = await workers.start();
      // Told to end while it started: whom end() found was the one before.
      if (over.signal.aborted) worker.process.kill('SIGKILL');
      await worker.ended;
      between();
    }
  })();
  return {
    async end() {
      over.abort();
      worker?.process.kill('SIGKILL');
      await within(90_000, 'the end of the last worker', running);
    },
  };
}
