import { beforeAll, describe, expect, test } from 'vitest';
import type { ChainResult, TaskResult } from '../../src/plan/types.js';
import { eventually, resultOf, within } from '../support/engine.js';
import { DIE_HERE, type Workers, projectOfWorkers } from './workers.js';

/** Heartbeat timeout 3 s, renewed every 1.5 s, tried again after 1 s: what the lock may cost its own retry. Milliseconds. */
const OWN_LOCK_BOUND_MS = 3_000 + 1_500 + 1_000;
/** Starting a worker, noticing a dead one's sticky queue, a busy machine. Far from the 300 s its lock would last. */
const SLACK_MS = 120_000;

/** More retries than deaths: a machine that stands still for a moment loses an attempt, too. */
const SETTINGS = `timeout: '1 minute', heartbeat: '3 seconds', retry: { retries: 5, delay: '1 second' }`;
const LOST = 'the worker was lost (no word from this attempt)';
const PROGRAM = `
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
const line = (phase, pid) => appendFileSync(process.env.WITNESS, JSON.stringify({ task: process.env.DAYCHAIN_TASK, date: process.env.DAYCHAIN_DATE, attempt: Number(process.env.DAYCHAIN_ATTEMPT), phase, pid, at: Date.now() }) + String.fromCharCode(10));
const mark = process.env.WITNESS + '.program';
if (!existsSync(mark)) {
  writeFileSync(mark, '');
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
        ${DIE_HERE}
        witness(ctx, 'begin');
        if (ctx.date === '20260716') dieHere('mid-body');
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
            retry: { retries: 5, delay: '1 second' },
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
    ['before_lock', '20260711'],
    ['after_lock', '20260712'],
    ['body_started', '20260713'],
    ['before_release', '20260714'],
    ['before_reply', '20260715'],
    ['mid-body', '20260716'],
  ])('%s: the next worker ends the chain right, no body overlaps another', { timeout: 400_000 }, async (step, date) => {
    const victim = await workers.start(step === 'mid-body' ? {} : { die: { step, task: 'cr_task' } });
    const handle = await start('cr-chain', date);
    expect(await within(90_000, `death at ${step}`, victim.ended)).toEqual({ code: null, signal: 'SIGKILL' });
    const died = Date.now();
    const next = await workers.start();
    try {
      const chain = await resultOf<ChainResult>(handle, 150_000);
      expect(chain).toMatchObject({
        status: 'success',
        tasks: { cr_task: { status: 'success' }, cr_first: { status: 'success' } },
      });
      const task = await resultOf<TaskResult>(workers.client.workflow.getHandle(`cr_task:${date}`));
      expect(task).toMatchObject({ up: 1 });
      expect(task.attempts).toBeGreaterThan(1);
      expect(task.attempt_errors.at(-1)).toMatchObject({ attempt: task.attempts - 1 });
      for (const { message } of task.attempt_errors) expect(message).toBe(LOST);
      const lines = workers.witness().filter((line) => line.date === date);
      const bodies = lines.filter((line) => line.task === 'cr_task');
      const phasesOf = (pid?: number) => bodies.filter((line) => line.pid === pid).map(({ phase }) => phase);
      const bodyBegan = ['before_release', 'before_reply', 'mid-body'].includes(step);
      const first = phasesOf(victim.process.pid);
      expect(first).toEqual(bodyBegan ? ['begin', ...(step === 'mid-body' ? [] : ['end'])] : []);
      // The next worker's: one body, and another only where an attempt of it was lost, never before the end of the one before.
      const later = bodies.slice(first.length);
      expect(later[0]).toMatchObject({ pid: next.process.pid });
      const pairs = Array.from({ length: Math.max(1, Math.ceil(later.length / 2)) }, () => ['begin', 'end']);
      expect(later.map(({ phase }) => phase)).toEqual(pairs.flat());
      // What was done is not done again.
      for (const line of lines) if (line.task === 'cr_first') expect(line.pid).toBe(victim.process.pid);
      expect(later[0]!.at - died).toBeLessThan(OWN_LOCK_BOUND_MS + SLACK_MS);
    } finally {
      next.process.kill('SIGTERM');
      expect(await within(90_000, 'the end of the second worker', next.ended)).toEqual({ code: 0, signal: null });
    }
  });

  test("a command and its own child are gone before the next attempt's body begins", { timeout: 400_000 }, async () => {
    const victim = await workers.start();
    const handle = await start('cr-command', '20260717');
    const begun = () => workers.witness().filter(({ task, phase }) => task === 'cr_command' && phase === 'begin').length;
    await eventually('the program', () => begun() > 0, 90_000);
    victim.process.kill('SIGKILL');
    expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' });
    const old = workers.witness().filter(({ task }) => task === 'cr_command');
    const next = await workers.start();
    try {
      const chain = await resultOf<ChainResult>(handle, 150_000);
      expect(chain.status).toBe('success');
      expect(chain.tasks['cr_command']!.attempts).toBeGreaterThan(1);
      expect(old.map(({ phase }) => phase)).toEqual(['child', 'begin']);
      for (const { pid } of old) expect(() => process.kill(pid, 0), `process ${pid} of the first attempt`).toThrow('ESRCH');
    } finally {
      next.process.kill('SIGTERM');
      await next.ended;
    }
  });
});
