import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChainResult } from '../../src/plan/types.js';
import { syncProject } from '../../src/schedules.js';
import { localDate } from '../../src/time/zones.js';
import { type Engine, eventually, resultOf, startEngine } from '../support/engine.js';
import { temporalAddress, temporalBinary } from '../support/servers.js';

const run = promisify(execFile);
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'by-schedule',
    timezone: 'Pacific/Auckland',
    tasks: { sc_a: `{ run(ctx) { witness(ctx, 'body'); } }` },
    chains: { 'sc-chain': { schedule: { daily: '06:00' }, tasks: { sc_a: [] } } },
  });
  await syncProject(engine.server, engine.registry);
});

afterAll(async () => {
  await engine.client.schedule.getHandle('sc-chain').delete();
});

const schedule = (...args: string[]) =>
  run(temporalBinary().path, ['schedule', ...args, '--schedule-id', 'sc-chain', '--address', temporalAddress()]);
const dates = () =>
  engine
    .witness()
    .map(({ date }) => date)
    .sort();

describe('the schedule, driven by the temporal program', () => {
  test("backfill runs each slot's date in the chain's zone, and a second one runs none again", async () => {
    // 06:00 in Auckland on 10, 11 and 12 January is 17:00 the day before in UTC.
    const range = ['--start-time', '2026-01-09T16:00:00Z', '--end-time', '2026-01-11T18:00:00Z', '--overlap-policy', 'AllowAll'];
    await schedule('backfill', ...range);
    const wanted = ['20260110', '20260111', '20260112'];
    await eventually('three dates', () => dates().length === 3);
    expect(dates()).toEqual(wanted);
    for (const date of wanted) {
      const chain = await resultOf<ChainResult>(engine.client.workflow.getHandle(`sc-chain:${date}`));
      expect(chain).toMatchObject({ status: 'success', date, scheduled_for: expect.stringMatching(/T17:00:00Z$/) });
    }
    await schedule('backfill', ...range);
    const shells = `WorkflowType = 'scheduledChain' AND TaskQueue = '${engine.taskQueue}' AND ExecutionStatus = 'Completed'`;
    await eventually('six closed shells', async () => (await engine.client.workflow.count(shells)).count >= 6);
    expect(dates()).toEqual(wanted);
  });

  test("trigger runs today's date in the chain's zone", async () => {
    const before = localDate(Date.now(), 'Pacific/Auckland');
    await schedule('trigger');
    await eventually('the triggered run', () => dates().length === 4);
    const after = localDate(Date.now(), 'Pacific/Auckland');
    expect([before, after]).toContain(dates().at(-1));
  });
});
