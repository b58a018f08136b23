import { beforeAll, describe, expect, test } from 'vitest';
import { markOf } from '../../src/local/process-mark.js';
import type { TaskResult } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

let engine: Engine;
const blocks = () => engine.logged.filter(({ event }) => event === 'LOOP_BLOCKED');
const logged = (task: string) => engine.logged.filter((line) => line['task'] === task);

const stubborn = (timeout: string) =>
  `{ isolate: true, timeout: '${timeout}', retry: { retries: 0 }, run(ctx) { witness(ctx, 'stubborn'); for (;;); } }`;

beforeAll(async () => {
  engine = await startEngine({
    name: 'isolated',
    config: `settings: { GREETING: env.text({ default: 'hello', description: 'first word' }) },
      clients: { pids: { open: async (tools) => ({ pid: process.pid, word: tools.settings.GREETING, redis: await tools.redis() }), close: () => console.log('client closed') } }`,
    loopBlockedMs: 1_500,
    environment: { GREETING: 'salut', IS_SECRET: 'sesame' },
    tasks: {
      is_whole: `{
        isolate: true,
        params: z.object({ limit: z.number().default(3) }),
        retry: { retries: 1, delay: '1 second' },
        async run(ctx) {
          const client = await ctx.clients.pids();
          console.log('said on the console');
          process.stdout.write('written by hand\\n');
          ctx.log.info('logged', { attempt: ctx.attempt });
          if (ctx.attempt === 1) { ctx.checkpoint.save({ done: 2 }); throw new TaskError('not yet'); }
          await ctx.redis.set('is:' + ctx.taskId, 'kept');
          await ctx.rateLimit('is_rate', { limit: 5, per: '1 second' });
          const pong = await client.redis.send(['PING']);
          const under = await ctx.lock('is_lock', {}, (held) => held.fence > 0);
          const done = await ctx.forEach(['a', 'b', 'c'], { key: (item) => item }, (item) => { if (item === 'b') throw new Error('bad'); return 'fine'; });
          ctx.heartbeat({ at: 'the end' });
          ctx.warn('careful');
          return {
            pid: process.pid, sameClient: client.pid === process.pid, word: client.word, greeting: ctx.settings.GREETING,
            secret: ctx.secrets.get('IS_SECRET'), before: ctx.checkpoint.value !== null, redis: await ctx.redis.get('is:' + ctx.taskId),
            pong, prefix: typeof client.redis.prefix, under, fine: done.count('fine'), failed: done.failed, limit: ctx.params.limit, day: ctx.day(1),
            date: ctx.scheduledFor instanceof Date, fence: ctx.fence, upstream: ctx.upstream('is_parent').status,
          };
        },
      }`,
      is_no_work: `{ isolate: true, run: (ctx) => ctx.noWork('nothing there') }`,
      is_final: `{ isolate: true, run() { throw new PermanentError('never', { cause: new Error('deep down') }); } }`,
      is_not_json: `{ isolate: true, run: () => ({ big: 10n }) }`,
      is_exit: `{ isolate: true, retry: { retries: 0 }, run() { process.exit(3); } }`,
      is_uncaught: `{ isolate: true, retry: { retries: 0 }, run: () => new Promise(() => setTimeout(() => { throw new Error('astray'); }, 1)) }`,
      is_hungry: `{ isolate: { memory: '48 MB' }, retry: { retries: 0 }, run() { const all = []; for (;;) all.push(new Array(10000).fill({ a: all.length })); } }`,
      is_busy: `{ isolate: true, run(ctx) { witness(ctx, 'busy'); while (!existsSync(ctx.secrets.get('GATES') + '/busy')); return { busy: true }; } }`,
      is_stubborn: stubborn('2 seconds'),
      is_patient: stubborn('1 minute'),
      is_obedient: `{ isolate: true, run: (ctx) => new Promise((_, reject) => { witness(ctx, 'waits'); ctx.signal.addEventListener('abort', () => { witness(ctx, 'told'); reject(ctx.signal.reason); }); }) }`,
      is_killed: `{ isolate: true, retry: { retries: 1, delay: '1 second' }, run(ctx) { witness(ctx, 'body'); if (ctx.attempt === 2) return { again: true }; return new Promise(() => setInterval(() => {}, 1000)); } }`,
      is_beside: `{ async run(ctx) { witness(ctx, 'beside'); await until(ctx, ctx.secrets.get('GATES') + '/beside'); } }`,
      // Until the watcher has looked, however long that takes it.
      is_blocks: `{ run() {
        const question = Object.getOwnPropertySymbols(globalThis).findLast(({ description }) => description?.startsWith('daychain.loop-watch.'));
        const answer = globalThis[question];
        let looked = false;
        globalThis[question] = (at) => { looked = true; return answer(at); };
        const until = Date.now() + 60_000;
        while (!looked && Date.now() < until);
        globalThis[question] = answer;
      } }`,
      is_quick: `{ run(ctx) { witness(ctx, 'quick'); } }`,
    },
    chains: {},
  });
});

describe('a body in a process of its own', () => {
  test("has all of its context there, and its result is the run's", async () => {
    const result = await resultOf<TaskResult>(await engine.startTask({ task: 'is_whole', date: '20260801' }));
    expect(result).toMatchObject({
      status: 'success',
      attempts: 2,
      attempt_errors: [{ attempt: 1, message: 'not yet' }],
      errors: [expect.stringContaining('b: bad')],
      warnings: ['careful'],
      output: {
        sameClient: true,
        word: 'salut',
        greeting: 'salut',
        secret: 'sesame',
        before: true,
        redis: 'kept',
        pong: 'PONG',
        prefix: 'string',
        under: true,
        fine: 2,
        failed: 1,
        limit: 3,
        day: '20260802',
        date: true,
        upstream: 'absent',
      },
    });
    expect(result.output['pid']).not.toBe(process.pid);
    expect(result.output['fence']).toBeGreaterThan(0);
    const lines = logged('is_whole').filter(({ attempt }) => attempt === 2);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'info', message: 'said on the console', console: 'log' }));
    expect(lines).toContainEqual(expect.objectContaining({ message: 'written by hand', fields: { stream: 'stdout' } }));
    expect(lines).toContainEqual(expect.objectContaining({ message: 'logged', fields: { attempt: 2 } }));
    expect(lines).toContainEqual(expect.objectContaining({ event: 'TASK_PROGRESS', progress: { at: 'the end' } }));
    expect(lines).toContainEqual(expect.objectContaining({ message: 'client closed' }));
  });

  test('ends the run, fails for good and fails by its result as in the worker', async () => {
    const noWork = await resultOf<TaskResult>(await engine.startTask({ task: 'is_no_work', date: '20260801' }));
    expect(noWork).toMatchObject({ status: 'skipped', kind: 'no_work', reason: 'nothing there' });
    const final = await failureOf(await engine.startTask({ task: 'is_final', date: '20260801' }));
    expect(final.result).toMatchObject({ status: 'failed', attempts: 1, reason: 'never' });
    const notJson = await failureOf(await engine.startTask({ task: 'is_not_json', date: '20260801' }));
    expect(notJson.message).toContain('what run returned is no JSON');
    expect(notJson.result.attempts).toBe(1);
  });

  test('that ends without a word is told of in words: exit code, stray error, memory', async () => {
    const [exit, stray, hungry] = await Promise.all(
      ['is_exit', 'is_uncaught', 'is_hungry'].map(async (task) => failureOf(await engine.startTask({ task, date: '20260801' }))),
    );
    expect(exit!.message).toContain('its own process ended with exit code 3 before run returned');
    expect(stray!.message).toContain('an error that nothing in the body caught: astray');
    expect(hungry!.message).toContain('ran out of memory in its own process: its heap may grow to 48 MB');
    // This worker is none the worse for it.
    await resultOf<TaskResult>(await engine.startTask({ task: 'is_quick', date: '20260803' }));
  });

  test('that computes without a pause holds up nobody else', async () => {
    const busy = await engine.startTask({ task: 'is_busy', date: '20260801' });
    await eventually('the busy body has begun', () => engine.witness().some(({ phase }) => phase === 'busy'));
    await resultOf<TaskResult>(await engine.startTask({ task: 'is_quick', date: '20260801' }));
    expect((await busy.describe()).status.name).toBe('RUNNING');
    engine.open('busy');
    expect(await resultOf(busy)).toMatchObject({ output: { busy: true } });
    expect(blocks().flatMap(({ tasks }) => tasks)).not.toContain('is_busy:20260801');

    // Without a process of its own it does, and the log says who, and where.
    const beside = await engine.startTask({ task: 'is_beside', date: '20260801' });
    await eventually('another body has begun', () => engine.witness().some(({ phase }) => phase === 'beside'));
    await resultOf(await engine.startTask({ task: 'is_blocks', date: '20260801' }));
    const told = await eventually('the block is told of', () =>
      blocks().find(({ tasks }) => String(tasks).includes('is_blocks')),
    );
    expect(told['tasks']).toEqual(['is_blocks:20260801']);
    expect(told['message']).toMatch(/: by is_blocks:20260801, in run \(\/.*is_blocks\.js\); isolate: true/);
    engine.open('beside');
    await resultOf(beside);
  });

  test('hears that it is cancelled; one that listens to nothing is killed after its time-out', async () => {
    const obedient = await engine.startTask({ task: 'is_obedient', date: '20260801' });
    await eventually('it waits', () => engine.witness().some(({ phase }) => phase === 'waits'));
    await obedient.cancel();
    await eventually('it was told', () => engine.witness().some(({ phase }) => phase === 'told'));

    const timedOut = async (task: string, after: string) => {
      const { message } = await failureOf(await engine.startTask({ task, date: '20260801' }), 150_000);
      expect(message).toContain(`timed out after ${after}`);
      return engine.witness().find((line) => line.task === task && line.phase === 'stubborn');
    };
    // A busy machine may need all of a short time-out to start the process.
    const body = (await timedOut('is_stubborn', '2.0 s')) ?? (await timedOut('is_patient', '1 min'));
    expect(isRunning(body!.pid)).toBe(false);
  });

  test('that is killed has failed, with the reason, and is tried again', async () => {
    const run = await engine.startTask({ task: 'is_killed', date: '20260801' });
    const first = await eventually('its first attempt runs', () => engine.witness().find(({ task }) => task === 'is_killed'));
    process.kill(first.pid, 'SIGKILL');
    const result = await resultOf<TaskResult>(run);
    expect(result).toMatchObject({ status: 'success', attempts: 2, output: { again: true } });
    expect(result.attempt_errors[0]?.message).toContain('its own process was killed (SIGKILL)');
  });
});

const isRunning = (pid: number) => markOf(pid) !== null;
