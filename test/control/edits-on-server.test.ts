/** Edits, pauses and filters on a real server: what is lost by none of them, and what none of them starts. */
import { randomBytes } from 'node:crypto';
import { Client, type Connection, ScheduleNotFoundError } from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readOutlook, runsOut } from '../../src/control/next.js';
import { pauseSchedule, resumeSchedule } from '../../src/control/pause.js';
import { readSchedule } from '../../src/control/schedule-record.js';
import { planSync, type SyncOptions, syncSchedules } from '../../src/control/schedules.js';
import type { Server } from '../../src/control/server.js';
import type { Schedule, TimeOfDay } from '../../src/define/schedule-types.js';
import { pauseId, shellId } from '../../src/plan/ids.js';
import { MEMO } from '../../src/plan/names.js';
import type { Registry, WantedSchedule } from '../../src/registry/registry.js';
import { compileSchedule } from '../../src/time/schedule.js';
import { slotsOfDate } from '../../src/time/slots.js';
import { localDate } from '../../src/time/zones.js';
import { schedulesListed } from '../support/schedules-listed.js';
import { temporalAddress, temporalNamespace } from '../support/servers.js';

const project = { name: `e${randomBytes(4).toString('hex')}`, taskQueue: `nobody-${randomBytes(4).toString('hex')}` };
let connection: Connection;
let server: Server;
const made = new Set<string>();

beforeAll(async () => {
  connection = await openConnection({ address: temporalAddress(), connectTimeout: 10_000 });
  const client = new Client({ connection, namespace: temporalNamespace() });
  server = { client, namespace: temporalNamespace(), taskQueue: project.taskQueue, by: 'tests' };
});
afterAll(() => connection?.close());
afterEach(async () => {
  for (const id of made) {
    const gone = (error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    };
    await server.client.schedule.getHandle(id).delete().catch(gone);
  }
  made.clear();
});

/** All is reckoned from one moment: an hour, or a day, may begin while the tests run. */
const START = new Date();
const AHEAD = 12 - START.getUTCHours();
const zoneAhead = (hours: number) => (hours === 0 ? 'UTC' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`);
/** A zone in which it is noon now, so that hours before and after are of the same date. */
const NOON = zoneAhead(AHEAD);
/** One in which it is two to four hours later: no zone is more than fourteen hours ahead. */
const EAST = zoneAhead(Math.min(AHEAD + 4, 14));
const TODAY = localDate(START.getTime(), NOON);

function freshId(): string {
  const id = `edit-${randomBytes(5).toString('hex')}`;
  made.add(id);
  return id;
}

function wantedAt(id: string, schedule: Schedule, timezone = NOON, tags: string[] = []): WantedSchedule {
  const { compiled, problems } = compileSchedule(schedule, timezone);
  expect(problems).toEqual([]);
  const policy = { catchUp: 'all' as const, startWithinMs: null, overlap: 'queue' as const, deadline: null };
  return { id, kind: 'chain', schedule, timezone, compiled: compiled!, sentence: compiled!.sentence, policy, tags };
}

const daily = (id: string, at: TimeOfDay, tags: string[] = []) => wantedAt(id, { daily: at }, NOON, tags);

async function sync(wanted: WantedSchedule[], options: SyncOptions = {}, on = server) {
  const registry = { project, problems: [], schedules: () => wanted } as unknown as Registry;
  const done = await syncSchedules(on, registry, options);
  if (done.refused !== null) throw new Error(done.refused);
  return done.steps.map(({ id, change, started, unconfirmed, rekeying, after }) => ({
    id,
    change,
    started: started.map(({ date }) => date),
    unconfirmed,
    rekeying,
    after,
  }));
}

async function hasShell(id: string, slot: string): Promise<boolean> {
  return await server.client.workflow
    .getHandle(shellId(id, slot))
    .describe()
    .then(() => true)
    .catch(() => false);
}

describe('an edit', () => {
  test('of a time that is to come into one that is over runs the date at once, and only once', async () => {
    const id = freshId();
    await sync([daily(id, '15:00')]);
    const [step] = await sync([daily(id, '09:00')]);
    expect(step).toMatchObject({ change: 'update', started: [TODAY] });
    const slot = compileSchedule({ daily: '09:00' }, NOON).compiled!;
    expect(await hasShell(id, slotsOfDate(slot, TODAY)[0]!)).toBe(true);
    expect(await sync([daily(id, '09:00')])).toMatchObject([{ change: 'unchanged', started: [] }]);
    // Back and forth again: the date has been started, and no rule promises it any more.
    expect(await sync([daily(id, '15:00')])).toMatchObject([{ change: 'update', started: [] }]);
  });

  test('runs the date also where the server is slow to show what was written', async () => {
    const id = freshId();
    await sync([daily(id, '15:00')]);
    const before = await server.client.schedule.getHandle(id).describe();
    let looks = 0;
    // The server as it is while it catches up: for a while after the write it answers with what was before.
    const slow = Object.create(server.client.schedule, {
      getHandle: {
        value: (of: string) => {
          const handle = server.client.schedule.getHandle(of);
          return {
            ...handle,
            describe: async () => {
              const now = await handle.describe();
              const isWritten = now.info.lastUpdatedAt?.getTime() !== before.info.lastUpdatedAt?.getTime();
              return isWritten && ++looks <= 50 ? before : now;
            },
          };
        },
      },
    }) as typeof server.client.schedule;
    const client = Object.create(server.client, { schedule: { value: slow } }) as typeof server.client;
    const [step] = await sync([daily(id, '09:00')], {}, { ...server, client });
    expect(step).toMatchObject({ change: 'update', started: [TODAY] });
    expect(looks).toBeGreaterThan(50);
  });

  test('that only moves the date later starts nothing', async () => {
    const id = freshId();
    await sync([daily(id, '15:00')]);
    expect(await sync([daily(id, '16:00')])).toMatchObject([{ change: 'update', started: [] }]);
  });

  test('of a schedule that a person paused starts nothing, and keeps pause and note', async () => {
    const id = freshId();
    await sync([daily(id, '15:00')]);
    await server.client.schedule.getHandle(id).pause('key rotation');
    const [step] = await sync([daily(id, '09:00')]);
    expect(step).toMatchObject({ change: 'update', started: [], after: { paused: true, note: 'key rotation' } });
  });

  test('of a zone starts the date the new zone began and the old one had not reached', async () => {
    const id = freshId();
    // Fourteen o'clock, to come here, has been where it is two hours later.
    await sync([daily(id, '14:00')]);
    const [step] = await sync([wantedAt(id, { daily: '14:00' }, EAST)]);
    expect(step).toMatchObject({ change: 'update', started: [TODAY] });
  });

  test('by which runs become unique by slot waits for a confirmation, and then starts nothing', async () => {
    const id = freshId();
    await sync([daily(id, '15:00')]);
    const hourly = wantedAt(id, { cron: '0 * * * *' });
    expect(await sync([hourly])).toMatchObject([{ unconfirmed: true, rekeying: { from: 'date', to: 'slot' } }]);
    expect((await readSchedule(server.client, id))!.sentence).toContain('15:00');
    expect(await sync([hourly], { confirmed: true })).toMatchObject([{ change: 'update', unconfirmed: false, started: [] }]);
    expect(await sync([hourly])).toMatchObject([{ change: 'unchanged' }]);
  });

  test('is noticed where a person changed the times and left our comment as it was', async () => {
    const id = freshId();
    await sync([daily(id, '15:00')]);
    await server.client.schedule.getHandle(id).update((previous) => ({
      ...previous,
      spec: { ...previous.spec, calendars: previous.spec.calendars!.map((calendar) => ({ ...calendar, hour: 4 })) },
    }));
    expect(await sync([daily(id, '15:00')])).toMatchObject([{ change: 'update', after: { paused: false } }]);
    expect(await sync([daily(id, '15:00')])).toMatchObject([{ change: 'unchanged' }]);
  });
});

describe('a list of times', () => {
  test('near a clock change reaches ten years ahead, and is renewed by a later sync, which is no edit', async () => {
    const id = freshId();
    const wanted = wantedAt(id, { daily: '02:30' }, 'Europe/Paris');
    await sync([wanted]);
    const existing = (await readSchedule(server.client, id))!;
    const now = Date.now();
    expect(Date.parse(existing.goodUntil!)).toBeGreaterThan(now + 10 * 365 * 86_400_000);
    expect(await sync([wanted])).toMatchObject([{ change: 'unchanged' }]);
    const changeAt = (years: number) =>
      planSync({ wanted: [wanted], existing: [existing], project, now: now + years * 365.25 * 86_400_000 }).steps[0]!.change;
    expect(changeAt(0)).toBe('unchanged');
    expect(changeAt(1.5)).toBe('renew');
    expect(runsOut(existing, now)).toBe(null);
    expect(runsOut(existing, now + 10 * 365.25 * 86_400_000)).toBe(existing.goodUntil);
  });
});

describe('a filter', () => {
  test('by name, pattern or tag leaves the rest as it is', async () => {
    const [a, b, c] = [freshId(), freshId(), freshId()];
    const all = [daily(a, '15:00', ['nightly']), daily(b, '15:00'), daily(c, '15:00')];
    await sync(all);
    const edited = [daily(a, '16:00', ['nightly']), daily(b, '16:00'), daily(c, '16:00')];
    const ids = async (options: SyncOptions) => (await sync(edited, { ...options, dryRun: true })).map(({ id }) => id);
    expect(await ids({ choice: { names: [], tags: ['nightly'] } })).toEqual([a]);
    expect(await ids({ choice: { names: [`${b.slice(0, -3)}*`], tags: [] } })).toEqual([b]);
    expect(await sync(edited, { choice: { names: [c], tags: [] } })).toMatchObject([{ id: c, change: 'update' }]);
    expect((await readSchedule(server.client, b))!.sentence).toContain('15:00');
    // What has left the files is left alone, too, unless it is named.
    expect(await sync([edited[2]!], { choice: { names: [c], tags: [] } })).toMatchObject([{ id: c, change: 'unchanged' }]);
    expect((await readSchedule(server.client, a))!.paused).toBe(false);
  });
});

describe('a pause', () => {
  test('keeps who, when, why and until when; a second one changes nothing; an edit leaves it alone', async () => {
    const id = freshId();
    await sync([daily(id, '15:00')]);
    const paused = await pauseSchedule(server, project.name, id, { reason: 'key rotation', until: null, catchUp: false });
    expect(paused).toMatchObject({ outcome: 'paused', pause: { by: 'tests', reason: 'key rotation', until: null } });
    const again = await pauseSchedule({ ...server, by: 'other' }, project.name, id, {
      reason: null,
      until: null,
      catchUp: false,
    });
    expect(again).toMatchObject({ outcome: 'already', pause: { by: 'tests', reason: 'key rotation' } });
    expect(await sync([daily(id, '16:00')])).toMatchObject([{ change: 'update', after: { paused: true, note: paused.note } }]);
    const [outlook] = await readOutlook(server, project.name, [daily(id, '16:00')], 3, Date.now());
    expect(outlook).toMatchObject({ state: 'paused', slots: [], missed: [] });
    expect(await resumeSchedule(server, project.name, id, { catchUp: false })).toMatchObject({ outcome: 'resumed', missing: [] });
    expect(await readSchedule(server.client, id)).toMatchObject({
      paused: false,
      note: expect.stringMatching(/^resumed by tests at /),
    });
    expect(await resumeSchedule(server, project.name, id, { catchUp: false })).toMatchObject({ outcome: 'not_paused' });
  });

  test('by two people at the same moment is that of one of them, and ends when that one said', async () => {
    const ids = Array.from({ length: 6 }, freshId);
    await sync(ids.map((id) => daily(id, '15:00')));
    const pauses = await Promise.all(
      ids.map(async (id) => {
        const untils = ['2199-01-01T00:00:00Z', '2199-02-02T00:00:00Z'];
        return await Promise.all(
          untils.map((until) => pauseSchedule(server, project.name, id, { reason: null, until, catchUp: false })),
        );
      }),
    );
    for (const [at, [one, other]] of pauses.entries()) {
      expect([one!.outcome, other!.outcome].sort()).toEqual(['already', 'paused']);
      expect(other!.pause).toEqual(one!.pause);
      const end = server.client.workflow.getHandle(pauseId(ids[at]!));
      expect((await end.describe()).memo).toMatchObject({ [MEMO.until]: one!.pause!.until });
      await end.terminate();
    }
  });

  test("of what is not there, another project's, or out of the files is refused with the way out", async () => {
    const id = freshId();
    const wish = { reason: null, until: null, catchUp: false };
    await expect(pauseSchedule(server, project.name, id, wish)).rejects.toThrow(/not on|no schedule on the server/);
    await sync([daily(id, '15:00')]);
    await expect(pauseSchedule(server, 'stranger', id, wish)).rejects.toThrow(new RegExp(`belongs to project ${project.name}`));
    // What has left the files is found in that list.
    await schedulesListed(server.client, [id]);
    expect(await sync([], { choice: { names: [id], tags: [] } })).toMatchObject([{ id, change: 'deactivate' }]);
    await expect(resumeSchedule(server, project.name, id, { catchUp: false })).rejects.toThrow(/no longer in the files/);
  });
});
