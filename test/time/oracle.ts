/** The real server's word on when a spec is due. */
import { randomBytes } from 'node:crypto';
import { Client, type Connection, type ScheduleSpec } from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';
import { afterAll, beforeAll, expect } from 'vitest';
import { compileSchedule, type CompiledSchedule } from '../../src/time/schedule.js';
import { slotsBetween } from '../../src/time/slots.js';
import { temporalSpec } from '../../src/time/spec.js';
import { epochMs, instantText } from '../../src/time/zones.js';
import { temporalAddress, temporalNamespace } from '../support/servers.js';

/** The server lists at most this many at once. */
const MOST_LISTED = 1_000;

export interface Oracle {
  /** How many instants it has been asked to compare, and how many calendars the longest spec had. */
  readonly figures: { specs: number; slots: number; mostCalendars: number };
  /** Instants of the spec in each window, both ends included, in epoch milliseconds. */
  listed(spec: ScheduleSpec, windows: readonly Window[]): Promise<string[][]>;
  /** Throws, naming the first difference, unless the server is due exactly when our slots say. */
  compare(schedule: unknown, zone: string, windows: readonly Window[], now: number): Promise<void>;
}

export type Window = readonly [from: number, to: number];

/** To be called at the top of a test file: connects before its tests and leaves after them. */
export function useOracle(): Oracle {
  let connection: Connection;
  let client: Client;
  beforeAll(async () => {
    connection = await openConnection({ address: temporalAddress(), connectTimeout: 10_000 });
    client = new Client({ connection, namespace: temporalNamespace() });
  });
  afterAll(() => connection?.close());

  const figures = { specs: 0, slots: 0, mostCalendars: 0 };
  const oracle: Oracle = {
    figures,
    async listed(spec, windows) {
      const scheduleId = `oracle-${randomBytes(6).toString('hex')}`;
      const handle = await client.schedule.create({
        scheduleId,
        spec,
        action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none' },
        state: { paused: true },
      });
      try {
        return await Promise.all(windows.map((window) => pages(client, scheduleId, window)));
      } finally {
        await handle.delete();
      }
    },
    async compare(schedule, zone, windows, now) {
      const compiled = compile(schedule, zone);
      // Times that the server lists are jittered: what is compared is the spec without.
      const { jitter: _, ...spec } = temporalSpec(compiled, now).spec;
      const theirs = await oracle.listed(spec, windows);
      figures.specs += 1;
      figures.mostCalendars = Math.max(figures.mostCalendars, spec.calendars.length);
      windows.forEach(([from, to], index) => {
        const ours = slotsBetween(compiled, from, to).map(({ scheduledFor }) => scheduledFor);
        figures.slots += ours.length;
        if (same(theirs[index]!, ours)) return;
        const [odd] = [...new Set([...ours, ...theirs[index]!])]
          .filter((slot) => !ours.includes(slot) || !theirs[index]!.includes(slot))
          .sort();
        const who = odd !== undefined && ours.includes(odd) ? 'ours alone' : "the server's alone";
        throw new Error(`${JSON.stringify(schedule)} in ${zone}, ${instantText(from)} to ${instantText(to)}: ${odd} is ${who}`);
      });
    },
  };
  return oracle;
}

export function compile(schedule: unknown, zone: string): CompiledSchedule {
  const { compiled, problems } = compileSchedule(schedule, zone);
  expect(problems, `${JSON.stringify(schedule)} in ${zone}`).toEqual([]);
  return compiled!;
}

/** Work on each value, a few at once. */
export async function eachOf<T>(values: readonly T[], work: (value: T) => Promise<void>): Promise<void> {
  const AT_ONCE = 8;
  const queue = [...values];
  const worker = async () => {
    for (let value = queue.shift(); value !== undefined; value = queue.shift()) {
      await work(value).catch((error: unknown) => {
        queue.length = 0;
        throw error;
      });
    }
  };
  // All are awaited, also when one has failed: nobody may still ask when the connection closes.
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function pages(client: Client, scheduleId: string, [from, to]: Window): Promise<string[]> {
  const found: string[] = [];
  // The server leaves the start out.
  for (let after = from - 1; ;) {
    const { startTime } = await client.workflowService.listScheduleMatchingTimes({
      namespace: temporalNamespace(),
      scheduleId,
      startTime: timestamp(after),
      endTime: timestamp(to),
    });
    for (const { seconds } of startTime) found.push(instantText(Number(seconds) * 1_000));
    if (startTime.length < MOST_LISTED) return found;
    after = epochMs(found.at(-1)!);
  }
}

function timestamp(ms: number) {
  return { seconds: Math.floor(ms / 1_000) as never, nanos: (ms - Math.floor(ms / 1_000) * 1_000) * 1_000_000 };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
