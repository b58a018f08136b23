import { describe, expect, test } from 'vitest';
import { defineChain, defineTask, PermanentError, z } from '../../src/index.js';
import { testChain } from '../../src/testing/index.js';
import { writeProject } from '../support/project.js';
import { afterwards } from '../support/servers.js';

const crawl = defineTask({
  params: z.object({ site: z.string().default('https://example.org') }),
  retry: { retries: 2, delay: '5 minutes' },
  run(ctx) {
    if (ctx.attempt === 1) throw new Error('site down');
    ctx.log.info('crawled', { site: ctx.params.site });
    return { pages: 31, before: ctx.day(-1) };
  },
});

const daily = defineChain({
  schedule: { daily: '06:00' },
  timezone: 'Europe/Paris',
  tasks: {
    backup: { command: ['/usr/local/bin/backup.sh', '{date}'], retry: { retries: 1, delay: '1 hour' } },
    task_crawl: [],
    task_report: { dependsOn: ['task_crawl', 'backup'], params: { language: 'fr' } },
    task_mail: ['task_report'],
  },
});

describe('a chain in simulated time', () => {
  test('runs bodies and stand-ins, skips the pauses between attempts, and tells what each task was given', async () => {
    const { result, tasks, redis, tookMs } = await testChain(daily, {
      id: 'daily-chain',
      date: '2026-03-01',
      params: { task_crawl: { site: 'https://example.net' } },
      tasks: {
        backup: [new Error('disk full'), { exit_code: 0 }],
        task_crawl: crawl,
        async task_report(ctx) {
          const crawled = ctx.upstream('task_crawl');
          await ctx.redis.set(`report:${ctx.date}`, 'done');
          return { pages: (crawled.output as { pages: number }).pages };
        },
        task_mail: (ctx) => ctx.noWork('nobody to write to'),
      },
    });
    expect(result).toMatchObject({ chain: 'daily-chain', date: '20260301', status: 'success', run_key: '20260301' });
    expect(result.scheduled_for).toBe('2026-03-01T05:00:00Z');
    expect(tasks['task_crawl']?.result).toMatchObject({
      status: 'success',
      attempts: 2,
      output: { pages: 31, before: '20260228' },
      attempt_errors: [{ attempt: 1, message: 'site down' }],
    });
    expect(tasks['task_crawl']?.inputs.map(({ attempt, params }) => [attempt, params])).toEqual([
      [1, { site: 'https://example.net' }],
      [2, { site: 'https://example.net' }],
    ]);
    expect(tasks['task_crawl']?.log).toEqual([{ level: 'info', message: 'crawled', fields: { site: 'https://example.net' } }]);
    expect(tasks['backup']?.result).toMatchObject({ attempts: 2, output: { exit_code: 0 } });
    expect(tasks['task_report']?.inputs).toEqual([
      {
        attempt: 1,
        params: { language: 'fr' },
        upstream: {
          backup: expect.objectContaining({ status: 'success', output: { exit_code: 0 } }),
          task_crawl: expect.objectContaining({ output: { pages: 31, before: '20260228' } }),
        },
      },
    ]);
    expect(tasks['task_report']?.result?.output).toEqual({ pages: 31 });
    expect(tasks['task_mail']?.result).toMatchObject({ status: 'skipped', kind: 'no_work', reason: 'nobody to write to' });
    expect(redis).toEqual({ 'report:20260301': 'done' });
    expect(tookMs).toBeGreaterThanOrEqual(3_600_000);
    expect(tookMs).toBeLessThan(4_000_000);
  });

  test('the same date runs again, and may fail: its children say why they did not run', async () => {
    const { result, tasks } = await testChain(daily, {
      id: 'daily-chain',
      date: '2026-03-01',
      tasks: { backup: { exit_code: 0 }, task_crawl: new PermanentError('blocked'), task_report: {}, task_mail: {} },
    });
    expect(result).toMatchObject({ status: 'failed', counts: { failed: 1, skipped: 2, success: 1 } });
    expect(tasks['task_crawl']?.result).toMatchObject({ status: 'failed', reason: 'blocked', attempts: 1 });
    expect(tasks['task_report']).toEqual({ result: null, inputs: [], log: [] });
    expect(result.tasks['task_report']).toMatchObject({ status: 'skipped', kind: 'upstream_failed' });
  });

  test('a deadline of a date to come ends what is not done', async () => {
    const chain = defineChain({ schedule: { daily: '06:00' }, deadline: '07:30', tasks: { a: [], b: ['a'] } });
    const tasks = {
      a: defineTask({ retry: { retries: 9, delay: '30 minutes' }, run: () => Promise.reject(new Error('no')) }),
      b: {},
    };
    const { result } = await testChain(chain, { date: '2037-05-01', tasks });
    expect(result).toMatchObject({ status: 'failed', kind: 'deadline' });
    expect(result.tasks['a']).toMatchObject({ status: 'failed', kind: 'deadline' });
    // An earlier date afterwards has its deadline before it again.
    expect((await testChain(chain, { date: '2036-05-01', tasks: { a: {}, b: {} } })).result).not.toHaveProperty('late');
  });

  test('tasks of a project are its own, with its settings and clients, and a stand-in keeps all but the body', async () => {
    const project = writeProject({
      name: 'tested',
      config: `settings: { GREETING: env.text({ default: 'hello', description: 'first word' }) }, clients: { post: () => ({ send: () => 'really' }) }`,
      tasks: {
        te_a: `{ params: z.object({ to: z.string().default('you') }), retry: { retries: 0 }, run(ctx) { return { never: 'run' }; } }`,
        te_b: `{ async run(ctx) { const post = await ctx.clients.post(); return { greeting: ctx.settings.GREETING, sent: post.send() }; } }`,
      },
      chains: { 'te-chain': { tasks: { te_a: [], te_b: ['te_a'] } } },
    });
    afterwards(project.remove);
    const { tasks } = await testChain('te-chain', {
      project: project.dir,
      secrets: { GREETING: 'salut' },
      clients: { post: { send: () => 'not really' } },
      tasks: { te_a: (ctx) => ({ params: ctx.params as object }) },
    });
    expect(tasks['te_a']?.result?.output).toEqual({ params: { to: 'you' } });
    expect(tasks['te_b']?.result?.output).toEqual({ greeting: 'salut', sent: 'not really' });

    const failed = await testChain('te-chain', { project: project.dir, tasks: { te_a: new Error('down') } });
    expect(failed.tasks['te_a']?.result).toMatchObject({ status: 'failed', attempts: 1 });
    await expect(testChain('te-chian', { project: project.dir })).rejects.toThrow('Did you mean te-chain?');
  });

  test('says what is missing or misspelt before anything runs', async () => {
    const chain = defineChain({ tasks: { task_a: [], task_b: ['task_a'] } });
    await expect(testChain(chain, { tasks: { task_a: {} } })).rejects.toThrow('there is nothing to run for task_b');
    await expect(testChain(chain, { tasks: { task_a: {}, task_c: {} } })).rejects.toThrow('Did you mean task_');
    await expect(testChain(daily, { tasks: { task_crawl: {}, task_report: {}, task_mail: {} } })).rejects.toThrow(
      'backup is a program (/usr/local/bin/backup.sh {date}), which a test does not run unasked',
    );
    const cyclic = defineChain({ tasks: { task_a: ['task_b'], task_b: ['task_a'] } });
    await expect(testChain(cyclic, { tasks: { task_a: {}, task_b: {} } })).rejects.toThrow(
      'tasks wait for each other in a circle',
    );
  });

  test('a body that does not end is named when the patience is over', async () => {
    const chain = defineChain({ tasks: { task_slow: [] } });
    const slow = defineTask({ run: (ctx) => new Promise((_, reject) => ctx.signal.addEventListener('abort', reject)) });
    await expect(testChain(chain, { tasks: { task_slow: slow }, patience: 10_000 })).rejects.toThrow('still open: task_slow');
  });
});
