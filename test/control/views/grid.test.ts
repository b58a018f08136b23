import { beforeAll, describe, expect, test } from 'vitest';
import { readGrid } from '../../../src/control/views/grid.js';
import type { GridCell, GridChain, GridView } from '../../../src/control/views/grid-types.js';
import { syncSchedules } from '../../../src/control/schedules.js';
import { startSlot } from '../../../src/control/start-slot.js';
import { pauseNote } from '../../../src/control/pause-note.js';
import { DAY } from '../../../src/plan/limits.js';
import { PROGRESS_QUERY } from '../../../src/plan/names.js';
import type { ChainProgress } from '../../../src/plan/types.js';
import { shellId } from '../../../src/plan/ids.js';
import { loadProject } from '../../../src/registry/index.js';
import { addDays } from '../../../src/time/dates.js';
import { localDate } from '../../../src/time/zones.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../../support/engine.js';
import { writeProject } from '../../support/project.js';
import { afterwards } from '../../support/servers.js';
import { countingServer, type CountingServer } from './counting.js';

let engine: Engine;
let server: CountingServer;
/** Of which all columns are reckoned: a day may begin while the tests run. */
const NOW = Date.now();
const TODAY = localDate(NOW, 'UTC');
/** Two days ahead slots have fallen due since the schedules were made; but no worker has polled for so long. */
const LATER = NOW + 2 * DAY;
const day = (back: number) => addDays(TODAY, -back);
const slotOf = (date: string) => `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T06:00:00Z`;
const RULE = { schedule: { daily: '06:00' }, timezone: 'UTC' };

const PROJECT = {
  name: 'grid-view',
  timezone: 'UTC',
  tasks: {
    gr_first: `{
      summary: 'The first',
      retry: { retries: 1, delay: '1 hour' },
      async run(ctx) {
        if (ctx.date === '${day(10)}') throw new PermanentError('the disk is full');
        if (ctx.date === '${day(11)}') ctx.warn('almost');
        if (ctx.date === '${day(12)}') return ctx.noWork('nothing_new');
        if (ctx.date === '${day(4)}') throw new TaskError('not yet');
        if (ctx.date === '${day(5)}') await until(ctx, 'grid');
      },
    }`,
    gr_second: `{ run() {} }`,
    gr_own: `{ summary: 'On its own', schedule: { daily: '06:00' }, run() {} }`,
    gr_often: `{ schedule: { every: '10 minutes' }, run() {} }`,
  },
  chains: {
    'gr-days': {
      summary: 'Every day',
      schedule: { daily: '06:00' },
      catchUp: { last: 2 },
      deadline: '07:30',
      tasks: { gr_first: [], gr_second: ['gr_first'] },
    },
  },
};

beforeAll(async () => {
  engine = await startEngine(PROJECT);
  server = await countingServer(engine.taskQueue);
  await startSlot(engine, { chain: 'gr-days', slot: slotOf(day(20)), rule: RULE });
  await resultOf(engine.client.workflow.getHandle(shellId('gr-days', slotOf(day(20)))));
  await syncSchedules(engine.server, engine.registry);
  const { schedule } = engine.client;
  await schedule.getHandle('gr_own').pause(pauseNote({ by: 'marie', at: slotOf(day(3)), until: null, reason: 'key rotation' }));

  const chain = (date: string) => engine.startChain({ chain: 'gr-days', date });
  await resultOf(await chain(day(14)));
  await resultOf(await chain(day(12)));
  await resultOf(await chain(day(11)));
  await failureOf(await chain(day(10)));
  const cancelled = await engine.startChain({
    chain: 'gr-days',
    date: day(9),
    hold: { by: 'marie', reason: 'wait', until: NOW + DAY },
  });
  // Before it knows its tasks it could leave no table of them.
  await eventually(
    'a chain that knows its tasks',
    async () => Object.keys((await cancelled.query<ChainProgress>(PROGRESS_QUERY)).tasks).length > 0,
  );
  await cancelled.cancel();
  await expect(resultOf(cancelled)).rejects.toThrow();
  await chain(day(5));
  await chain(day(4));
  await engine.startChain({ chain: 'gr-days', date: day(3), hold: { by: 'marie', reason: 'look first', until: NOW + DAY } });
  // By hand, after its chain has failed, and on a date without a chain.
  await resultOf(await engine.startTask({ task: 'gr_second', date: day(10) }));
  await resultOf(await engine.startTask({ task: 'gr_second', date: day(13) }));
  await eventually('the lists', async () => {
    const grid = await view();
    const all = await readGrid(server, engine.registry, {}, NOW);
    return (
      all.chains.find(({ id }) => id === 'gr_own')!.schedule.pause !== null &&
      cell(grid, 'gr-days', day(20)).state === 'left_out' &&
      cell(grid, 'gr-days', day(14)).state === 'success' &&
      cell(grid, 'gr_first', day(12)).state === 'skipped' &&
      cell(grid, 'gr-days', day(11)).state === 'warned' &&
      cell(grid, 'gr-days', day(10)).state === 'failed' &&
      cell(grid, 'gr_first', day(4)).state === 'retrying' &&
      cell(grid, 'gr_first', day(5)).phase === 'running' &&
      cell(grid, 'gr_second', day(13)).state === 'success' &&
      cell(grid, 'gr_second', day(10)).state === 'success' &&
      cell(grid, 'gr-days', day(9)).state === 'cancelled' &&
      cell(grid, 'gr-days', day(3)).phase === 'held'
    );
  });
});

async function view(): Promise<GridView> {
  return await readGrid(server, engine.registry, { chains: ['gr-days'], days: 25 }, NOW);
}

function cell(grid: GridView, row: string, key: string): GridCell {
  const chain = grid.chains[0]!;
  const at = chain.columns.findIndex((column) => column.key === key);
  return chain.rows.find(({ id }) => id === row)!.cells[at]!;
}

describe('a cell says', () => {
  test('how a run ended, of the chain and of each task', async () => {
    const grid = await view();
    expect(cell(grid, 'gr-days', day(14))).toMatchObject({ state: 'success', run: `gr-days:${day(14)}` });
    expect(cell(grid, 'gr_first', day(14))).toMatchObject({ state: 'success', run: `gr_first:${day(14)}` });
    expect(cell(grid, 'gr_first', day(14)).durationMs).toBeGreaterThanOrEqual(0);
    expect(cell(grid, 'gr_first', day(12))).toMatchObject({ state: 'skipped', kind: 'no_work', reason: 'nothing_new' });
    expect(cell(grid, 'gr_first', day(11)).state).toBe('warned');
    expect(cell(grid, 'gr-days', day(11)).state).toBe('warned');
    expect(cell(grid, 'gr-days', day(10))).toMatchObject({ state: 'failed' });
    expect(cell(grid, 'gr_first', day(10))).toMatchObject({ state: 'failed', kind: 'error', reason: 'the disk is full' });
    expect(cell(grid, 'gr-days', day(9)).state).toBe('cancelled');
    expect(cell(grid, 'gr_first', day(9)).state).toBe('cancelled');
  });

  test('what a person ran since, beside or without its chain', async () => {
    const grid = await view();
    expect(cell(grid, 'gr_second', day(10))).toMatchObject({ state: 'success', run: `gr_second:${day(10)}` });
    expect(cell(grid, 'gr_second', day(13)).state).toBe('success');
    expect(cell(grid, 'gr-days', day(13)).state).toBe('none');
  });

  test('what an open run does', async () => {
    const grid = await view();
    expect(cell(grid, 'gr-days', day(5)).state).toBe('running');
    expect(cell(grid, 'gr_first', day(5)).state).toBe('running');
    expect(cell(grid, 'gr_second', day(5))).toMatchObject({ state: 'waiting' });
    expect(cell(grid, 'gr-days', day(3))).toMatchObject({ state: 'waiting', phase: 'held', reason: 'look first' });
  });

  test('what became of a slot without a run', async () => {
    const grid = await readGrid(server, engine.registry, { chains: ['gr-days'] }, LATER);
    expect(cell(grid, 'gr-days', day(20))).toMatchObject({ state: 'left_out', kind: 'coalesced' });
    expect(cell(grid, 'gr-days', day(-1)).state).toBe('missed');
    expect(cell(grid, 'gr_first', day(-1)).state).toBe('none');
    // Before the schedule was made nothing was expected.
    expect(cell(grid, 'gr-days', day(7)).state).toBe('none');
    const due = Date.parse(slotOf(day(-2)));
    const early = await readGrid(server, engine.registry, { chains: ['gr-days'], days: 3 }, due - 1);
    expect(early.chains[0]!.rows[0]!.cells.map(({ state }) => state).slice(1)).toEqual(['missed', 'not_due']);
    const just = await readGrid(server, engine.registry, { chains: ['gr-days'], days: 3 }, due + 1_000);
    expect(just.chains[0]!.rows[0]!.cells.at(-1)!.state).toBe('undecided');
  });
});

describe('a chain has', () => {
  test('its dates as columns, oldest first, and where those before begin', async () => {
    const [chain] = (await view()).chains as [GridChain];
    expect(chain.columns.map(({ key }) => key)).toEqual(Array.from({ length: 25 }, (_, at) => day(24 - at)));
    const later = await readGrid(server, engine.registry, { chains: ['gr-days'] }, LATER);
    expect(later.chains[0]!.columns.at(-1)).toMatchObject({ date: day(-2), scheduledFor: slotOf(day(-2)), slots: 1 });
    expect(chain.older).toBe(day(25));
    const before = await readGrid(server, engine.registry, { chains: ['gr-days'], days: 25, until: chain.older! }, NOW);
    expect(before.chains[0]!.columns.at(-1)!.key).toBe(day(25));
  });

  test('its schedule in words, the pause, the next slot and the command for what is missed', async () => {
    const grid = await readGrid(server, engine.registry, {}, LATER);
    expect(grid.chains.map(({ id, kind }) => [id, kind])).toEqual([
      ['gr-days', 'chain'],
      ['gr_often', 'task'],
      ['gr_own', 'task'],
    ]);
    const [days, , own] = grid.chains as [GridChain, GridChain, GridChain];
    expect(days).toMatchObject({ summary: 'Every day', timezone: 'UTC', deadline: '07:30', keyedBy: 'date' });
    expect(days.schedule).toMatchObject({ state: 'active', sentence: expect.stringContaining('06:00'), command: null });
    expect(Date.parse(days.schedule.next!)).toBeGreaterThan(LATER);
    expect(days.schedule.missed).toBeGreaterThan(0);
    expect(days.schedule.missedCommand).toMatch(/^daychain backfill gr-days /);
    expect(own.schedule).toMatchObject({ state: 'paused', next: null, command: 'daychain resume gr_own' });
    expect(own.schedule.pause).toMatchObject({ by: 'marie', reason: 'key rotation' });
    expect(own.schedule.missedCommand).toBe('daychain resume gr_own --catch-up');
    expect((await view()).workers.length).toBeGreaterThan(0);
    expect(days.rows.map(({ id, summary }) => [id, summary])).toEqual([
      ['gr-days', 'Every day'],
      ['gr_first', 'The first'],
      ['gr_second', null],
    ]);
  });

  test('a usual duration per row, of successes alone', async () => {
    const [chain] = (await view()).chains as [GridChain];
    for (const { usualMs } of chain.rows) expect(usualMs).toBeGreaterThanOrEqual(0);
    const none = await readGrid(server, engine.registry, { chains: ['gr-days'], days: 2 }, NOW);
    expect(none.chains[0]!.rows.map(({ usualMs }) => usualMs)).toEqual([null, null, null]);
  });

  test('many slots folded into dates, and the slots themselves for one date', async () => {
    const folded = await readGrid(server, engine.registry, { chains: ['gr_often'], days: 5 }, LATER);
    const [chain] = folded.chains as [GridChain];
    const tomorrow = chain.columns.findIndex(({ key }) => key === day(-1));
    expect(chain.columns[tomorrow]).toMatchObject({ key: day(-1), scheduledFor: null, slots: 144 });
    expect(chain.rows[0]!.cells[tomorrow]).toMatchObject({ state: 'missed', counts: { missed: 144 } });
    const single = await readGrid(server, engine.registry, { chains: ['gr_often'], days: 1, until: day(-1) }, LATER);
    expect(single.chains[0]!.columns.map(({ slots }) => slots)).toEqual(Array(144).fill(1));
    expect(single.chains[0]!.columns[0]!.key).toBe(`${day(-1)}T000000Z`);
    expect(single.chains[0]!.rows[0]!.cells.every(({ state }) => state === 'missed')).toBe(true);
  });
});

describe('the grid', () => {
  test('takes at most eight requests a refresh, and as many for 400 dates', async () => {
    await view();
    for (const days of [30, 400]) {
      server.calls();
      const grid = await readGrid(server, engine.registry, { days }, NOW);
      expect(grid.chains[0]!.columns).toHaveLength(days);
      const calls = server.calls();
      expect(calls.length, calls.join(', ')).toBeLessThanOrEqual(8);
    }
    const fresh = await countingServer(engine.taskQueue);
    fresh.calls();
    await readGrid(fresh, engine.registry, { chains: ['gr-days'], days: 400 }, NOW);
    expect(fresh.calls().filter((call) => call === 'DescribeSchedule')).toHaveLength(3);
  });

  test('shows old cells as they were when the files have changed since', async () => {
    const changed = writeProject({
      ...PROJECT,
      tasks: { ...PROJECT.tasks, gr_new: `{ run() {} }` },
      chains: { 'gr-days': { ...PROJECT.chains['gr-days'], tasks: { gr_second: [], gr_new: ['gr_second'] } } },
    });
    afterwards(() => changed.remove());
    const registry = await loadProject(changed.dir);
    expect(registry.problems).toEqual([]);
    const before = (await view()).chains[0]!;
    const after = (await readGrid(server, registry, { chains: ['gr-days'], days: 25 }, NOW)).chains[0]!;
    expect(after.rows.map(({ id, inFiles }) => [id, inFiles])).toEqual([
      ['gr-days', true],
      ['gr_second', true],
      ['gr_new', true],
      ['gr_first', false],
    ]);
    const closed = (chain: GridChain, id: string) =>
      chain.rows.find((row) => row.id === id)!.cells.filter((_, at) => chain.columns[at]!.key <= day(9));
    for (const id of ['gr-days', 'gr_first', 'gr_second']) expect(closed(after, id)).toEqual(closed(before, id));
    expect(new Set(closed(after, 'gr_new').map(({ state }) => state))).toEqual(new Set(['none']));
  });

  test('never shows a run of another project', async () => {
    const foreign = { chain: 'gr-days', date: day(6), chains: 1 };
    const handle = await engine.client.workflow.start('runChain', {
      taskQueue: 'somebody-else',
      workflowId: `gr-days:${day(6)}`,
      args: [foreign],
      searchAttributes: { ChainName: ['gr-days'], TaskDate: [day(6)], TaskStatus: ['pending'] },
    });
    await eventually('the list', async () => {
      for await (const { taskQueue } of engine.client.workflow.list({ query: `WorkflowId = "gr-days:${day(6)}"` }))
        return taskQueue === 'somebody-else';
      return false;
    });
    expect(cell(await view(), 'gr-days', day(6)).state).toBe('none');
    await handle.terminate('a test');
  });

  test('refuses what cannot be, in words', async () => {
    await expect(readGrid(server, engine.registry, { chains: ['gr-dais'] }, NOW)).rejects.toThrow(/Did you mean gr-days/);
    await expect(readGrid(server, engine.registry, { days: 401 }, NOW)).rejects.toThrow(/from 1 to 400/);
    await expect(readGrid(server, engine.registry, { until: 'tomorrow' }, NOW)).rejects.toThrow(/tomorrow/);
  });
});

test('more runs of tasks than are read at once are told of', async () => {
  expect((await readGrid(server, engine.registry, { days: 30 }, NOW)).incomplete).toBeNull();
  const workflows = server.client.workflow;
  const list: typeof workflows.list = (options) => {
    const found = workflows.list(options);
    if (!options?.query?.includes('ChainName IN (')) return found;
    async function* many() {
      for await (const one of found) return yield* Array.from({ length: 1_001 }, () => one);
    }
    return Object.assign(many(), { intoHistories: found.intoHistories.bind(found) });
  };
  const workflow = Object.assign(Object.create(workflows) as typeof workflows, { list });
  const client = Object.create(server.client, { workflow: { value: workflow } }) as typeof server.client;
  const { incomplete } = await readGrid({ ...server, client }, engine.registry, { days: 30 }, NOW);
  expect(incomplete).toMatch(/more than 1,000 runs of tasks: some cells of theirs may be wrong/);
});
