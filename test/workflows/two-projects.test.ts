import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { cleanLocks } from '../../src/control/clean-locks.js';
import { goneSchedules } from '../../src/control/clean-schedules.js';
import { syncSchedules } from '../../src/control/schedules.js';
import { createLockStore } from '../../src/lock/redis-store.js';
import type { ChainResult, TaskResult } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

const mark = randomUUID().slice(0, 8);
const same = `tp_same_${mark}`;
const shared = `tp-shared-${mark}`;
let civic: Engine;
let leads: Engine;

/** Two projects beside each other: one server, one namespace, one Redis; a task and a chain of the same name in both. */
beforeAll(async () => {
  const project = async (name: string) =>
    await startEngine({
      name: `${name}-${mark}`,
      config: `lock: { prefix: '${name}-${mark}:' }`,
      tasks: {
        [same]: `{ tags: ['daily'], lock: { wait: 0 }, async run(ctx) { witness(ctx, '${name}'); if (ctx.date === '20260809') await until(ctx, ctx.secrets.get('GATES') + '/end'); return { by: '${name}' }; } }`,
        [`tp_${name}_${mark}`]: `{ run(ctx) { witness(ctx, '${name}'); return { by: '${name}' }; } }`,
      },
      chains: {
        [shared]: { schedule: { daily: '06:00' }, tasks: { [same]: [] } },
        [`tp-${name}-${mark}`]: { schedule: { daily: '06:00' }, tasks: { [`tp_${name}_${mark}`]: [] } },
      },
    });
  civic = await project('civic');
  leads = await project('leads');
});

describe('two projects on one server', () => {
  test('run the same date side by side, each by its own worker', async () => {
    const runs = [civic, leads].map(async (engine, at) => {
      const chain = `tp-${['civic', 'leads'][at]}-${mark}`;
      return await resultOf<ChainResult>(await engine.startChain({ chain, date: '20260801' }));
    });
    expect((await Promise.all(runs)).map(({ status }) => status)).toEqual(['success', 'success']);
    expect(civic.witness().map(({ phase }) => phase)).toEqual(['civic']);
    expect(leads.witness().map(({ phase }) => phase)).toEqual(['leads']);
  });

  test('share no run of a task of the same name: what one has run the other neither takes for its own nor runs', async () => {
    const first = await resultOf<TaskResult>(await civic.startTask({ task: same, date: '20260802' }));
    expect(first.output).toEqual({ by: 'civic' });
    const chain = await leads.startChain({ chain: shared, date: '20260802' });
    const { result } = await failureOf(chain);
    expect(result.tasks[same]).toMatchObject({ status: 'failed', kind: 'id_taken' });
    expect(result.tasks[same]?.reason).toContain(`civic-${mark}`);
    expect(leads.witness().some(({ date }) => date === '20260802')).toBe(false);
    // A date nobody has is whose comes first.
    const other = await resultOf<TaskResult>(await leads.startTask({ task: same, date: '20260803' }));
    expect(other.output).toEqual({ by: 'leads' });
    expect(civic.witness().some(({ date }) => date === '20260803')).toBe(false);
  });

  test('hold locks of their own, and clean up neither those nor schedules of the other', async () => {
    const run = await civic.startTask({ task: same, date: '20260809' });
    await eventually('the body holds its lock', () => civic.witness().some(({ date }) => date === '20260809'));
    const ofLeads = createLockStore(leads.locks, { prefix: `leads-${mark}:` });
    const ofCivic = createLockStore(civic.locks, { prefix: `civic-${mark}:` });
    expect(await ofLeads.list({ task: same })).toEqual([]);
    expect(await ofCivic.list({ task: same })).toHaveLength(1);
    expect(await cleanLocks(leads.server, ofLeads, Date.now() + 400 * 86_400_000)).toMatchObject({ locks: [], fences: [] });
    expect(await ofCivic.list({ task: same })).toHaveLength(1);
    civic.open('end');
    await resultOf(run);
  });

  test('own their schedules: the second to want an id is refused, and takes, changes and removes nothing', async () => {
    await syncSchedules(civic.server, civic.registry);
    const report = await syncSchedules(leads.server, leads.registry);
    expect(JSON.stringify(report)).toContain('foreign');
    expect(await goneSchedules(leads.server, leads.registry)).toEqual([]);
    const { memo } = await civic.client.schedule.getHandle(shared).describe();
    expect(memo).toMatchObject({ project: `civic-${mark}` });
  });
});
