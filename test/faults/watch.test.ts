import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { planBackfill } from '../../src/control/backfill-plan.js';
import { startBackfill } from '../../src/control/backfills.js';
import type { Server } from '../../src/control/server.js';
import type { BackfillProgress } from '../../src/plan/backfill.js';
import { loadProject } from '../../src/registry/index.js';
import { BIN, plainEnvironment } from '../support/daychain.js';
import { eventually, within } from '../support/engine.js';
import { redisPort, startOwnTemporal } from '../support/servers.js';
import { projectOfWorkers } from './workers.js';

const REQUEST = {
  kind: 'chain' as const,
  id: 'wa-chain',
  from: '20260201',
  to: '20260202',
  only: null,
  tasks: null,
  order: 'asc' as const,
  concurrency: 2,
  reason: null,
  beyondRetention: false,
};

test('backfill show --watch and next --watch stay while the server is killed, say how old their answer is, and go on', async () => {
  const first = await startOwnTemporal();
  const workers = await projectOfWorkers(
    {
      name: 'watched-restart',
      tasks: { wa_task: `{ async run(ctx) { witness(ctx, 'body'); await until(ctx, ctx.secrets.get('GATES') + '/go'); } }` },
      chains: { 'wa-chain': { schedule: { daily: '06:00' }, tasks: { wa_task: [] } } },
    },
    { address: first.address },
  );
  const server: Server = { client: workers.client, namespace: 'default', taskQueue: workers.taskQueue, by: 'marie@desk' };
  await workers.start();
  const plan = await planBackfill(server, await loadProject(workers.dir), REQUEST, Date.parse('2026-03-01T00:00:00Z'));
  await startBackfill(server, plan);
  await eventually('both runs under way', async () => {
    const { working } = await workers.client.workflow.getHandle(plan.workflowId).query<BackfillProgress>('progress');
    return working === 2 && workers.witness().length === 2;
  });

  const environment = { TEMPORAL_ADDRESS: first.address, REDIS_URL: `redis://127.0.0.1:${redisPort()}` };
  const backfill = watching(['backfill', 'show', plan.workflowId, '--watch', '--project', workers.dir], environment);
  const next = watching(['next', '--watch', '--project', workers.dir], environment);
  await eventually('both pictures', () => backfill.out().includes('2 under way') && next.out().includes('wa-chain: '));

  process.kill(first.process.pid, 'SIGKILL');
  await first.stop();
  const away = /last known, [\d.]+ (?:ms|s|min) old: /;
  await eventually('both to say that it is away', () => [backfill, next].every((one) => away.test(one.err())));
  await startOwnTemporal({ home: first.home, port: first.port });
  await eventually(
    'both to say that it is back',
    () => [backfill, next].every((one) => one.err().includes('The server answers again.')),
    60_000,
  );

  workers.open('go');
  expect(await within(60_000, 'the end of the backfill', backfill.exit)).toBe(0);
  expect(backfill.out()).toContain('Backfill of wa-chain, 2026-02-01 to 2026-02-02 succeeded');
  next.child.kill('SIGINT');
  expect(await within(90_000, 'the end of next', next.exit)).toBe(130);
  expect(next.out().match(/^wa-chain: /gm)).toHaveLength(1);
});

/** A command that stays. It is gone after the test, whatever happens. */
function watching(words: string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, [BIN, ...words], {
    env: { ...plainEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, out: () => out, err: () => err, exit };
}
