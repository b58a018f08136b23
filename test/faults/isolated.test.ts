import { expect, test } from 'vitest';
import { markOf } from '../../src/local/process-mark.js';
import type { TaskResult } from '../../src/plan/types.js';
import { eventually, resultOf } from '../support/engine.js';
import { projectOfWorkers } from './workers.js';

test('a body in a process of its own ends with its worker, even in the middle of a loop without a pause', async () => {
  const workers = await projectOfWorkers({
    name: 'isolated-kill',
    tasks: {
      ik_loop: `{
        isolate: true, timeout: '1 minute', heartbeat: '3 seconds', retry: { retries: 3, delay: '1 second' },
        async run(ctx) {
          const { spawn } = await import('node:child_process');
          const started = spawn('sleep', ['300'], { stdio: 'ignore' });
          witness({ ...ctx, secrets: ctx.secrets, fence: started.pid }, 'loops');
          if (ctx.attempt > 1) return { done: true };
          for (;;);
        },
      }`,
    },
  });
  const worker = await workers.start();
  const run = await workers.client.workflow.start('runTask', {
    taskQueue: workers.taskQueue,
    workflowId: 'ik_loop:20260203',
    args: [{ task: 'ik_loop', date: '20260203', mark: Date.now() }],
  });
  const first = await eventually('the body loops', () => workers.witness()[0]);
  expect(first.pid).not.toBe(worker.process.pid);
  worker.process.kill('SIGKILL');
  await worker.ended;
  await eventually('the body and what it started are gone', () => !isRunning(first.pid) && !isRunning(first.fence));

  await workers.start();
  const result = await resultOf<TaskResult>(run);
  expect(result).toMatchObject({ status: 'success', output: { done: true } });
  expect(result.attempts).toBeGreaterThan(1);
  await eventually('what the last attempt left is ended too', () => !isRunning(workers.witness().at(-1)!.fence));
});

const isRunning = (pid: number) => markOf(pid) !== null;
