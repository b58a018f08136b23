import { beforeAll, describe, expect, test } from 'vitest';
import { BadInput } from '../../src/control/errors.js';
import { readWhy } from '../../src/control/why.js';
import { createLockStore, type LockStore } from '../../src/lock/redis-store.js';
import { connectRedis } from '../../src/connections/redis.js';
import { canonicalId } from '../../src/plan/ids.js';
import { localDate } from '../../src/time/zones.js';
import { type Engine, eventually, startEngine, within } from '../support/engine.js';
import { afterwards } from '../support/servers.js';
import { whySituations } from '../support/why-situations.js';

const { project, situations, cleanUp } = whySituations('wy');
let engine: Engine;
let locks: LockStore;

beforeAll(async () => {
  engine = await startEngine({
    ...project,
    tasks: {
      ...project.tasks,
      wy_twice: `{ run() {} }`,
      wy_hourly: `{ retry: { retries: 0 }, run() { throw new TaskError('no'); } }`,
    },
    chains: {
      ...project.chains,
      'wy-first': { tasks: { wy_twice: [] } },
      'wy-second': { tasks: { wy_gate: [], wy_twice: ['wy_gate'] } },
      'wy-hourly': { schedule: { hourly: { minute: 7 } }, tasks: { wy_hourly: [] } },
    },
  });
  afterwards(() => cleanUp(engine));
  locks = createLockStore(engine.locks);
});

const ask = (wish: Parameters<typeof readWhy>[3], store: LockStore | null = locks, now = Date.now()) =>
  within(60_000, `why ${wish.task}`, readWhy(engine.server, engine.registry, store, wish, now));
const situation = (name: string) => situations.find((one) => one.name === name)!;

describe('the answer about', () => {
  test.each(situations.filter(({ withoutWorker }) => !withoutWorker).map((one) => [one.name, one] as const))(
    '%s',
    async (_, { arrange, cause, says }) => {
      const { task, runKey } = await arrange(engine);
      const view = await ask({ task, runKey });
      expect(view.cause).toBe(cause);
      expect(view).toMatchObject({ task, runKey, timezone: 'UTC' });
      expect(view.sentence).toMatch(says ?? /./);
      expect(view.sentence).toMatch(/^\S+ \S+ .*\.$/);
      for (const { command } of view.commands) expect(command).toMatch(/^(?:daychain|temporal) /);
    },
  );
});

describe('a lock that cannot be read', () => {
  test('is said to be so, and the rest of the answer stands', async () => {
    const { task, runKey } = await situation('a task whose lock a stranger has').arrange(engine);
    const nowhere = connectRedis({ host: '127.0.0.1', port: 1, database: 6, name: 'nowhere' });
    afterwards(() => nowhere.close());
    const blind = await ask({ task, runKey }, createLockStore(nowhere));
    expect(blind.cause).toBe('locked');
    expect(blind.sentence).toMatch(/waits for its lock, which could not be read: Redis for locks at 127\.0\.0\.1:1/);
    expect(blind.details).toContainEqual({ label: 'the run says', text: expect.stringContaining('old-scheduler') as string });
    expect((await ask({ task, runKey }, null)).sentence).toContain('where Redis is, is not known here');
  });
});

describe('of a task in two chains', () => {
  const lines = (view: Awaited<ReturnType<typeof ask>>, label: string) => view.details.find((one) => one.label === label)?.text;

  test('speaks the one whose run is open, else the newest, and says so; another can be named', async () => {
    const date = '20260105';
    await (await engine.startChain({ chain: 'wy-second', date })).terminate('not this one');
    await eventually('its first', async () => (await ask({ task: 'wy_twice', date })).chain === 'wy-second');
    const open = await engine.startChain({ chain: 'wy-first', date: '20260106' });
    await open.result();
    await engine.startChain({ chain: 'wy-second', date: '20260106' });
    const view = await eventually('the open one', async () => {
      const seen = await ask({ task: 'wy_twice', date: '20260106' });
      return seen.cause === 'waiting_for_upstream' ? seen : null;
    });
    expect(view).toMatchObject({ chain: 'wy-second', run: 'wy-second:20260106' });
    expect(lines(view, 'stands in')).toBe('wy-second, of which this speaks; and in wy-first: --chain names another');
    expect(await ask({ task: 'wy_twice', date: '20260106', chain: 'wy-first' })).toMatchObject({
      cause: 'succeeded',
      chain: 'wy-first',
    });
    await expect(ask({ task: 'wy_twice', date, chain: 'wy-frist' })).rejects.toThrow(BadInput);
    await expect(ask({ task: 'wy_twice', date, chain: 'wy-frist' })).rejects.toThrow('Did you mean wy-first?');
  });
});

describe('of a date with many slots', () => {
  test('speaks the newest due one, or one that did not end well; ahead of time the first', async () => {
    const noon = Date.parse('2026-02-03T12:00:00Z');
    const today = await ask({ task: 'wy-hourly', date: '20260203' }, locks, noon);
    expect(today.runKey).toBe('20260203T110700Z');
    const run = await engine.startChain({
      chain: 'wy-hourly',
      date: '20260203',
      runKey: '20260203T090700Z',
      scheduledFor: '2026-02-03T09:07:00Z',
    });
    await run.result().catch(() => {});
    expect((await ask({ task: 'wy_hourly', runKey: '20260203T090700Z' }, locks, noon)).cause).toBe('failed');
    const ahead = await ask({ task: 'wy_hourly', date: '20990203' }, locks, noon);
    expect(ahead).toMatchObject({ runKey: '20990203T000700Z', cause: 'not_synced' });
  });
});

test('a wish without a date is refused', async () => {
  await expect(ask({ task: 'wy_ok' })).rejects.toThrow('Which date of wy_ok?');
});

test('a rerun that has yet to come to a failed task is waited for, not its earlier end', async () => {
  const date = localDate(Date.now(), 'UTC');
  const plan = engine.registry.plan('wy-gated');
  const hold = { by: 'x', reason: null, until: Date.now() + 3_600_000 };
  const failed = await engine.startTask({ task: 'wy_after', date, hold });
  await failed.terminate('a test');
  await engine.startChain({ chain: 'wy-gated', date, plan, runKey: date, scheduledFor: new Date().toISOString() });
  const view = await eventually('the rerun', async () => {
    const seen = await ask({ task: 'wy_after', date });
    return seen.cause === 'failed' ? null : seen;
  });
  expect(view).toMatchObject({ cause: 'waiting_for_upstream', run: canonicalId('wy-gated', date) });
});

describe('without a free worker', () => {
  test('the task is queued', async () => {
    const busy = whySituations('wq');
    const small = await startEngine({ ...busy.project, concurrency: 1 });
    const { runKey } = await busy.situations.find(({ name }) => name === 'a task that runs')!.arrange(small);
    await small.startTask({ task: 'wq_ok', date: runKey });
    const wish = { task: 'wq_ok', runKey };
    const look = () => readWhy(small.server, small.registry, createLockStore(small.locks), wish, Date.now());
    const view = await eventually('queued', async () => {
      const seen = await look();
      return seen.cause === 'queued' && seen.sentence.includes('none is free') ? seen : null;
    });
    expect(view.details[0]).toMatchObject({ label: 'workers' });
  });

  test('nobody at all is noticed', async () => {
    const alone = whySituations('wn');
    const left = await startEngine({ ...alone.project, worker: false });
    const { arrange, cause, says } = alone.situations.find(({ withoutWorker }) => withoutWorker)!;
    const wish = await arrange(left);
    const view = await readWhy(left.server, left.registry, createLockStore(left.locks), wish, Date.now());
    expect(view.cause).toBe(cause);
    expect(view.sentence).toMatch(says!);
    const chain = await left.startChain({ chain: 'wn-gated', date: wish.runKey });
    const held = await readWhy(left.server, left.registry, null, { task: 'wn-gated', runKey: wish.runKey }, Date.now());
    expect(held).toMatchObject({ cause, run: chain.workflowId });
  });
});
