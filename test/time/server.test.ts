// What the compiler says against what the server does with its spec.
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../src/time/dates.js';
import { compileSchedule, type CompiledSchedule } from '../../src/time/schedule.js';
import { slotsOfDate } from '../../src/time/slots.js';
import { temporalSpec } from '../../src/time/spec.js';
import { epochMs, firstInstant, instantText } from '../../src/time/zones.js';
import { temporalAddress, temporalNamespace } from '../support/servers.js';

let connection: Connection;
let client: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress(), connectTimeout: 10_000 });
  client = new Client({ connection, namespace: temporalNamespace() });
});
afterAll(() => connection?.close());

const DAYS = 45;
/** The server lists at most this many at once. */
const MOST_LISTED = 1_000;

/** The first instants of a window that the server names, in order. */
async function listed(schedule: CompiledSchedule, from: string, to: string): Promise<string[]> {
  const scheduleId = `oracle-${randomBytes(5).toString('hex')}`;
  const handle = await client.schedule.create({
    scheduleId,
    spec: temporalSpec(schedule, Date.now()).spec,
    action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none' },
    state: { paused: true },
  });
  try {
    const { startTime } = await client.workflowService.listScheduleMatchingTimes({
      namespace: temporalNamespace(),
      scheduleId,
      // The server leaves the start out.
      startTime: timestamp(epochMs(from) - 1),
      endTime: timestamp(epochMs(to) - 1),
    });
    return startTime.map(({ seconds }) => instantText(Number(seconds) * 1_000));
  } finally {
    await handle.delete();
  }
}

function timestamp(ms: number) {
  return { seconds: Math.floor(ms / 1_000) as never, nanos: (ms % 1_000) * 1_000_000 };
}

function own(schedule: CompiledSchedule, from: string): string[] {
  return Array.from({ length: DAYS }, (_, n) => slotsOfDate(schedule, addDays(from, n))).flat();
}

async function expectSame(cron: string, zone: string, from: string): Promise<void> {
  const { compiled, problems } = compileSchedule({ cron }, zone);
  expect(problems).toEqual([]);
  const theirs = await listed(compiled!, firstInstant(from, zone), firstInstant(addDays(from, DAYS), zone));
  expect(theirs, cron).toEqual(own(compiled!, from).slice(0, MOST_LISTED));
}

test.each([
  ['30 6 * * 1-5', 'Europe/Paris', '20260501'],
  ['*/7 6-23 * * *', 'UTC', '20260201'],
  ['0 9 1,15 * 1', 'America/New_York', '20260601'],
  ['0 9 */10 * 1', 'UTC', '20260101'],
  ['15 */6 29 2 *', 'UTC', '20240201'],
  ['0 0 * * fri-mon', 'Asia/Kolkata', '20260101'],
])('the server fires %s in %s when we say', async (cron, zone, from) => expectSame(cron, zone, from));

test('the server fires any cron line when we say', async () => {
  const values = (least: number, most: number) =>
    fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 5 }).map((list) => list.join(','));
  const field = (least: number, most: number, star = 2) =>
    fc.oneof(
      { weight: star, arbitrary: fc.constant('*') },
      { weight: 2, arbitrary: values(least, most) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: most - least }).map((step) => `*/${step}`) },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 1, max: 5 })).map(([a, n]) => `${a}/${n}`),
      },
    );
  const line = fc
    .tuple(field(0, 59, 0), field(0, 23), field(1, 28), field(1, 12, 6), field(0, 7))
    .map((fields) => fields.join(' '));
  await fc.assert(
    fc.asyncProperty(line, fc.integer({ min: 0, max: 3_000 }), (cron, day) => expectSame(cron, 'UTC', addDays('20240101', day))),
    { numRuns: 40 },
  );
});
