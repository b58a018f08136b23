import { expect, test } from 'vitest';
import type { NotifyResult } from '../../src/plan/notices.js';
import { startReceiver } from '../notices/receiver.js';
import { eventually, failureOf, resultOf } from '../support/engine.js';
import { projectOfWorkers } from './workers.js';

test('a worker that is killed while it delivers a notice: the next one delivers it, by the same key, and once is enough', async () => {
  const receiver = await startReceiver();
  // The first try is never answered: the worker dies on it.
  receiver.answer('/hook', (response, nth) => (nth > 1 ? response.end() : undefined));
  process.env['NK_HOOK'] = receiver.url('/hook');
  const workers = await projectOfWorkers({
    name: 'notice-kills',
    config: `notices: [{ on: ['failure', 'recovery'], to: { webhook: { url: { env: 'NK_HOOK' } } } }]`,
    tasks: { nk_task: `{ retry: { retries: 0 }, run() { throw new TaskError('no'); } }` },
    chains: { 'nk-chain': { tasks: { nk_task: [] } } },
  });
  const first = await workers.start();
  const start = (date: string) =>
    workers.client.workflow.start('runChain', {
      taskQueue: workers.taskQueue,
      workflowId: `nk-chain:${date}`,
      args: [{ chain: 'nk-chain', date, mark: Date.now() }],
    });
  const run = await start('20260101');
  await eventually('the first try', () => receiver.on('/hook').length === 1);
  first.process.kill('SIGKILL');
  await first.ended;
  await workers.start();
  const watcher = workers.client.workflow.getHandle(`notice:nk-chain:20260101:end:${run.firstExecutionRunId}`);
  expect((await resultOf<NotifyResult>(watcher, 90_000)).told).toMatchObject([{ target: 'NK_HOOK', delivered: true }]);
  const [one, two, ...more] = receiver.on('/hook');
  expect(more).toEqual([]);
  expect(two!.headers['idempotency-key']).toBe(one!.headers['idempotency-key']);
  expect(two!.body).toEqual(one!.body);

  const again = await start('20260101');
  await failureOf(again);
  const second = workers.client.workflow.getHandle(`notice:nk-chain:20260101:end:${again.firstExecutionRunId}`);
  expect((await resultOf<NotifyResult>(second)).told).toEqual([]);
  expect(receiver.on('/hook')).toHaveLength(2);
}, 200_000);
