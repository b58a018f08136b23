import { beforeAll, describe, expect, it } from 'vitest';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { BadInput } from '../../src/control/errors.js';
import { rerun } from '../../src/control/rerun.js';
import { readStats, type StatsView } from '../../src/control/stats.js';
import { statsCsv } from '../../src/control/stats-csv.js';
import { startChain, startTask } from '../../src/control/start.js';
import type { ResolvedChainInput, ResolvedTaskInput } from '../../src/plan/types.js';
import { addDays } from '../../src/time/dates.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'stats',
    timezone: 'UTC',
    tasks: {
      st_a: `{ retry: { retries: 2, delay: '10 milliseconds' }, run(ctx) { if (ctx.date === '20260302' && ctx.attempt < 3) throw new TaskError('not yet'); } }`,
      st_b: `{ retry: { retries: 0 }, run(ctx) { if (!existsSync(ctx.secrets.get('GATES') + '/b' + ctx.date)) throw new TaskError('no'); } }`,
      st_alone: `{ run(ctx) { return ctx.noWork('nothing'); } }`,
    },
    chains: { 'st-chain': { tasks: { st_a: [], st_b: ['st_a'] } } },
  });
});

const chain = (date: string) => engine.registry.resolveChain({ chain: 'st-chain', date }) as ResolvedChainInput;
const entryOf = (view: StatsView, id: string) => view.entries.find((one) => one.id === id);

describe('statistics', () => {
  const read = (names: string[] = []) =>
    readStats(engine.server, engine.registry, { names, since: '20260301', until: '20260331' });

  it('count each date once, with its newest run; attempts come from the chains', async () => {
    const ended = async (date: string) => {
      const { workflowId } = await startChain(engine.server, chain(date));
      return engine.client.workflow.getHandle(workflowId);
    };
    for (const date of ['20260301', '20260303']) engine.open(`b${date}`);
    await resultOf(await ended('20260301'));
    await failureOf(await ended('20260302'));
    await resultOf(await ended('20260303'));
    await failureOf(await ended('20260304'));
    await failureOf(await ended('20260305'));
    // The fourth is mended; outside of the window nothing counts.
    engine.open('b20260304');
    const definitions = {
      resolveTask: (input: Parameters<typeof engine.registry.resolveTask>[0]) => engine.registry.resolveTask(input),
      resolveChain: (input: Parameters<typeof engine.registry.resolveChain>[0]) => engine.registry.resolveChain(input),
      plansWith: () => [],
    };
    const again = await rerun(engine.server, definitions, 'st-chain:20260304', { mode: 'unsuccessful', reason: null });
    await resultOf(engine.client.workflow.getHandle(again.workflowId));
    await failureOf(await ended('20260401'));
    const alone = engine.registry.resolveTask({ task: 'st_alone', date: '20260310' }) as ResolvedTaskInput;
    await resultOf(engine.client.workflow.getHandle((await startTask(engine.server, alone)).workflowId));

    const view = await eventually('the lists', async () => {
      const seen = await read();
      const settled = seen.entries.every(({ open }) => open === 0) && entryOf(seen, 'st-chain')?.succeeded === 3;
      return settled && entryOf(seen, 'st_alone')?.skipped === 1 ? seen : null;
    });
    expect(view.entries.map(({ id }) => id)).toEqual(['st-chain', 'st_a', 'st_b', 'st_alone']);
    expect(entryOf(view, 'st-chain')).toMatchObject({
      kind: 'chain',
      runs: 5,
      succeeded: 3,
      failed: 2,
      successRate: 3 / 5,
      failureStreak: 1,
      lastSuccess: { runKey: '20260304' },
      lastFailure: { runKey: '20260305' },
    });
    expect(entryOf(view, 'st_a')).toMatchObject({ runs: 5, succeeded: 5, successRate: 1, meanAttempts: 7 / 5, failureStreak: 0 });
    expect(entryOf(view, 'st_b')).toMatchObject({ runs: 5, succeeded: 3, failed: 2, meanAttempts: 1 });
    expect(entryOf(view, 'st_alone')).toMatchObject({ runs: 1, skipped: 1, successRate: null, meanAttempts: null });
    expect(entryOf(view, 'st_a')!.p95Ms).toBeGreaterThanOrEqual(entryOf(view, 'st_a')!.p50Ms!);
    expect(statsCsv(view).split('\r\n')[1]).toMatch(/^st-chain,chain,20260301,20260331,5,0,3,0,2,0,0\.6,\d+,\d+,/);
  });

  it('of chosen ones are the same figures', async () => {
    const all = await read();
    const some = await read(['st_*']);
    expect(some.entries).toEqual(all.entries.filter(({ kind }) => kind === 'task'));
  });

  it('refuse names that nothing has, and windows that run backwards', async () => {
    await expect(read(['st_alnoe'])).rejects.toThrow('Did you mean st_alone?');
    const backwards = readStats(engine.server, engine.registry, { names: [], since: '20260302', until: '20260301' });
    await expect(backwards).rejects.toThrow(BadInput);
  });

  it('go on over all pages of a list', async () => {
    const other = await startEngine({
      name: 'stats-many',
      timezone: 'UTC',
      tasks: Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`sm_${at}`, '{ run() {} }'])),
      worker: false,
    });
    const dates = Array.from({ length: 100 }, (_, at) => addDays('20260101', at));
    for (const date of dates) {
      const inputs = other.registry.taskIds().map((task) => other.registry.resolveTask({ task, date }) as ResolvedTaskInput);
      await Promise.all(inputs.map((input) => startTask(other.server, input)));
    }
    const wish = { names: [], since: dates[0]!, until: dates.at(-1)! };
    const view = await eventually('all', async () => {
      const seen = await readStats(other.server, other.registry, wish);
      return seen.entries.every(({ open }) => open === 100) ? seen : null;
    });
    expect(view.entries).toHaveLength(6);
  });
});

it('of four hundred days of twelve tasks are right and quickly made', async () => {
  const tasks = Array.from({ length: 12 }, (_, at) => `t${at}`);
  const started = new Date('2026-01-01T00:00:00Z');
  const infos = Array.from({ length: 400 }, (_, day) => addDays('20250101', day)).flatMap((date, day) =>
    tasks.map((task, at) => ({
      workflowId: `${task}:${date}`,
      runId: `${task}${date}`,
      type: 'runTask',
      taskQueue: 'q',
      startTime: started,
      closeTime: new Date(started.getTime() + (at + 1) * 1_000),
      status: { name: (day + at) % 10 === 0 ? 'FAILED' : 'COMPLETED' },
      typedSearchAttributes: { get: ({ name }: { name: string }) => (name === 'TaskDate' ? date : undefined) },
    })),
  ) as unknown as WorkflowExecutionInfo[];
  const list = async function* () {
    await Promise.resolve();
    yield* infos;
  };
  const server = { client: { workflow: { list } }, taskQueue: 'q' } as unknown as Engine['server'];
  const view = await readStats(server, engine.registry, { names: [], since: '20250101', until: '20260401' });
  const seen = view.entries.filter(({ gone }) => gone);
  expect(seen.map(({ id }) => id).sort()).toEqual([...tasks].sort());
  for (const [at, task] of tasks.entries()) {
    const days = Array.from({ length: 400 }, (_, day) => (day + at) % 10 !== 0);
    expect(entryOf(view, task)).toMatchObject({
      runs: 400,
      succeeded: days.filter(Boolean).length,
      failed: days.filter((well) => !well).length,
      p50Ms: (at + 1) * 1_000,
    });
  }
});
