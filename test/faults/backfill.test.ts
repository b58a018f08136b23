import { expect, test } from 'vitest';
import { planBackfill } from '../../src/control/backfill-plan.js';
import { startBackfill } from '../../src/control/backfills.js';
import type { Server } from '../../src/control/server.js';
import type { BackfillProgress, BackfillResult } from '../../src/plan/backfill.js';
import { loadProject } from '../../src/registry/index.js';
import { eventually, resultOf } from '../support/engine.js';
import { startOwnTemporal } from '../support/servers.js';
import { projectOfWorkers } from './workers.js';

test('worker and server killed in the middle of a backfill: it goes on, every date is done once, and the counts are exact', async () => {
  const first = await startOwnTemporal();
  const workers = await projectOfWorkers(
    {
      name: 'killed-backfill',
      tasks: {
        // Dates of February wait for their gate: at the kill nothing is between its end and the server's knowing.
        kb_first: `{ heartbeat: '10 seconds', retry: { retries: 2, delay: '100 milliseconds' }, async run(ctx) {
            witness(ctx, 'begin');
            if (ctx.date >= '20260201') await until(ctx, ctx.secrets.get('GATES') + '/february');
            witness(ctx, 'end');
          } }`,
        kb_second: `{ run(ctx) { witness(ctx, 'end'); } }`,
      },
      chains: { 'kb-chain': { schedule: { daily: '06:00' }, tasks: { kb_first: [], kb_second: ['kb_first'] } } },
    },
    { address: first.address },
  );
  const { client, witness } = workers;
  const server: Server = { client, namespace: 'default', taskQueue: workers.taskQueue, by: 'marie@desk' };
  const worker = await workers.start();
  const plan = await planBackfill(
    server,
    await loadProject(workers.dir),
    {
      kind: 'chain',
      id: 'kb-chain',
      from: '20260125',
      to: '20260214',
      only: null,
      tasks: null,
      order: 'asc',
      concurrency: 4,
      reason: null,
      beyondRetention: false,
    },
    Date.parse('2026-03-01T00:00:00Z'),
  );
  expect(plan.runs).toHaveLength(21);
  await startBackfill(server, plan);
  const handle = client.workflow.getHandle(plan.workflowId);
  await eventually('January done and four of February under way', async () => {
    const { done } = await handle.query<BackfillProgress>('progress');
    const february = witness().filter(({ date, phase }) => date >= '20260201' && phase === 'begin');
    return done === 7 && new Set(february.map(({ date }) => date)).size === 4;
  });

  worker.process.kill('SIGKILL');
  process.kill(first.process.pid, 'SIGKILL');
  await Promise.all([worker.ended, first.stop()]);
  workers.open('february');
  await startOwnTemporal({ home: first.home, port: first.port });
  const next = await workers.start();

  const result = await resultOf<BackfillResult>(client.workflow.getHandle(plan.workflowId) as never, 90_000);
  expect(result).toMatchObject({ status: 'success', total: 21, done: 21, already: 0, failed: 0, cancelled: 0, left: 0 });
  for (const task of ['kb_first', 'kb_second']) {
    const ended = witness().filter((line) => line.task === task && line.phase === 'end');
    expect(ended.map(({ date }) => date).sort()).toEqual(plan.runs.map(({ date }) => date));
  }
  next.process.kill('SIGTERM');
  await next.ended;
});
