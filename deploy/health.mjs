/**
 * Is this container well? Exit code 0 if so; else 1, with the reason on stderr.
 *
 *   node deploy/health.mjs worker   a worker of this machine polls the project's task queue
 *   node deploy/health.mjs web      the page answers
 */
import { hostname } from 'node:os';

const PATIENCE_MS = 15_000;

const checks = { worker, web };
const [name] = process.argv.slice(2);
if (!Object.hasOwn(checks, name ?? '')) {
  process.stderr.write(`health: got "${name ?? ''}", expected one of ${Object.keys(checks).join(', ')}\n`);
  process.exit(2);
}
setTimeout(() => leave(`no answer within ${PATIENCE_MS / 1_000} s`), PATIENCE_MS).unref();
leave(await checks[name]().catch((error) => String(error?.message ?? error)));

/** By the server's word: a worker that hangs runs, and yet does not poll. */
async function worker() {
  const { openProject, openServer } = await import('../dist/session/open.js');
  const { listWorkers } = await import('../dist/control/workers.js');
  const session = await openServer(await openProject(process.env.DAYCHAIN_HEALTH_PROJECT ?? '/app/project'));
  try {
    const polling = await listWorkers(session.server);
    const own = polling.some(({ identity }) => identity.endsWith(`@${hostname()}`));
    return own ? null : `no worker of ${hostname()} polls "${session.server.taskQueue}"`;
  } finally {
    await session.close();
  }
}

async function web() {
  const port = process.env.DAYCHAIN_WEB_PORT || '7070';
  const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return response.ok ? null : `/healthz answers ${response.status}`;
}

/** @param {string | null} problem */
function leave(problem) {
  if (problem !== null) process.stderr.write(`health: ${problem}\n`);
  process.exit(problem === null ? 0 : 1);
}
