/** A pause with an end, and what fell due meanwhile: a real schedule, a real worker, slots a few seconds apart. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missedBeforeEdit } from '../../src/control/next.js';
import { pauseSchedule, resumeSchedule } from '../../src/control/pause.js';
import { readSchedule } from '../../src/control/schedule-record.js';
import { applySync, planSync } from '../../src/control/schedules.js';
import { canonicalId, pauseId } from '../../src/plan/ids.js';
import { syncProject } from '../../src/schedules.js';
import { compileSchedule } from '../../src/time/schedule.js';
import { instantText, slotKey } from '../../src/time/zones.js';
import { type Engine, eventually, startEngine } from '../support/engine.js';

/** Time for the engine to start and the schedule to be made and paused. */
const SOON_MS = 15_000;
const base = Math.ceil(Date.now() / 1_000) * 1_000 + SOON_MS;
const slots = [0, 1_000, 2_000].map((ms) => instantText(base + ms));
let engine: Engine;

beforeAll(async () => {
  const tasks = (name: string) => ({ [name]: `{ run(ctx) { witness(ctx, 'begin'); witness(ctx, 'end'); } }` });
  engine = await startEngine({
    name: 'pauses',
    timezone: 'UTC',
    tasks: { ...tasks('pa_auto'), ...tasks('pa_hand'), ...tasks('pa_told') },
    chains: {
      'pa-auto': { schedule: { at: slots }, tasks: { pa_auto: [] } },
      'pa-hand': { schedule: { at: slots }, tasks: { pa_hand: [] } },
      'pa-told': { schedule: { at: slots }, tasks: { pa_told: [] } },
    },
  });
  await syncProject(engine.server, engine.registry);
});

afterAll(async () => {
  for (const id of ['pa-auto', 'pa-hand', 'pa-told']) await engine.client.schedule.getHandle(id).delete();
});

const ran = (task: string) =>
  engine
    .witness()
    .filter((line) => line.task === task && line.phase === 'begin')
    .map(({ runKey }) => runKey);

test('a pause ends by itself and catches up, one by hand tells what it left out, and catches up when asked', async () => {
  const { server } = engine;
  const project = engine.registry.project.name;
  const until = instantText(base + 3_000);
  const wish = { reason: 'tests', until: null, catchUp: false };
  expect(await pauseSchedule(server, project, 'pa-auto', { reason: 'tests', until, catchUp: true })).toMatchObject({
    outcome: 'paused',
    pause: { until, by: 'tests', reason: 'tests' },
  });
  await pauseSchedule(server, project, 'pa-hand', wish);
  await pauseSchedule(server, project, 'pa-told', wish);
  expect(Date.now(), 'paused before the first slot').toBeLessThan(base);

  await eventually('the end of the pause', async () => !(await readSchedule(server.client, 'pa-auto'))?.paused, 40_000);
  await eventually('its three slots', () => ran('pa_auto').length === 3);
  expect(ran('pa_auto')).toEqual(slots.map(slotKey));
  const ended = engine.client.workflow.getHandle(pauseId('pa-auto'));
  expect(await ended.result()).toMatchObject({ outcome: 'resumed', missing: 3, started: 3 });

  const told = await resumeSchedule(server, project, 'pa-told', { catchUp: false });
  expect(told.missing.map(({ scheduledFor }) => scheduledFor)).toEqual(slots);
  expect(told.started).toEqual([]);
  const caughtUp = await resumeSchedule(server, project, 'pa-hand', { catchUp: true });
  expect(caughtUp.started.map(({ scheduledFor }) => scheduledFor)).toEqual(slots);
  await eventually('the three slots of the other', () => ran('pa_hand').length === 3);
  expect(ran('pa_hand')).toEqual(slots.map(slotKey));
  expect(ran('pa_told')).toEqual([]);

  // An edit names what the pause left out, and starts none of it.
  const wanted = engine.registry.schedules().find(({ id }) => id === 'pa-told')!;
  const at = [...slots, instantText(base + 3_600_000)];
  const { compiled } = compileSchedule({ at }, 'UTC');
  const edited = { ...wanted, schedule: { at }, compiled: compiled!, sentence: compiled!.sentence };
  const diff = planSync({
    wanted: [edited],
    existing: [(await readSchedule(server.client, 'pa-told'))!],
    project: engine.registry.project,
    now: Date.now(),
  });
  const steps = await applySync(server, diff);
  expect(steps).toMatchObject([{ change: 'update', started: [] }]);
  const missed = await missedBeforeEdit(server, steps, base + 60_000);
  expect(missed.get('pa-told')!.map(({ scheduledFor }) => scheduledFor)).toEqual(slots);
  expect(ran('pa_told')).toEqual([]);
  const last = engine.client.workflow.getHandle(canonicalId('pa-hand', slotKey(slots[2]!)));
  expect(await last.result()).toMatchObject({ status: 'success' });
});

test('a pause that was resumed by hand, and another one since, are left alone by the end of the first', async () => {
  const { server } = engine;
  const project = engine.registry.project.name;
  const until = instantText(Math.ceil(Date.now() / 1_000) * 1_000 + 4_000);
  await pauseSchedule(server, project, 'pa-told', { reason: 'first', until, catchUp: false });
  await resumeSchedule(server, project, 'pa-told', { catchUp: false });
  const first = engine.client.workflow.getHandle(pauseId('pa-told'));
  expect((await first.describe()).status.name).toBe('TERMINATED');
  const later = instantText(Date.parse(until) + 3_600_000);
  await pauseSchedule(server, project, 'pa-told', { reason: 'second', until: later, catchUp: false });
  expect(await readSchedule(server.client, 'pa-told')).toMatchObject({ paused: true });
  expect((await engine.client.workflow.getHandle(pauseId('pa-told')).describe()).status.name).toBe('RUNNING');
  await resumeSchedule(server, project, 'pa-told', { catchUp: false });
});
