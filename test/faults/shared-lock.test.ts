import { beforeAll, expect, test } from 'vitest';
import type { TaskResult } from '../../src/plan/types.js';
import { eventually, resultOf, within } from '../support/engine.js';
import { DIE_HERE, projectOfWorkers, type Workers } from './workers.js';

const SETTINGS = `timeout: '1 minute', heartbeat: '3 seconds', retry: { retries: 6, delay: '1 second' }`;
const BODY = (middle: string) => `{ ${SETTINGS}, async run(ctx) {
  return await ctx.lock('the-printer', { ttl: '4 seconds' }, async ({ fence }) => {
    witness({ task: ctx.task, date: ctx.date, runKey: ctx.runKey, taskId: ctx.taskId, attempt: ctx.attempt, fence, secrets: ctx.secrets }, 'begin');
    ${middle}
    witness(ctx, 'end');
    return { fence };
  });
} }`;

let workers: Workers;
beforeAll(async () => {
  workers = await projectOfWorkers({
    name: 'shared',
    tasks: {
      sh_first: BODY(`${DIE_HERE} dieHere('inside');`),
      sh_second: BODY(''),
    },
  });
});

test('a worker killed with a shared lock: its run takes the lock over, others wait for it, and no two are inside at once', async () => {
  const start = (task: string) =>
    workers.client.workflow.start('runTask', {
      taskQueue: workers.taskQueue,
      workflowId: `${task}:20260203`,
      args: [{ task, date: '20260203', mark: Date.now() }],
    });
  const victim = await workers.start();
  const first = await start('sh_first');
  expect(await within(90_000, 'its death', victim.ended)).toEqual({ code: null, signal: 'SIGKILL' });
  await eventually('the first has begun', () => workers.witness().some(({ phase }) => phase === 'begin'));
  const next = await workers.start();
  try {
    const second = await start('sh_second');
    const results = await Promise.all([resultOf<TaskResult>(first, 120_000), resultOf<TaskResult>(second, 120_000)]);
    expect(results[0].status).toBe('success');
    expect(results[0].attempts).toBeGreaterThan(1);
    expect(results[1]).toMatchObject({ status: 'success' });
  } finally {
    next.process.kill('SIGTERM');
    await within(90_000, 'the end of the worker', next.ended);
  }
  const lines = workers.witness().map(({ task, attempt, phase, fence }) => ({ who: `${task} ${attempt}`, phase, fence }));
  expect(lines[0]).toMatchObject({ who: expect.stringContaining('sh_first') as string, phase: 'begin' });
  // After the death: whoever begins ends before another begins.
  const later = lines.slice(1);
  expect(new Set(later.map(({ who }) => who.split(' ')[0]))).toEqual(new Set(['sh_first', 'sh_second']));
  for (let at = 0; at < later.length; at += 2) {
    expect([later[at]!.phase, later[at + 1]?.phase]).toEqual(['begin', 'end']);
    expect(later[at]!.who).toBe(later[at + 1]?.who);
  }
  const fences = lines.filter(({ phase }) => phase === 'begin').map(({ fence }) => fence);
  expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
});
