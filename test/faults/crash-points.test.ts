import { beforeAll, describe, expect, test } from 'vitest';
import type { ChainResult, TaskResult } from '../../src/plan/types.js';
import { resultOf, within } from '../support/engine.js';
import { type Workers, projectOfWorkers } from './workers.js';

/** Heartbeat timeout 3 s, renewed every 1.5 s, tried again after 1 s: what the lock may cost its own retry. Milliseconds. */
const OWN_LOCK_BOUND_MS = 3_000 + 1_500 + 1_000;
/** Starting a worker, noticing a dead one's sticky queue, a busy machine. */
const SLACK_MS = 12_000;

const SETTINGS = `timeout: '1 minute', heartbeat: '3 seconds', retry: { retries: 2, delay: '1 second' }`;
const PROGRAM = `
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
const line = (phase, pid) => appendFileSync(process.env.WITNESS, JSON.stringify({ task: process.env.DAYCHAIN_TASK, date: process.env.DAYCHAIN_DATE, attempt: Number(process.env.DAYCHAIN_ATTEMPT), phase, pid, at: Date.now() }) + String.fromCharCode(10));
if (process.env.DAYCHAIN_ATTEMPT === '1') {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  line('child', child.pid);
  line('begin', process.pid);
  setInterval(() => {}, 1000);
} else {
  line('begin', process.pid);
  line('end', process.pid);
}
`;

let workers: Workers;

beforeAll(async () => {
  workers = await projectOfWorkers({
    name: 'crashes',
    tasks: {
      cr_first: `{ ${SETTINGS}, run(ctx) { witness(ctx, 'begin'); witness(ctx, 'end'); return { one: 1 }; } }`,
      cr_task: `{ ${SETTINGS}, async run(ctx) {
        witness(ctx, 'begin');
        if (ctx.date === '20260716' && ctx.attempt === 1) process.kill(process.pid, 'SIGKILL');
        witness(ctx, 'end');
        return { attempt: ctx.attempt, up: ctx.upstream('cr_first').output.one ?? null };
      } }`,
    },
    chains: {
      'cr-chain': { tasks: { cr_first: [], cr_task: ['cr_first'] } },
      'cr-command': {
        tasks: {
          cr_command: {
            command: [process.execPath, '--input-type=module', '-e', PROGRAM],
            timeout: '1 minute',
            heartbeat: '3 seconds',
            retry: { retries: 2, delay: '1 second' },
          },
        },
      },
    },
  });
});

const start = (chain: string, date: string) =>
  workers.client.workflow.start('runChain', {
    taskQueue: workers.taskQueue,
    workflowId: `${chain}:${date}`,
    args: [{ chain, date, mark: Date.now() }],
  });

describe('a worker killed at a point of the boilerplate', () => {
  test.each([
    ['before_lock', '20260711', 2],
    ['after_lock', '20260712', 2],
    ['body_started', '20260713', 2],
    ['before_release', '20260714', 2],
    ['before_reply', '20260715', 2],
    ['mid-body', '20260716', 2],
  ])('%s: the next worker ends the chain right, no body overlaps another', async (step, date, attempts) => {
    const victim = await workers.start(step === 'mid-body' ? {} : { die: { step, task: 'cr_task' } });
    const handle = await start('cr-chain', date);
    expect(await within(30_000, `death at ${step}`, victim.ended)).toEqual({ code: null, signal: 'SIGKILL' });
    const died = Date.now();
    const next = await workers.start();
    try {
      const chain = await resultOf<ChainResult>(handle, 50_000);
      expect(chain).toMatchObject({ status: 'success', tasks: { cr_task: { attempts }, cr_first: { attempts: 1 } } });
      const task = await resultOf<TaskResult>(workers.client.workflow.getHandle(`cr_task:${date}`));
      expect(task).toMatchObject({
        up: 1,
        attempt_errors: [{ attempt: 1, message: 'the worker was lost (no word from this attempt)' }],
      });
      const lines = workers.witness().filter((line) => line.task === 'cr_task' && line.date === date);
      const bodyBegan = ['before_release', 'before_reply', 'mid-body'].includes(step);
      const phases = lines.map(({ attempt, phase }) => `${attempt} ${phase}`);
      expect(phases).toEqual([...(bodyBegan ? ['1 begin', ...(step === 'mid-body' ? [] : ['1 end'])] : []), '2 begin', '2 end']);
      const second = lines.find(({ attempt }) => attempt === 2)!;
      expect(second.pid).toBe(next.process.pid);
      expect(second.at - died).toBeLessThan(OWN_LOCK_BOUND_MS + SLACK_MS);
    } finally {
      next.process.kill('SIGTERM');
      expect(await within(30_000, 'the end of the second worker', next.ended)).toEqual({ code: 0, signal: null });
    }
  });

  test("a command and its own child are gone before the next attempt's body begins", async () => {
    const victim = await workers.start();
    const handle = await start('cr-command', '20260717');
    const begun = () => workers.witness().filter(({ task, phase }) => task === 'cr_command' && phase === 'begin').length;
    await within(
      30_000,
      'the program',
      (async () => {
        while (begun() === 0) await new Promise((resolve) => setTimeout(resolve, 25));
      })(),
    );
    victim.process.kill('SIGKILL');
    expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' });
    const old = workers.witness().filter(({ task, attempt }) => task === 'cr_command' && attempt === 1);
    const next = await workers.start();
    try {
      expect(await resultOf<ChainResult>(handle, 50_000)).toMatchObject({
        status: 'success',
        tasks: { cr_command: { attempts: 2 } },
      });
      expect(old.map(({ phase }) => phase)).toEqual(['child', 'begin']);
      for (const { pid } of old) expect(() => process.kill(pid, 0), `process ${pid} of the first attempt`).toThrow('ESRCH');
    } finally {
      next.process.kill('SIGTERM');
      await next.ended;
    }
  });
});
