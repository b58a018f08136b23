import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { cleanFiles } from '../../src/control/clean-files.js';
import { cleanLocks } from '../../src/control/clean-locks.js';
import { cleanRuns } from '../../src/control/clean-runs.js';
import { goneSchedules, removeSchedules } from '../../src/control/clean-schedules.js';
import { lastDailyCleanUp, startDailyCleanUp } from '../../src/control/daily-clean-up.js';
import { describeRun } from '../../src/control/describe-run.js';
import { horizonOf, readLiveSchedule } from '../../src/control/ruled-schedule.js';
import { syncSchedules } from '../../src/control/schedules.js';
import { startSlot } from '../../src/control/start-slot.js';
import { createLockStore } from '../../src/lock/redis-store.js';
import { loadProject, type Registry } from '../../src/registry/index.js';
import { type Engine, eventually, resultOf, startEngine } from '../support/engine.js';
import { writeProject } from '../support/project.js';
import { schedulesListed } from '../support/schedules-listed.js';

const DAY = 86_400_000;
const mark = randomUUID().slice(0, 8);
const name = `cleaned-${mark}`;
const [often, daily, own] = [`often-${mark}`, `daily-${mark}`, `own_${mark}`];
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name,
    tasks: {
      [`each_${mark}`]: `{ lock: false, run() {} }`,
      [`once_${mark}`]: `{ lock: false, run() {} }`,
      [own]: `{ lock: false, schedule: { hourly: { minute: 15 } }, keep: '10 days', run() {} }`,
    },
    chains: {
      [often]: { schedule: { hourly: { minute: 15 } }, tasks: { [`each_${mark}`]: [] } },
      [daily]: { schedule: { daily: '06:00' }, tasks: { [`once_${mark}`]: [] } },
    },
  });
  await syncSchedules(engine.server, engine.registry);
  // What has left the files is found in that list.
  await schedulesListed(engine.client, [often, daily, own]);
});

const closed = async (workflowId: string) => (await describeRun(engine.server, workflowId, { ask: false }))?.end ?? null;
const runSlot = async (id: string, slot: string) => {
  await startSlot(engine.server, { chain: id, slot, asked: { by: 'tests', reason: null } });
  const shell = engine.client.workflow.getHandle(`${id}-${slot}`);
  await resultOf(shell);
};
/** Of what a slot leaves behind: its run, that of its task, and its shell. */
const idsOf = (id: string, task: string, slot: string) => {
  const runKey = slot.replaceAll(/[-:]/g, '');
  return [...new Set([`${id}:${runKey}`, `${task}:${runKey}`, `${id}-${slot}`])];
};
/** As if so many days had passed. */
const later = (days: number) => Date.now() + days * DAY;
/** Those of the ids that are closed in the list of which the clean-up asks: it is about a second behind. */
const listedClosed = async (ids: readonly string[]) => {
  const query = `WorkflowId IN (${ids.map((id) => `'${id}'`).join(', ')}) AND ExecutionStatus != 'Running'`;
  const found: string[] = [];
  for await (const { workflowId } of engine.client.workflow.list({ query })) found.push(workflowId);
  return found;
};
const allListedClosed = async (ids: readonly string[]) =>
  await eventually('the ends in the list', async () => (await listedClosed(ids)).length === ids.length);

describe('closed runs of schedules keyed by slot', () => {
  it('are deleted with their tasks and shells once they are older than kept; nothing within, nothing open, no other project, no date', async () => {
    await runSlot(often, '2026-01-01T05:15:00Z');
    await runSlot(own, '2026-01-01T05:15:00Z');
    const byDate = await engine.startChain({ chain: daily, date: '20260101' });
    await resultOf(byDate);
    const held = await engine.startTask({
      task: own,
      runKey: '20260101T061500Z',
      hold: { by: 'x', reason: null, until: later(40) },
    });
    const ids = [...idsOf(often, `each_${mark}`, '2026-01-01T05:15:00Z'), ...idsOf(own, own, '2026-01-01T05:15:00Z')];
    await allListedClosed([...ids, byDate.workflowId]);

    expect(await cleanRuns(engine.server, engine.registry, later(9))).toEqual([]);
    const atTen = await cleanRuns(engine.server, engine.registry, later(11), { dryRun: true });
    expect(atTen).toEqual([{ id: own, keepDays: 10, runs: 1, shells: 1, more: false, refused: null }]);
    const elsewhere = { ...engine.server, taskQueue: 'another' };
    expect(await cleanRuns(elsewhere, engine.registry, later(400))).toEqual([]);
    expect(await closed(`${own}:20260101T051500Z`)).toBe('completed');

    const done = await cleanRuns(engine.server, engine.registry, later(31));
    expect(done).toEqual([
      { id: often, keepDays: 30, runs: 2, shells: 1, more: false, refused: null },
      { id: own, keepDays: 10, runs: 1, shells: 1, more: false, refused: null },
    ]);
    // The server takes half a minute for a run with children.
    for (const id of ids) await eventually(`${id} is gone`, async () => (await closed(id)) === null, 100_000);
    await eventually('they have left the list', async () => (await listedClosed(ids)).length === 0);
    expect(await closed(byDate.workflowId)).toBe('completed');
    expect((await held.describe()).status.name).toBe('RUNNING');
    await held.terminate('the test is over');
  });

  it('are deleted no more than so many at a time', async () => {
    const slots = ['2026-01-02T07:15:00Z', '2026-01-02T08:15:00Z'];
    for (const slot of slots) await runSlot(often, slot);
    await allListedClosed(slots.flatMap((slot) => idsOf(often, `each_${mark}`, slot)));
    const [first] = await cleanRuns(engine.server, engine.registry, later(31), { limit: 4 });
    expect(first).toMatchObject({ id: often, more: true });
    expect(first!.runs + first!.shells).toBe(4);
  });

  it('are expected for as long as they are kept, less a day', async () => {
    const now = Date.now();
    const kept = async (id: string) => {
      const live = (await readLiveSchedule(engine.server, engine.registry, id))!;
      return (now - (await horizonOf(engine.server, live.keyedBy, now, live.keep))) / DAY;
    };
    // The test run's namespace keeps closed runs for less than a chain keyed by date could ask for.
    expect(await kept(own)).toBe(Math.min(9, await kept(daily)));
    expect(await kept(often)).toBe(Math.min(29, await kept(daily)));
  });

  it('are cleaned once a day by whichever worker asks first, and the report can be read', async () => {
    const asked = await Promise.all([1, 2, 3].map(() => startDailyCleanUp(engine.server, engine.registry, Date.now())));
    expect(asked.filter(Boolean)).toHaveLength(1);
    const last = await eventually('the report', async () => {
      const found = await lastDailyCleanUp(engine.server);
      return found?.runs ? found : null;
    });
    expect(last).toMatchObject({ workflowId: expect.stringMatching(`^cleanup:${name}:\\d{8}$`), runs: [] });
    expect(await startDailyCleanUp(engine.server, engine.registry, Date.now())).toBe(false);
  });
});

describe('schedules', () => {
  const describeIds = async (ids: readonly string[]) =>
    await Promise.all(
      ids.map((id) =>
        engine.client.schedule
          .getHandle(id)
          .describe()
          .then(() => true)
          .catch(() => false),
      ),
    );

  it('that the files define are never removed, not with a broken file, and not by their id (defect 23)', async () => {
    const text = { name, tasks: { [own]: `{ schedule: { hourly: { minute: 15 } }, keep: '10 days', run() {} }` } };
    const broken = writeProject({ ...text, chains: { [often]: `defineChain({ tasks: { nothing: [ } })` } });
    const smaller = writeProject({ name, tasks: { left: '{ run() {} }' }, chains: {} });
    onTestFinished(() => [broken, smaller].forEach(({ remove }) => remove()));
    const all = [often, daily, own];
    for (const registry of [engine.registry, await loadProject(broken.dir)]) {
      expect(await goneSchedules(engine.server, registry)).toEqual([]);
      expect(await removeSchedules(engine.server, registry, all)).toEqual([]);
    }
    // Gone from the files, but no sync has paused them yet.
    const left = await loadProject(smaller.dir);
    expect(left.problems).toEqual([]);
    expect(await removeSchedules(engine.server, left, all)).toEqual([]);
    expect(await describeIds(all)).toEqual([true, true, true]);
  });

  it('whose file is gone are named after a sync, removed only when asked for, and not if another project has them', async () => {
    const gone = writeProject({ name, tasks: { left: '{ run() {} }' }, chains: {} });
    onTestFinished(() => gone.remove());
    const registry: Registry = await loadProject(gone.dir);
    await syncSchedules(engine.server, registry, { choice: { names: [daily], tags: [] } });
    expect(await goneSchedules(engine.server, registry)).toEqual([daily]);
    expect(await goneSchedules(engine.server, engine.registry)).toEqual([]);
    expect(await removeSchedules(engine.server, engine.registry, [daily])).toEqual([]);
    expect(await removeSchedules(engine.server, registry, [often, daily])).toEqual([daily]);
    expect(await describeIds([often, daily, own])).toEqual([true, false, true]);
  });
});

describe('Redis', () => {
  it('loses only locks without an end whose run has ended, and old fences without one', async () => {
    const prefix = `clean-${mark}:`;
    const store = createLockStore(engine.locks, { prefix });
    const run = await engine.startTask({ task: `once_${mark}`, date: '20260201' });
    const { task_id: taskId } = await resultOf<{ task_id: string }>(run as never);
    const open = await engine.startTask({
      task: own,
      runKey: '20260201T061500Z',
      hold: { by: 'x', reason: null, until: later(1) },
    });
    const set = (key: string, value: string, ...more: string[]) => engine.locks.send(['SET', prefix + key, value, ...more]);
    await set(`lock:once_${mark}:20260201`, `${taskId}:1`);
    await set(`lock:${own}:20260201T061500Z`, 'aaaa1111:1');
    await set('lock:legacy:20260201', 'somebody');
    await set('lock:short:20260201', 'bbbb1111:1', 'EX', '300');
    await set('fence:old:20250101', '1735689600000');
    await set('fence:legacy:20260201', '1735689600000');
    await set('fence:new:20260201', String(Date.now()));
    await set('success:legacy:20260201', 'completed');
    const expected = {
      locks: [`${prefix}lock:once_${mark}:20260201`],
      fences: [`${prefix}fence:old:20250101`],
      left: expect.arrayContaining([expect.objectContaining({ task: 'legacy' }), expect.objectContaining({ task: own })]),
      successKeys: 1,
    };
    expect(await cleanLocks(engine.server, store, Date.now(), { dryRun: true })).toMatchObject(expected);
    expect(await cleanLocks(engine.server, store, Date.now())).toMatchObject(expected);
    expect(await cleanLocks(engine.server, store, Date.now())).toMatchObject({ locks: [], fences: [] });
    const keys = async (kind: 'lock' | 'fence' | 'success') => (await store.listKeys(kind)).map(({ task }) => task);
    expect(await keys('lock')).toEqual(['legacy', own, 'short'].sort());
    expect(await keys('success')).toEqual(['legacy']);
    await open.terminate('the test is over');
  });
});

describe('files', () => {
  it('of ours that are old are removed; young ones, links, folders of servers and names of others stay', async () => {
    const home = mkdtempSync(join(tmpdir(), 'daychain-clean-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const logs = join(home, 'logs');
    mkdirSync(logs);
    const old = new Date(Date.now() - 40 * DAY);
    for (const file of ['a.jsonl', 'b.jsonl.1', 'young.jsonl', 'other.txt']) writeFileSync(join(logs, file), 'x');
    writeFileSync(join(home, 'temporal.db'), 'data');
    symlinkSync(join(home, 'temporal.db'), join(logs, 'link.jsonl'));
    for (const file of ['logs/a.jsonl', 'logs/b.jsonl.1', 'logs/other.txt', 'temporal.db'])
      utimesSync(join(home, file), old, old);
    const folders = [
      { dir: logs, isOurs: (file: string) => /\.jsonl/.test(file) },
      { dir: join(home, 'nothing'), isOurs: () => true },
    ];
    const before = Date.now() - 30 * DAY;
    const removed = [join(logs, 'a.jsonl'), join(logs, 'b.jsonl.1')];
    expect(await cleanFiles(folders, before, { dryRun: true })).toEqual({ removed, bytes: 2, problems: [] });
    expect(await cleanFiles(folders, before)).toEqual({ removed, bytes: 2, problems: [] });
    expect(readdirSync(logs).sort()).toEqual(['link.jsonl', 'other.txt', 'young.jsonl']);
    expect(readdirSync(home)).toContain('temporal.db');
  });
});
