/**
 * A process that takes a `.daychain` folder, for tests that kill it: prints one line of JSON, then stays until killed.
 * Arguments: folder, and `servers` (starts them, its own PATH), `worker` (also a child that stands for a worker) or nothing.
 */

import { spawn } from 'node:child_process';
import { openHome } from '../../src/local/home.js';
import { markOf } from '../../src/local/process-mark.js';
import { provideServers } from '../../src/local/provide.js';
import { defaultCacheDir } from '../../src/local/temporal-binary.js';

const [dir = '', what = ''] = process.argv.slice(2);
const opened = await openHome(dir, { project: `project-${process.pid}`, projectDir: '/somewhere' });
if (!opened.opened) {
  console.log(JSON.stringify({ opened: false, owner: opened.owner.process.pid, state: opened.state }));
  process.exit(0);
}
const pids: number[] = [];
if (what !== '') {
  const { temporal, redis } = await provideServers({
    home: dir,
    cacheDir: defaultCacheDir(process.env),
    namespace: 'default',
    searchAttributes: {},
    ports: { temporal: 0, ui: 0, redis: 0 },
  });
  const worker = what === 'worker' ? spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }) : null;
  opened.home.writeState({
    up: opened.home.owner.process,
    project: opened.home.owner.project,
    projectDir: '/somewhere',
    since: new Date().toISOString(),
    temporal: temporal && { address: temporal.address, ui: temporal.ui, version: temporal.version, process: temporal.process },
    redis: redis && { host: redis.host, port: redis.port, kind: redis.kind, version: redis.version, process: redis.process },
    worker: worker?.pid === undefined ? null : markOf(worker.pid),
  });
  for (const pid of [temporal?.process.pid, redis?.process?.pid, worker?.pid]) if (pid !== undefined) pids.push(pid);
}
console.log(JSON.stringify({ opened: true, orphansStopped: opened.home.orphansStopped, pids }));
setInterval(() => {}, 60_000);
