/** A pause with an end, and what fell due meanwhile: a real schedule, a real worker, slots a few seconds apart. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missedBeforeEdit } from '../../src/control/next.js';
import { type Paused, pauseSchedule, resumeSchedule } from '../../src/control/pause.js';
import { readSchedule } from '../../src/control/schedule-record.js';
import { applySync, planSync } from '../../src/control/schedules.js';
import { canonicalId, pauseId } from '../../src/plan/ids.js';
import { compileSchedule } from '../../src/time/schedule.js';
import { instantText, slotKey } from '../../src/time/zones.js';
import { type Engine, eventually, startEngine } from '../support/engine.js';

/** Far enough from now for schedules to be made and paused before; the later sets are for a machine that was too slow for that. */
const SOON_MS = [5_000, 30_000, 90_000];
const PAUSES = ['auto', 'hand', 'told'];
let engine: Engine;
let made: PausedSet;

/** Three schedules that are paused before their first slot: `auto` until just after the last, the others for good. */
interface PausedSet {
  chain(pause: string): string;
  task(pause: string): string;
  base: number;
  slots: string[];
  until: string;
  /** What the pause of `auto` answered. */
  auto: Paused;
}

beforeAll(async () => {
  const names = SOON_MS.flatMap((_, at) => PAUSES.map((pause) => `${pause}${at}`));
  engine = await startEngine({
    name: 'pauses',
    timezone: 'UTC',
    tasks: Object.fromEntries(names.map((name) => [`pa_${name}`, `{ run(ctx) { witness(ctx, 'begin'); } }`])),
    chains: Object.fromEntries(
      names.map((name) => [`pa-${name}`, { schedule: { at: ['2099-01-01T00:00:00Z'] }, tasks: { [`pa_${name}`]: [] } }]),
    ),
  });
  for (const [at, soonMs] of SOON_MS.entries()) {
    made = await pausedSet(at, soonMs);
    if (Date.now() < made.base) return;
  }
  throw new Error('this machine is too slow to pause three schedules within a minute and a half');
}, 300_000);

afterAll(async () => {
  for await (const { scheduleId } of engine.client.schedule.list()) {
    if (/^pa-(auto|hand|told)/.test(scheduleId)) await engine.client.schedule.getHandle(scheduleId).delete();
  }
});

async function pausedSet(at: number, soonMs: number): Promise<PausedSet> {
  const { server } = engine;
  const { project } = engine.registry;
  const base = Math.ceil(Date.now() / 1_000) * 1_000 + soonMs;
  const slots = [0, 1_000, 2_000].map((ms) => instantText(base + ms));
  const until = instantText(base + 3_000);
  const chain = (pause: string) => `pa-${pause}${at}`;
  const wanted = PAUSES.map((pause) => withSlots(chain(pause), slots));
  await applySync(server, planSync({ wanted, existing: [], project, now: Date.now() }));
  const auto = await pauseSchedule(server, project.name, chain('auto'), { reason: 'tests', until, catchUp: true });
  for (const pause of ['hand', 'told']) {
    await pauseSchedule(server, project.name, chain(pause), { reason: 'tests', until: null, catchUp: false });
  }
  return { chain, task: (pause) => `pa_${pause}${at}`, base, slots, until, auto };
}

/** What the project wants of a schedule, with these slots. */
function withSlots(id: string, at: string[]) {
  const wanted = engine.registry.schedules().find((one) => one.id === id)!;
  const { compiled } = compileSchedule({ at }, 'UTC');
  return { ...wanted, schedule: { at }, compiled: compiled!, sentence: compiled!.sentence };
}

const ran = (task: string) =>
  engine
    .witness()
    .filter((line) => line.task === task && line.phase === 'begin')
    .map(({ runKey }) => runKey);

test('a pause ends by itself and catches up, one by hand tells what it left out, and catches up when asked', async () => {
  const { server } = engine;
  const project = engine.registry.project.name;
  const { chain, task, base, slots, until } = made;
  expect(made.auto).toMatchObject({ outcome: 'paused', pause: { until, by: 'tests', reason: 'tests' } });

  await eventually('the end of the pause', async () => !(await readSchedule(server.client, chain('auto')))?.paused, 120_000);
  await eventually('its three slots', () => ran(task('auto')).length === 3);
  expect(ran(task('auto'))).toEqual(slots.map(slotKey));
  const ended = engine.client.workflow.getHandle(pauseId(chain('auto')));
  expect(await ended.result()).toMatchObject({ outcome: 'resumed', missing: 3, started: 3 });

  const told = await resumeSchedule(server, project, chain('told'), { catchUp: false });
  expect(told.missing.map(({ scheduledFor }) => scheduledFor)).toEqual(slots);
  expect(told.started).toEqual([]);
  const caughtUp = await resumeSchedule(server, project, chain('hand'), { catchUp: true });
  expect(caughtUp.started.map(({ scheduledFor }) => scheduledFor)).toEqual(slots);
  await eventually('the three slots of the other', () => ran(task('hand')).length === 3);
  expect(ran(task('hand'))).toEqual(slots.map(slotKey));
  expect(ran(task('told'))).toEqual([]);

  // An edit names what the pause left out, and starts none of it.
  const diff = planSync({
    wanted: [withSlots(chain('told'), [...slots, instantText(base + 3_600_000)])],
    existing: [(await readSchedule(server.client, chain('told')))!],
    project: engine.registry.project,
    now: Date.now(),
  });
  const steps = await applySync(server, diff);
  expect(steps).toMatchObject([{ change: 'update', started: [] }]);
  const missed = await missedBeforeEdit(server, steps, base + 60_000);
  expect(missed.get(chain('told'))!.map(({ scheduledFor }) => scheduledFor)).toEqual(slots);
  expect(ran(task('told'))).toEqual([]);
  const last = engine.client.workflow.getHandle(canonicalId(chain('hand'), slotKey(slots[2]!)));
  expect(await last.result()).toMatchObject({ status: 'success' });
});

test('a pause that was resumed by hand, and another one since, are left alone by the end of the first', async () => {
  const { server } = engine;
  const project = engine.registry.project.name;
  const told = made.chain('told');
  const until = instantText(Date.now() + 3_600_000);
  await pauseSchedule(server, project, told, { reason: 'first', until, catchUp: false });
  await resumeSchedule(server, project, told, { catchUp: false });
  const first = engine.client.workflow.getHandle(pauseId(told));
  expect((await first.describe()).status.name).toBe('TERMINATED');
  const later = instantText(Date.parse(until) + 3_600_000);
  await pauseSchedule(server, project, told, { reason: 'second', until: later, catchUp: false });
  expect(await readSchedule(server.client, told)).toMatchObject({ paused: true });
  expect((await engine.client.workflow.getHandle(pauseId(told)).describe()).status.name).toBe('RUNNING');
  await resumeSchedule(server, project, told, { catchUp: false });
});
