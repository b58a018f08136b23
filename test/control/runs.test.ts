import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { cancelRun } from '../../src/control/cancel.js';
import { clockSkewMs } from '../../src/control/clock.js';
import { describeRun, isChainResult } from '../../src/control/describe-run.js';
import { BadInput, Refused } from '../../src/control/errors.js';
import { listRuns } from '../../src/control/list-runs.js';
import { findLock, listLocks, unlock } from '../../src/control/locks.js';
import type { RunSnapshot } from '../../src/control/progress.js';
import { rerun, type Definitions, type RerunWish } from '../../src/control/rerun.js';
import type { Server } from '../../src/control/server.js';
import { startChain, startTask } from '../../src/control/start.js';
import { readStatus } from '../../src/control/status.js';
import { waitForRun } from '../../src/control/wait.js';
import { listWorkers } from '../../src/control/workers.js';
import { createLockStore, type LockStore } from '../../src/lock/redis-store.js';
import type { RunChainInput, RunTaskInput, TaskResult } from '../../src/plan/types.js';
import { type Engine, eventually, startEngine, within } from '../support/engine.js';
import { temporalNamespace } from '../support/servers.js';

let engine: Engine;
let server: Server;
let locks: LockStore;
let definitions: Definitions;
const name = `control-${randomUUID().slice(0, 8)}`;
/** Ids are the lock's keys too, and the test run's Redis is shared. */
const id = (task: string) => `${task}_${name.slice(-8)}`;

beforeAll(async () => {
  engine = await startEngine({
    name,
    tasks: {
      [id('counts')]:
        `{ params: z.object({ n: z.number().default(1) }), async run(ctx) { witness(ctx, 'body'); return { n: ctx.params.n }; } }`,
      [id('gated')]:
        `{ async run(ctx) { witness(ctx, 'begin'); await until(ctx, ctx.secrets.get('GATES') + '/gated-' + ctx.date); return { through: true }; } }`,
      [id('moody')]:
        `{ retry: { retries: 1, delay: '100 milliseconds' }, async run(ctx) { const { existsSync } = await import('node:fs'); if (existsSync(ctx.secrets.get('GATES') + '/mood')) return {}; throw new Error('in a mood'); } }`,
    },
    chains: {
      [id('chain')]: {
        schedule: { daily: '06:00' },
        tasks: {
          [id('counts')]: [],
          [id('moody')]: [id('counts')],
          [id('after')]: { command: ['/bin/true'], dependsOn: [id('moody')] },
          [id('anyway')]: { command: ['/bin/true'], dependsOn: [id('moody')], runWhen: 'all_done' },
        },
      },
    },
  });
  server = { client: engine.client, namespace: temporalNamespace(), taskQueue: engine.taskQueue, by: 'marie@desk' };
  locks = createLockStore(engine.locks);
  const { registry } = engine;
  definitions = {
    resolveTask: (input) => registry.resolveTask(input),
    resolveChain: (input) => registry.resolveChain(input),
    plansWith: (task) => registry.chainsOf(task).map((chain) => registry.plan(chain)),
  };
});

function task(input: RunTaskInput) {
  const resolved = engine.registry.resolveTask(input);
  if ('problem' in resolved) throw new Error(resolved.problem);
  return resolved;
}

function chain(input: RunChainInput) {
  const resolved = engine.registry.resolveChain(input);
  if ('problem' in resolved) throw new Error(resolved.problem);
  return resolved;
}

const ended = (run: { workflowId: string; runId: string }, onProgress?: (snapshot: RunSnapshot) => void) =>
  within(
    40_000,
    run.workflowId,
    waitForRun(server, run.workflowId, run.runId, { everyMs: 50, ...(onProgress ? { onProgress } : {}) }),
  );

const bodies = (date: string) => engine.witness().filter((line) => line.task === id('counts') && line.date === date).length;

describe('starting a task', () => {
  it('runs it once for ten starters at the same moment', async () => {
    const input = task({ task: id('counts'), date: '20260101' });
    const started = await Promise.all(Array.from({ length: 10 }, () => startTask(server, input)));
    expect(started.filter(({ outcome }) => outcome === 'started')).toHaveLength(1);
    expect(new Set(started.map(({ runId }) => runId)).size).toBe(1);
    const view = await ended(started[0]!);
    expect(view).toMatchObject({ status: 'success', end: 'completed', kind: 'task', params: { n: 1 } });
    expect((await startTask(server, input)).outcome).toBe('completed');
    expect(bodies('20260101')).toBe(1);
  });

  it('refuses other params, showing both, and repeats with them when forced', async () => {
    const date = '20260102';
    await ended(await startTask(server, task({ task: id('counts'), date, params: { n: 5 } })));
    const six = task({ task: id('counts'), date, params: { n: 6 } });
    const refusal = await startTask(server, six).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({ kind: 'other_params', details: { theirs: { n: 5 }, yours: { n: 6 } } });
    const view = await ended(await startTask(server, six, { by: 'marie@desk', reason: 'six' }));
    expect((view.result as TaskResult).output).toEqual({ n: 6 });
    expect(bodies(date)).toBe(2);
  });

  it('refuses an ID that another project holds', async () => {
    const input = task({ task: id('counts'), date: '20260103' });
    const elsewhere = { ...server, taskQueue: `${name}-other` };
    const other = await startTask(elsewhere, input);
    const refusal = await startTask(server, input).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ kind: 'id_taken' });
    await engine.client.workflow.getHandle(other.workflowId).terminate('not needed any more');
  });
});

describe('a run that is open', () => {
  it('is described, is never repeated, and a cancel keeps who and why', async () => {
    const started = await startTask(server, task({ task: id('gated'), date: '20260104' }));
    await eventually('the body', () => engine.witness().some((line) => line.task === id('gated') && line.date === '20260104'));
    const open = (await describeRun(server, started.workflowId))!;
    expect(open).toMatchObject({ status: 'pending', end: null, closed: null, pending: { attempt: 1, state: 'running' } });
    expect(open.progress).toMatchObject({ kind: 'task', phase: 'running' });
    await expect(rerun(server, definitions, started.workflowId, { mode: 'all', reason: 'x' })).rejects.toMatchObject({
      kind: 'running',
    });
    const [held] = await listLocks(server, locks, id('gated'));
    expect(held).toMatchObject({ scope: '20260104', state: 'running', run: started.workflowId });

    const snapshots: RunSnapshot[] = [];
    expect((await cancelRun(server, started.workflowId, 'wrong input')).outcome).toBe('requested');
    const view = await ended(started, (snapshot) => snapshots.push(snapshot));
    expect(view).toMatchObject({
      status: 'cancelled',
      end: 'cancelled',
      message: 'wrong input',
      result: { by: 'marie@desk', settled: false },
    });
    expect(snapshots.at(-1)!.tasks[0]).toMatchObject({ task: id('gated'), status: 'cancelled' });
    expect((await cancelRun(server, started.workflowId, 'again')).outcome).toBe('already');
    expect(await findLock(server, locks, id('gated'), '20260104')).toBeNull();
  });

  it('can be waited for, and left alone again', async () => {
    const started = await startTask(server, task({ task: id('gated'), date: '20260105' }));
    const stop = new AbortController();
    const waiting = waitForRun(server, started.workflowId, started.runId, { everyMs: 50, signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toThrow();
    engine.open('gated-20260105');
    expect((await ended(started)).status).toBe('success');
  });

  it('may be terminated by others: it has failed, and says how', async () => {
    const started = await startTask(server, task({ task: id('gated'), date: '20260106' }));
    await engine.client.workflow.getHandle(started.workflowId).terminate('enough');
    const view = await ended(started);
    expect(view).toMatchObject({ status: 'failed', end: 'terminated', result: null });
    expect(view.message).toContain('enough');
    engine.open('gated-20260106');
  });
});

describe('a chain that failed', () => {
  const date = '20260110';
  const again = (wish: Partial<RerunWish>) =>
    rerun(server, definitions, `${id('chain')}:${date}`, { mode: 'unsuccessful', reason: null, ...wish });

  it('tells the end of each task, and a rerun repeats what did not succeed and names what is stale', async () => {
    const told: RunSnapshot[] = [];
    const failed = await ended(await startChain(server, chain({ chain: id('chain'), date })), (snapshot) => told.push(snapshot));
    expect(failed).toMatchObject({ status: 'failed', end: 'failed', kind: 'chain' });
    expect(isChainResult(failed.result) && failed.result.tasks[id('after')]?.kind).toBe('upstream_failed');
    const tasks = Object.fromEntries(told.at(-1)!.tasks.map((one) => [one.task, one]));
    expect(tasks[id('moody')]).toMatchObject({ status: 'failed', result: { attempts: 2 } });
    expect(tasks[id('moody')]!.finished).not.toBeNull();
    expect(tasks[id('counts')]!.result?.output).toEqual({ n: 1 });

    engine.open('mood');
    const started = await again({});
    expect(started).toMatchObject({
      outcome: 'started',
      repeats: [id('moody'), id('after')],
      stale: [`${id('anyway')}:${date}`],
    });
    const view = await ended(started);
    expect(view.status).toBe('success');
    expect(isChainResult(view.result) && view.result.tasks[id('counts')]).toMatchObject({ status: 'success', satisfied: true });
    expect(bodies(date)).toBe(1);
  });

  it('has nothing left to rerun once it has succeeded, unless settled tasks are named, with a reason', async () => {
    expect((await again({})).outcome).toBe('nothing_to_do');
    await expect(again({ mode: 'only', task: id('counts') })).rejects.toThrow('Say why: --reason');
    await expect(again({ mode: 'from', task: 'nonsense', reason: 'x' })).rejects.toThrow('has no task "nonsense"');
    const started = await again({ mode: 'only', task: id('counts'), reason: 'counted wrong' });
    expect(started).toMatchObject({ repeats: [id('counts')] });
    expect('stale' in started && started.stale).toEqual([id('moody'), id('after'), id('anyway')].map((one) => `${one}:${date}`));
    if (!('stale' in started)) throw new Error('nothing was started');
    await ended(started);
    expect(bodies(date)).toBe(2);
  });

  it('was never there under another date: the rerun says how to run it', async () => {
    await expect(rerun(server, definitions, `${id('chain')}:20250101`, { mode: 'all', reason: 'x' })).rejects.toThrow(BadInput);
  });

  it('stands once per date in lists and status, with its newest end', async () => {
    await eventually('visibility', async () =>
      (await listRuns(server, { kind: 'chain', id: id('chain') })).some(({ status }) => status === 'success'),
    );
    const runs = await listRuns(server, { kind: 'chain', id: id('chain'), since: '20260110' });
    expect(runs.map(({ runKey }) => runKey)).toEqual([date]);
    expect(await listRuns(server, { kind: 'chain', id: id('chain'), since: '20260111' })).toEqual([]);
    const status = await readStatus(server, engine.registry, Date.parse('2026-01-12T12:00:00Z'));
    expect(status.chains[0]).toMatchObject({ id: id('chain'), schedule: { state: 'missing' }, last: [{ runKey: date }] });
    expect(status.attention.map(({ command }) => command)).toContain('daychain sync');
  });
});

describe('locks', () => {
  it('of strangers are listed, and taken away only from the holder that was seen', async () => {
    const scope = '20260120';
    await engine.locks.send(['SET', `lock:${id('counts')}:${scope}`, 'abcd1234', 'EX', '60']);
    const seen = (await findLock(server, locks, id('counts'), scope))!;
    expect(seen).toMatchObject({ state: 'stranger', holder: 'abcd1234', run: null });
    await expect(unlock(locks, { ...seen, holder: 'other' })).rejects.toThrow('has changed hands');
    await unlock(locks, seen);
    expect(await findLock(server, locks, id('counts'), scope)).toBeNull();
  });

  it('left over by a run that has ended are known as such', async () => {
    const started = await startTask(server, task({ task: id('counts'), date: '20260121' }));
    const owner = ((await ended(started)).result as TaskResult).task_id;
    await engine.locks.send(['SET', `lock:${id('counts')}:20260121`, `${owner}:1`, 'EX', '60']);
    const seen = (await findLock(server, locks, id('counts'), '20260121'))!;
    expect(seen.state).toBe('closed');
    await unlock(locks, seen);
  });
});

describe('the server', () => {
  it('shows the workers that poll', async () => {
    const workers = await eventually('a poller', async () => {
      const found = await listWorkers(server);
      return found.length > 0 ? found : null;
    });
    expect(workers[0]!.identity).toContain(String(process.pid));
  });

  it('tells its time, through the clock of this machine here', async () => {
    const skew = await clockSkewMs(server);
    expect(Math.abs(skew!)).toBeLessThan(5_000);
  });
});
