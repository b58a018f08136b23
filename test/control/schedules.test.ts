import { randomBytes } from 'node:crypto';
import {
  Client,
  type Connection,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleDescription,
} from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pauseSchedule, resumeSchedule } from '../../src/control/pause.js';
import { applySync, planSync, syncSchedules, type SyncDiff, type SyncOptions } from '../../src/control/schedules.js';
import { fingerprintOf, OUR_NOTE, readSchedule, type ExistingSchedule } from '../../src/control/schedule-record.js';
import { tokenKeeping } from '../../src/control/conflict-token.js';
import type { Server } from '../../src/control/server.js';
import type { Schedule } from '../../src/define/schedule-types.js';
import type { Registry, WantedSchedule } from '../../src/registry/registry.js';
import { compileSchedule } from '../../src/time/schedule.js';
import { schedulesListed } from '../support/schedules-listed.js';
import { temporalAddress, temporalNamespace } from '../support/servers.js';

const project = { name: `p${randomBytes(4).toString('hex')}`, taskQueue: 'q' };
let connection: Connection;
let client: Client;
let server: Server;
const made = new Set<string>();

beforeAll(async () => {
  connection = await openConnection({ address: temporalAddress(), connectTimeout: 10_000 });
  client = new Client({ connection, namespace: temporalNamespace() });
  server = { client, namespace: temporalNamespace(), taskQueue: project.taskQueue, by: 'tests' };
});
afterAll(() => connection?.close());
afterEach(async () => {
  for (const id of made) {
    await client.schedule
      .getHandle(id)
      .delete()
      .catch((error: unknown) => {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      });
  }
  made.clear();
});

function freshId(): string {
  const id = `sync-${randomBytes(5).toString('hex')}`;
  made.add(id);
  return id;
}

function wantedAt(id: string, schedule: Schedule, timezone = 'Europe/Paris'): WantedSchedule {
  const { compiled } = compileSchedule(schedule, timezone);
  const policy = { catchUp: 'all' as const, startWithinMs: null, overlap: 'queue' as const, deadline: null };
  return { id, kind: 'chain', schedule, timezone, compiled: compiled!, sentence: compiled!.sentence, policy, tags: [] };
}

async function plan(wanted: WantedSchedule[], ids: string[] = wanted.map(({ id }) => id), owner = project): Promise<SyncDiff> {
  const existing = await Promise.all(ids.map((id) => readSchedule(client, id)));
  return planSync({ wanted, existing: existing.filter((one) => one !== null), project: owner, now: Date.now() });
}

async function sync(wanted: WantedSchedule[], ids?: string[], owner = project) {
  return applySync(server, await plan(wanted, ids, owner));
}

const describeOnServer = (id: string): Promise<ScheduleDescription> => client.schedule.getHandle(id).describe();

const NOW = Date.parse('2026-11-22T05:00:41Z');

describe('the plan', () => {
  const wanted = wantedAt('a', { daily: '06:00' });
  const ours: ExistingSchedule = {
    id: 'a',
    project: project.name,
    fingerprint: fingerprintOf(wanted, project.taskQueue),
    sentence: wanted.sentence,
    paused: false,
    note: null,
    next: [],
    rules: {},
    createdAt: 0,
    goodUntil: null,
  };
  const change = (existing: ExistingSchedule[], inFiles = [wanted]) =>
    planSync({ wanted: inFiles, existing, project, now: NOW }).steps.map((step) => step.change);

  test.each<[string, ExistingSchedule[], WantedSchedule[], string[]]>([
    ['creates what is missing', [], [wanted], ['create']],
    ['leaves alone what is right', [ours], [wanted], ['unchanged']],
    ['updates what is different', [{ ...ours, fingerprint: 'other' }], [wanted], ['update']],
    ['updates what somebody else wrote over', [{ ...ours, fingerprint: null }], [wanted], ['update']],
    ["leaves a person's pause alone", [{ ...ours, paused: true, note: 'key rotation' }], [wanted], ['unchanged']],
    ['reactivates what daychain paused', [{ ...ours, paused: true, note: `${OUR_NOTE} gone` }], [wanted], ['reactivate']],
    ['deactivates what has left the files', [ours], [], ['deactivate']],
    ['leaves paused what has left the files', [{ ...ours, paused: true, note: 'marie' }], [], ['unchanged']],
    ['refuses what another project owns', [{ ...ours, project: 'other' }], [wanted], ['foreign']],
    ['refuses what nobody owns', [{ ...ours, project: null }], [wanted], ['foreign']],
    ['does not even name what is not ours and not wanted', [{ ...ours, project: 'other' }], [], []],
  ])('%s', (_, existing, inFiles, changes) => {
    expect(change(existing, inFiles)).toEqual(changes);
  });

  test('tells a change of time, zone and task queue apart', () => {
    const prints = [
      fingerprintOf(wanted, 'q'),
      fingerprintOf(wanted, 'other'),
      fingerprintOf(wantedAt('a', { daily: '06:01' }), 'q'),
      fingerprintOf(wantedAt('a', { daily: '06:00' }, 'UTC'), 'q'),
      fingerprintOf(wantedAt('a', { cron: '0 6 * * *' }), 'q'),
    ];
    expect(new Set(prints).size).toBe(prints.length);
  });
});

describe('on a server', () => {
  test('a schedule is created as the files say, and a second sync changes nothing', async () => {
    const id = freshId();
    const wanted = wantedAt(id, { daily: '06:00' });
    const [created] = await sync([wanted]);
    expect(created).toMatchObject({
      id,
      change: 'create',
      sentence: 'every day at 06:00, Europe/Paris',
      after: { paused: false },
    });
    expect(created!.after!.next[0]).toMatch(/T0[45]:00:00Z$/);

    const found = await describeOnServer(id);
    expect(found.memo).toEqual({ project: project.name });
    expect(found.policies.overlap).toBe(ScheduleOverlapPolicy.ALLOW_ALL);
    expect(found.policies.catchupWindow).toBe(365 * 86_400_000);
    expect(found.spec.timezone).toBe('Europe/Paris');
    expect(found.spec.calendars).toMatchObject([{ hour: [{ start: 6, end: 6 }], minute: [{ start: 0, end: 0 }] }]);
    expect(found.action).toMatchObject({
      workflowType: 'scheduledChain',
      workflowId: id,
      taskQueue: 'q',
      args: [{ chain: id, rule: { schedule: { daily: '06:00' }, timezone: 'Europe/Paris' } }],
    });

    const before = found.info.lastUpdatedAt;
    expect(await sync([wanted])).toMatchObject([{ change: 'unchanged' }]);
    expect((await describeOnServer(id)).info.lastUpdatedAt).toEqual(before);
  });

  test("an update keeps a person's pause and note", async () => {
    const id = freshId();
    await sync([wantedAt(id, { daily: '06:00' })]);
    await client.schedule.getHandle(id).pause('key rotation');
    expect(await sync([wantedAt(id, { daily: '07:30' })])).toMatchObject([
      { change: 'update', after: { paused: true, note: 'key rotation', sentence: 'every day at 07:30, Europe/Paris' } },
    ]);
    const found = await describeOnServer(id);
    expect(found.state).toMatchObject({ paused: true, note: 'key rotation' });
    expect(found.memo).toEqual({ project: project.name });
    expect(found.spec.calendars).toMatchObject([{ hour: [{ start: 7, end: 7 }] }]);
  });

  test('what leaves the files is paused with a note, and goes on when it is back, also with another time', async () => {
    const id = freshId();
    await sync([wantedAt(id, { daily: '06:00' })]);
    expect(await sync([], [id])).toMatchObject([{ change: 'deactivate', after: { paused: true } }]);
    expect((await describeOnServer(id)).state.note).toMatch(/^daychain: no longer in the files/);
    expect(await sync([], [id])).toMatchObject([{ change: 'unchanged' }]);
    expect(await sync([wantedAt(id, { daily: '08:00' })])).toMatchObject([
      { change: 'reactivate', after: { paused: false, note: null, sentence: 'every day at 08:00, Europe/Paris' } },
    ]);
  });

  test("another project's schedule is named and not touched", async () => {
    const id = freshId();
    await sync([wantedAt(id, { daily: '06:00' })], undefined, { name: 'other', taskQueue: 'q' });
    const before = await describeOnServer(id);
    expect(await sync([wantedAt(id, { daily: '09:00' })])).toMatchObject([{ change: 'foreign', existing: { project: 'other' } }]);
    const after = await describeOnServer(id);
    expect(after.info.lastUpdatedAt).toEqual(before.info.lastUpdatedAt);
    expect(after.spec).toEqual(before.spec);
  });

  test("a plan that has become stale does not overwrite another project's new schedule", async () => {
    const id = freshId();
    const stale = await plan([wantedAt(id, { daily: '06:00' })]);
    expect(stale.steps[0]!.change).toBe('create');
    await sync([wantedAt(id, { daily: '07:00' })], undefined, { name: 'other', taskQueue: 'q' });
    expect(await applySync(server, stale)).toMatchObject([{ change: 'foreign' }]);
  });

  test('an edit made by hand is put right', async () => {
    const id = freshId();
    await sync([wantedAt(id, { daily: '06:00' })]);
    await client.schedule.getHandle(id).update((previous) => ({ ...previous, spec: { calendars: [{ hour: 3 }] } }));
    expect(await sync([wantedAt(id, { daily: '06:00' })])).toMatchObject([{ change: 'update' }]);
    expect((await describeOnServer(id)).spec.calendars).toMatchObject([{ hour: [{ start: 6 }] }]);
  });

  test('both day fields of a cron line restricted are a union on the server', async () => {
    const id = freshId();
    await sync([wantedAt(id, { cron: '0 9 1,15 * 1' }, 'UTC')]);
    const { spec, info } = await describeOnServer(id);
    expect(spec.calendars).toHaveLength(2);
    for (const time of info.nextActionTimes) {
      expect([1, 15].includes(time.getUTCDate()) || time.getUTCDay() === 1).toBe(true);
      expect(time.getUTCHours()).toBe(9);
    }
  });

  test('a write against an old description is dropped by the server, so it cannot undo a newer one', async () => {
    const id = freshId();
    await sync([wantedAt(id, { daily: '06:00' })]);
    const service = client.workflowService;
    // Somebody pauses the schedule between our reading and our writing.
    const interrupted = Object.create(service, {
      describeSchedule: {
        async value(request: Parameters<typeof service.describeSchedule>[0]) {
          const description = await service.describeSchedule(request);
          await client.schedule.getHandle(id).pause('just now');
          await expect.poll(async () => (await describeOnServer(id)).state.paused, { timeout: 60_000 }).toBe(true);
          return description;
        },
      },
    });
    await tokenKeeping({ schedule: client.schedule, connection, workflowService: interrupted })
      .getHandle(id)
      .update((previous) => ({ ...previous, state: { ...previous.state, note: 'stale' } }));
    // The newer write stays, for as long as it takes a third one to arrive.
    await client.schedule
      .getHandle(id)
      .update((previous) => ({ ...previous, policies: { ...previous.policies, catchupWindow: '2 days' } }));
    await expect.poll(async () => (await describeOnServer(id)).policies.catchupWindow, { timeout: 60_000 }).toBe(2 * 86_400_000);
    expect((await describeOnServer(id)).state).toMatchObject({ paused: true, note: 'just now' });
  });

  test('a pause, and a resume, whose write met another one is written again', async () => {
    const id = freshId();
    await sync([wantedAt(id, { daily: '06:00' })]);
    const met = (days: number): Server => {
      const service = client.workflowService;
      let times = 0;
      const interrupted = Object.create(service, {
        describeSchedule: {
          async value(request: Parameters<typeof service.describeSchedule>[0]) {
            const description = await service.describeSchedule(request);
            if (times++ > 0) return description;
            const catchupWindow = days * 86_400_000;
            await client.schedule
              .getHandle(id)
              .update((previous) => ({ ...previous, policies: { ...previous.policies, catchupWindow } }));
            await expect
              .poll(async () => (await describeOnServer(id)).policies.catchupWindow, { timeout: 60_000 })
              .toBe(catchupWindow);
            return description;
          },
        },
      });
      return { ...server, client: Object.create(client, { workflowService: { value: interrupted } }) };
    };
    const wish = { reason: 'key rotation', until: null, catchUp: false };
    expect(await pauseSchedule(met(2), project.name, id, wish)).toMatchObject({ outcome: 'paused' });
    expect((await describeOnServer(id)).state.paused).toBe(true);
    expect(await resumeSchedule(met(3), project.name, id, { catchUp: false })).toMatchObject({ outcome: 'resumed' });
    expect((await describeOnServer(id)).state.paused).toBe(false);
  });

  test('many syncs at once end in what the files say', async () => {
    const ids = [freshId(), freshId(), freshId()];
    const wanted = ids.map((id) => wantedAt(id, { daily: '06:00' }));
    const all = await Promise.all(Array.from({ length: 4 }, () => sync(wanted)));
    expect(all.flat().filter(({ after }) => after?.sentence !== 'every day at 06:00, Europe/Paris')).toEqual([]);
    expect((await plan(wanted)).steps.map(({ change }) => change)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  });

  test('the whole of a sync finds what has left the files by itself, and only plans on a dry run', async () => {
    const [kept, gone] = [freshId(), freshId()];
    const registryWith = (ids: string[]) =>
      ({ project, problems: [], schedules: () => ids.map((id) => wantedAt(id, { daily: '06:00' })) }) as unknown as Registry;
    const changes = async (ids: string[], options?: SyncOptions, on = server) => {
      const done = await syncSchedules(on, registryWith(ids), options);
      return done.refused === null
        ? done.steps.map(({ id, change }) => `${change} ${id === kept ? 'kept' : 'gone'}`).sort()
        : done.refused;
    };
    expect(await changes([kept, gone], { dryRun: true })).toEqual(['create gone', 'create kept']);
    expect(await readSchedule(client, kept)).toBe(null);
    expect(await changes([kept, gone])).toEqual(['create gone', 'create kept']);
    // The server's list runs a little behind: what an earlier sync knew is found also where it is not listed yet.
    const list = async function* () {};
    const schedule = Object.create(client.schedule, { list: { value: list } }) as typeof client.schedule;
    const behind = { ...server, client: Object.create(client, { schedule: { value: schedule } }) as Client };
    expect(await changes([kept], { dryRun: true }, behind)).toEqual(['unchanged kept']);
    expect(await changes([kept], { dryRun: true, known: [kept, gone] }, behind)).toEqual(['deactivate gone', 'unchanged kept']);
    await schedulesListed(client, [kept, gone]);
    expect(await changes([kept], { dryRun: true })).toEqual(['deactivate gone', 'unchanged kept']);
    expect(await changes([kept])).toEqual(['deactivate gone', 'unchanged kept']);
    expect(await changes([kept])).toEqual(['unchanged gone', 'unchanged kept']);
  });

  test('nothing at all is asked or done while a file has problems', async () => {
    const untouchable = new Proxy({} as Client, {
      get(_, name) {
        throw new Error(`the client was used: ${String(name)}`);
      },
    });
    const registry = { project, problems: [{}], schedules: () => [wantedAt('a', { daily: '06:00' })] } as unknown as Registry;
    expect(await syncSchedules({ client: untouchable, by: 'tests' }, registry)).toEqual({ refused: 'problems' });
  });
});
