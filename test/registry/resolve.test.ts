import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Registry } from '../../src/registry/index.js';
import { loadProject } from '../../src/registry/index.js';
import { chain, config, folderWith, load, task } from './fixture.js';

let registry: Registry;

beforeAll(async () => {
  registry = await loadProject(
    folderWith({
      'daychain.config.js': config(
        `{ name: 'civic', timezone: 'Europe/Paris', defaults: { timeout: '1 hour', retry: { retries: 1 }, lock: { by: 'run' } } }`,
      ),
      'tasks/crawl.js': task(
        `{ summary: 'Crawls', tags: ['web'], timeout: '2 hours', retry: { delay: '1 minute' }, params: z.object({ limit: z.number().default(7), from: z.string().default('x') }), run() {} }`,
      ),
      'tasks/report.js': task(),
      'tasks/free.js': task('{ lock: false, run() {} }'),
      'tasks/own.js': task(`{ schedule: { daily: '23:30' }, timezone: 'America/Nuuk', run() {} }`),
      'tasks/dated.js': task(`{ params: z.object({ since: z.string().transform((text) => new Date(text)) }), run() {} }`),
      'tasks/broken.js': 'throw new Error("boom");',
      'chains/daily.js': chain(`{ schedule: { daily: '06:00' }, tags: ['night'], tasks: {
        report: { dependsOn: ['crawl', 'backup'], runWhen: 'all_done' }, backup: { command: ['/bin/backup', '{date}'], tags: ['disk'] },
        crawl: { params: { limit: 3 } }, dated: { params: { since: '2026-01-01' } } } }`),
      'chains/often.js': chain(
        `{ schedule: { cron: '0 8,12 * * *' }, timezone: 'UTC', concurrency: 2, tasks: { tick: { command: ['/bin/true'] } } }`,
      ),
      'chains/by_hand.js': chain(`{ tasks: { free: [] } }`),
    }),
  );
});
afterAll(() => expect([...registry.broken.keys()]).toEqual(['broken']));

describe('a plan', () => {
  test('gives a task no params because of its name: constructor is an id like any other', async () => {
    const other = await loadProject(
      folderWith({
        'tasks/valueof.js': task('{ params: z.object({ a: z.number().default(1) }), run() {} }'),
        'chains/all.js': chain(`{ tasks: { constructor: { command: ['/bin/true'] }, valueof: ['constructor'] } }`),
      }),
    );
    expect(other.problems).toEqual([]);
    expect(other.plan('all').tasks.map(({ id, params }) => [id, params])).toEqual([
      ['constructor', {}],
      ['valueof', { a: 1 }],
    ]);
  });

  test('puts each task after its parents, with settings from task, project and defaults in this order', () => {
    const plan = registry.plan('daily');
    expect(plan).toMatchObject({
      chain: 'daily',
      timezone: 'Europe/Paris',
      concurrency: 100,
      version: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown,
    });
    expect(plan.tasks.map(({ id }) => id)).toEqual(['backup', 'crawl', 'dated', 'report']);
    expect(plan.tasks[1]).toEqual({
      id: 'crawl',
      dependsOn: [],
      runWhen: 'all_success',
      params: { limit: 3, from: 'x' },
      spec: {
        timeoutMs: 7_200_000,
        heartbeatMs: 30_000,
        maximumAttempts: 2,
        retryDelayMs: 60_000,
        retryBackoff: 1,
        retryMaximumDelayMs: 86_400_000,
        lock: { by: 'run', waitMs: 1_800_000 },
        successKeys: true,
        summary: 'Crawls',
        tags: ['web'],
      },
    });
    expect(plan.tasks[3]).toMatchObject({ id: 'report', dependsOn: ['crawl', 'backup'], runWhen: 'all_done' });
    expect(registry.plan('by_hand').tasks[0]!.spec.lock).toBe(false);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
  test('without any settings has the defaults of the documentation', async () => {
    const bare = await load({ 'tasks/a.js': task(), 'chains/x.js': chain('{ tasks: { a: [] } }') });
    expect(bare.plan('x').tasks[0]!.spec).toEqual({
      timeoutMs: 15 * 60_000,
      heartbeatMs: 30_000,
      maximumAttempts: 4,
      retryDelayMs: 5 * 60_000,
      retryBackoff: 1,
      retryMaximumDelayMs: 24 * 3_600_000,
      lock: { by: 'date', waitMs: 30 * 60_000 },
      successKeys: true,
      summary: null,
      tags: [],
    });
  });
  test('keeps params as written where the schema turns them into something that cannot travel', () => {
    expect(registry.plan('daily').tasks[2]!.params).toEqual({ since: '2026-01-01' });
  });
  test('of a chain keyed by slot uses no success keys', () => {
    expect(registry.plan('often').tasks[0]!.spec.successKeys).toBe(false);
    expect(registry.task('tick')!.spec.successKeys).toBe(false);
  });
  test('has the same version for the same files, and another for others', async () => {
    const files = (n: number) => ({
      'tasks/a.js': task(`{ timeout: '${n} hours', run() {} }`),
      'chains/x.js': chain('{ tasks: { a: [] } }'),
    });
    const version = async (n: number) => (await load(files(n))).plan('x').version;
    expect(await version(1)).toBe(await version(1));
    expect(await version(1)).not.toBe(await version(2));
  });
  test('takes params of single tasks for one run, checked like those in the file', () => {
    const plan = registry.plan('daily', { params: { crawl: { limit: 9 } } });
    expect(plan.tasks[1]!.params).toEqual({ limit: 9, from: 'x' });
    expect(() => registry.plan('daily', { params: { crawl: { limit: 'many' } } })).toThrow(
      /^params do not fit crawl: params\.limit: /,
    );
    expect(() => registry.plan('daily', { params: { crwl: {} } })).toThrow(
      /"crwl", which is no task of daily\. Did you mean crawl\?/,
    );
    expect(() => registry.plan('nothing')).toThrow('there is no chain "nothing"');
  });
});

describe('what the project has', () => {
  test('are tasks with their chains and parents, commands among them, and chains with their timing', () => {
    expect(registry.taskIds()).toEqual(['backup', 'broken', 'crawl', 'dated', 'free', 'own', 'report', 'tick']);
    expect(registry.chainIds()).toEqual(['by_hand', 'daily', 'often']);
    expect(registry.task('backup')).toMatchObject({
      kind: 'command',
      command: ['/bin/backup', '{date}'],
      file: 'chains/daily.js',
      tags: ['disk'],
    });
    expect(registry.task('nothing')).toBe(undefined);
    expect(registry.chainsOf('crawl')).toEqual(['daily']);
    expect(registry.parentsOf('report')).toEqual(['crawl', 'backup']);
    expect(registry.chain('often')).toMatchObject({ keyedBy: 'slot', timezone: 'UTC', concurrency: 2 });
  });
  test('are schedules of chains and of tasks with their own', () => {
    expect(registry.schedules().map(({ id, kind, sentence }) => [id, kind, sentence])).toEqual([
      ['daily', 'chain', 'every day at 06:00, Europe/Paris'],
      ['often', 'chain', 'at 08:00 and 12:00, UTC'],
      ['own', 'task', 'every day at 23:30, America/Nuuk'],
    ]);
  });
});

describe('a task by hand', () => {
  const resolve = (input: Parameters<Registry['resolveTask']>[0], now?: number) => registry.resolveTask(input, now);

  test('has the date read, and the slot and params of the chain it stands in', () => {
    expect(resolve({ task: 'crawl', date: '2026-02-03' })).toMatchObject({
      task: 'crawl',
      date: '20260203',
      runKey: '20260203',
      scheduledFor: '2026-02-03T05:00:00Z',
      params: { limit: 3, from: 'x' },
      spec: { timeoutMs: 7_200_000 },
    });
  });
  test('has the first instant of the date where it has no slot', () => {
    expect(resolve({ task: 'free', date: '20260203' })).toMatchObject({ scheduledFor: '2026-02-02T23:00:00Z', params: {} });
  });
  test('with its own schedule lives by that, also where the clocks skip its time', () => {
    expect(resolve({ task: 'own', date: '20260328' })).toMatchObject({ scheduledFor: '2026-03-29T01:00:00Z' });
  });
  test('takes the date of now where none is given, in its own zone', () => {
    expect(resolve({ task: 'crawl' }, Date.parse('2026-02-02T23:30:00Z'))).toMatchObject({ date: '20260203' });
    expect(resolve({ task: 'own' }, Date.parse('2026-02-02T23:30:00Z'))).toMatchObject({ date: '20260202' });
    expect(resolve({ task: 'crawl' })).toEqual({ problem: 'no date is given; write it as 20260203 or 2026-02-03' });
  });
  test('by a run key has what the key says', () => {
    expect(resolve({ task: 'free', runKey: '20260203' })).toMatchObject({
      date: '20260203',
      scheduledFor: '2026-02-02T23:00:00Z',
      spec: { successKeys: true },
    });
    expect(resolve({ task: 'free', runKey: '20260202T233000Z' })).toMatchObject({
      date: '20260203',
      scheduledFor: '2026-02-02T23:30:00Z',
      spec: { successKeys: false },
    });
    expect(resolve({ task: 'free', runKey: 'at-x', date: '20260203' })).toMatchObject({ date: '20260203', runKey: 'at-x' });
  });
  test('keeps everything else of its input', () => {
    const input = {
      task: 'crawl',
      date: '20260203',
      chain: 'daily',
      backfill: true,
      mark: 5,
      upstream: {},
      params: { limit: 1 },
    };
    expect(resolve(input)).toMatchObject({ ...input, params: { limit: 1, from: 'x' } });
  });

  test.each([
    [
      'an unknown task',
      { task: 'crwl', date: '20260203' },
      { problem: 'there is no task "crwl" in this project. Did you mean crawl?', notHere: true },
    ],
    ['a chain', { task: 'daily', date: '20260203' }, { problem: '"daily" is a chain, not a task', notHere: true }],
    [
      'a task that did not load',
      { task: 'broken', date: '20260203' },
      { problem: 'task "broken" cannot run: tasks/broken.js: did not load: Error: boom', notHere: true },
    ],
    [
      'a date that does not exist',
      { task: 'free', date: '20260230' },
      { problem: '20260230 is no date: 2026-02 has the days 01 to 28' },
    ],
    [
      'params of a task that takes none',
      { task: 'free', date: '20260203', params: { n: 1 } },
      { problem: 'params do not fit free: params: the task takes no params: it has no "params" schema.' },
    ],
    [
      'params that do not fit',
      { task: 'crawl', date: '20260203', params: { limt: 1 } },
      {
        problem:
          'params do not fit crawl: params.limt: "limt" is no param of the task; there are limit, from. Did you mean limit?',
      },
    ],
    [
      'a run key that is none',
      { task: 'free', runKey: 'x' },
      { problem: '"x" is no run key: it is a date (20260203), a slot in UTC (20260203T051500Z) or at-<id>' },
    ],
    [
      'a date and a run key that differ',
      { task: 'free', date: '20260204', runKey: '20260203' },
      { problem: 'date 20260204 and run key 20260203 contradict each other' },
    ],
    [
      'a run key of a day that does not exist',
      { task: 'free', runKey: '20260230' },
      { problem: '20260230 is no date: 2026-02 has the days 01 to 28' },
    ],
    ['a one-shot without a date', { task: 'free', runKey: 'at-x' }, { problem: 'run key at-x names no date; give one with it' }],
    [
      'a slot that is no instant',
      { task: 'free', scheduledFor: 'noon' },
      { problem: '"noon" is no instant: write it in UTC, like 2026-02-03T05:00:00Z' },
    ],
  ])('is refused for %s', (_, input, expected) => {
    const refused = resolve(input);
    expect({ ...refused, problem: 'problem' in refused ? refused.problem.replace(/boom.*/, 'boom') : undefined }).toEqual(
      expected,
    );
  });
});

describe('a chain by hand', () => {
  test('under the key of a one-shot has the date of its instant, and no regard for success keys of the date', () => {
    const found = registry.resolveChain({ chain: 'daily', runKey: 'at-x', scheduledFor: '2026-07-03T22:30:00Z' });
    expect(found).toMatchObject({ date: '20260704', runKey: 'at-x', scheduledFor: '2026-07-03T22:30:00Z' });
    const { version, tasks } = registry.plan('daily');
    const blind = tasks.map((one) => ({ ...one, spec: { ...one.spec, successKeys: false } }));
    expect(found).toMatchObject({ plan: { version, tasks: blind } });
  });
  test('has its date, its slot and its plan', () => {
    expect(registry.resolveChain({ chain: 'daily', date: '2026-07-03' })).toEqual({
      chain: 'daily',
      date: '20260703',
      runKey: '20260703',
      scheduledFor: '2026-07-03T04:00:00Z',
      plan: registry.plan('daily'),
    });
  });
  test('keeps a plan it already has', () => {
    const plan = { ...registry.plan('daily'), version: 'older' };
    expect(registry.resolveChain({ chain: 'daily', date: '20260703', plan })).toMatchObject({ plan: { version: 'older' } });
  });
  test('keyed by slot refuses a date alone and names the slots of that date', () => {
    expect(registry.resolveChain({ chain: 'often', date: '20260203' })).toEqual({
      problem:
        'this chain runs oftener than once a day (at 08:00 and 12:00, UTC), so a date is not enough: name a slot. 2026-02-03 has 2: 2026-02-03T08:00:00Z, 2026-02-03T12:00:00Z',
    });
    expect(registry.resolveChain({ chain: 'often', scheduledFor: '2026-02-03T08:00:00Z' })).toMatchObject({
      date: '20260203',
      runKey: '20260203T080000Z',
    });
    expect(registry.resolveChain({ chain: 'often', runKey: '20260203T080000Z' })).toMatchObject({
      scheduledFor: '2026-02-03T08:00:00Z',
    });
  });
  test('that is unknown is refused', () => {
    expect(registry.resolveChain({ chain: 'dialy', date: '20260203' })).toEqual({
      problem: 'there is no chain "dialy" in this project. Did you mean daily?',
      notHere: true,
    });
    expect(registry.resolveChain({ chain: 'crawl', date: '20260203' })).toEqual({
      problem: '"crawl" is a task, not a chain',
      notHere: true,
    });
  });
});

describe('a slot', () => {
  test("is its chain's run, or that of a task with its own schedule", () => {
    expect(registry.resolveSlot({ chain: 'daily', slot: '2026-02-03T05:00:00.000Z' })).toMatchObject({
      chain: 'daily',
      runKey: '20260203',
      scheduledFor: '2026-02-03T05:00:00Z',
    });
    expect(registry.resolveSlot({ chain: 'often', slot: '2026-02-03T08:00:00.000Z' })).toMatchObject({
      chain: 'often',
      runKey: '20260203T080000Z',
    });
    expect(registry.resolveSlot({ chain: 'own', slot: '2026-02-03T01:30:00Z' })).toMatchObject({
      task: 'own',
      runKey: '20260202',
      spec: { maximumAttempts: 2 },
    });
  });
  test('is judged by the rule it fell due under, not by what the files say now', () => {
    const rule = { schedule: { cron: '0 * * * *' }, timezone: 'UTC' };
    expect(registry.resolveSlot({ chain: 'daily', slot: '2026-02-02T23:00:00Z', rule })).toMatchObject({
      date: '20260202',
      runKey: '20260202T230000Z',
    });
  });
  test('of something the project has no more is refused', () => {
    expect(registry.resolveSlot({ chain: 'gone', slot: '2026-02-03T05:00:00Z' })).toMatchObject({ notHere: true });
  });
});
