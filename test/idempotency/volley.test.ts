import { type ChildProcess, execFile, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ChainResult } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine, within } from '../support/engine.js';
import { temporalAddress, temporalBinary, temporalNamespace } from '../support/servers.js';

const run = promisify(execFile);
const DATE = '20260207';
const TASKS = ['vo_a', 'vo_b', 'vo_c'];

let engine: Engine;

beforeAll(async () => {
  const body = `{ async run(ctx) { witness(ctx, 'body'); await until(ctx, ctx.secrets.get('GATES') + '/go-' + ctx.date); return { done: 1 }; } }`;
  engine = await startEngine({
    name: 'volley',
    config: `defaults: { retry: { retries: 1, delay: '100 milliseconds' } }`,
    tasks: {
      vo_a: body,
      vo_b: body,
      vo_c: body,
      vo_fails: `{ async run(ctx) { witness(ctx, 'body'); await until(ctx, ctx.secrets.get('GATES') + '/go-' + ctx.date); throw new TaskError('no'); } }`,
      vo_long: `{ retry: { retries: 0 }, async run(ctx) { witness(ctx, 'body'); await until(ctx, ctx.secrets.get('GATES') + '/never'); } }`,
    },
    chains: { 'vo-chain': { schedule: { daily: '06:00' }, tasks: { vo_a: [], vo_b: ['vo_a'], vo_c: ['vo_b'] } } },
  });
});

/** Starts the processes of a volley and fires them together. Answers what became of each shot. */
async function fire(volleys: object[][]): Promise<string[]> {
  const program = fileURLToPath(new URL('./volley-program.ts', import.meta.url));
  const children = volleys.map((shots) => {
    const argument = JSON.stringify({
      address: temporalAddress(),
      namespace: temporalNamespace(),
      taskQueue: engine.taskQueue,
      shots,
    });
    return fork(program, [argument], { execArgv: ['--import', 'tsx'] });
  });
  try {
    await Promise.all(children.map((child) => message(child, 'ready')));
    const answers = children.map((child) => message(child, 'outcomes'));
    for (const child of children) child.send('fire');
    return (await Promise.all(answers)).flat() as string[];
  } finally {
    for (const child of children) child.kill();
  }
}

async function message(child: ChildProcess, what: string): Promise<unknown> {
  return await within(
    120_000,
    `${what} of process ${child.pid}`,
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`process ${child.pid} ended with ${code} before ${what}`)));
    }),
  );
}

/** The real `temporal` program. A refusal of an ID that is open is an answer, not an error. */
async function temporal(...args: string[]): Promise<string> {
  try {
    const { stdout } = await run(temporalBinary().path, [
      ...args,
      '--address',
      temporalAddress(),
      '--namespace',
      temporalNamespace(),
    ]);
    return stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    if (stderr?.includes('already') || stderr?.includes('Already')) return 'refused';
    throw error;
  }
}

function byHand(type: string, input: object, id?: string): Promise<string> {
  const name = id === undefined ? [] : ['--workflow-id', id];
  return temporal(
    'workflow',
    'start',
    '--type',
    type,
    '--task-queue',
    engine.taskQueue,
    '--input',
    JSON.stringify(input),
    ...name,
  );
}

const chainShot = (marked: boolean, workflowId?: string) => ({
  workflowType: 'runChain',
  input: { chain: 'vo-chain', date: DATE },
  marked,
  workflowId,
});
const taskShot = (task: string, marked: boolean, workflowId?: string) => ({
  workflowType: 'runTask',
  input: { task, date: DATE },
  marked,
  workflowId,
});
const slotShot = () => ({
  workflowType: 'scheduledChain',
  input: { chain: 'vo-chain', slot: '2026-02-07T05:00:00Z' },
  marked: false,
});

/** 24 of a process: chain and tasks, under the canonical ID and others, marked as daychain's own starts and not. */
const shots = () => [
  ...Array.from({ length: 4 }, () => chainShot(true, `vo-chain:${DATE}`)),
  ...Array.from({ length: 4 }, () => chainShot(false)),
  ...Array.from({ length: 4 }, slotShot),
  ...TASKS.flatMap((task) => [
    taskShot(task, true, `${task}:${DATE}`),
    taskShot(task, false),
    taskShot(task, false),
    taskShot(task, false),
  ]),
];

async function allClosed(query: string): Promise<void> {
  await eventually(
    `no open run of ${query}`,
    async () => {
      // Visibility runs behind: an empty answer counts only if it comes twice.
      for (let look = 0; look < 2; look++) {
        const { count } = await engine.client.workflow.count(`TaskQueue = '${engine.taskQueue}' AND ExecutionStatus = 'Running'`);
        if (count > 0) return false;
        await new Promise((resolve) => setTimeout(resolve, 1_200));
      }
      return true;
    },
    90_000,
  );
}

describe('one run per task and date', () => {
  test('a hundred starters from five processes run each body once, and a second volley adds nothing', async () => {
    const [outcomes, ...typed] = await Promise.all([
      fire([shots(), shots(), shots(), shots()]),
      byHand('runChain', { chain: 'vo-chain', date: DATE }, `vo-chain:${DATE}`),
      byHand('runChain', { chain: 'vo-chain', date: '2026-02-07' }),
      byHand('runTask', { task: 'vo_b', date: DATE }, `vo_b:${DATE}`),
      byHand('runTask', { task: 'vo_c', date: DATE }),
    ]);
    expect(outcomes).toHaveLength(96);
    expect(typed).toHaveLength(4);
    engine.open(`go-${DATE}`);
    await allClosed('the first volley');
    const bodies = () =>
      engine
        .witness()
        .filter(({ date }) => date === DATE)
        .map(({ task }) => task)
        .sort();
    expect(bodies()).toEqual(TASKS);

    const chain = await resultOf<ChainResult>(engine.client.workflow.getHandle(`vo-chain:${DATE}`));
    expect(chain.status).toBe('success');

    await Promise.all([
      fire([shots(), shots()]),
      byHand('runChain', { chain: 'vo-chain', date: DATE }, `vo-chain:${DATE}`),
      byHand('runTask', { task: 'vo_a', date: DATE }, `vo_a:${DATE}`),
      byHand('runTask', { task: 'vo_c', date: DATE }),
    ]);
    await allClosed('the second volley');
    expect(bodies()).toEqual(TASKS);
    // The canonical ID typed by hand ends with the earlier run's own result.
    expect((await resultOf<ChainResult>(engine.client.workflow.getHandle(`vo-chain:${DATE}`))).tasks).toEqual(chain.tasks);
  });

  test('a failing task under fifty waiters runs its two attempts once, and all learn its end', async () => {
    const handles = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        engine.startTask({ task: 'vo_fails', date: '20260208' }, { id: `wait-${at}`, mark: false }),
      ),
    );
    await eventually('the body', () => engine.witness().some(({ task }) => task === 'vo_fails'));
    engine.open('go-20260208');
    const ends = await Promise.all(handles.map((handle) => failureOf(handle)));
    expect(new Set(ends.map(({ type }) => type))).toEqual(new Set(['error']));
    expect(ends[0]!.message).toContain('failed after 2 attempts: no');
    expect(engine.witness().filter(({ task }) => task === 'vo_fails')).toHaveLength(2);
  });

  test('a cancellation sticks: those who wait take it as the end and start nothing', async () => {
    const handles = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        engine.startTask({ task: 'vo_long', date: '20260209' }, { id: `cancel-${at}`, mark: false }),
      ),
    );
    await eventually('the body', () => engine.witness().some(({ task }) => task === 'vo_long'));
    await engine.client.workflow.getHandle('vo_long:20260209').cancel();
    const ends = await Promise.all(handles.map((handle) => failureOf(handle)));
    expect(new Set(ends.map(({ type }) => type))).toEqual(new Set(['cancelled']));
    expect(engine.witness().filter(({ task }) => task === 'vo_long')).toHaveLength(1);
    const { memo } = await engine.client.workflow.getHandle('vo_long:20260209').describe();
    expect(memo?.result).toMatchObject({ status: 'cancelled', task: 'vo_long', settled: false });
  });
});
