import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { Output } from '../../src/cli/output.js';
import { historyLines } from '../../src/cli/history-lines.js';
import { gapText } from '../../src/cli/gap-text.js';
import { type Gap, readGaps } from '../../src/control/gaps.js';
import { readHistory } from '../../src/control/history.js';
import { missingSlots } from '../../src/control/missing-slots.js';
import { readLiveSchedule } from '../../src/control/ruled-schedule.js';
import { startSlot } from '../../src/control/start-slot.js';
import { whenText } from '../../src/control/when-text.js';
import { canonicalId, shellId } from '../../src/plan/ids.js';
import type { Json } from '../../src/plan/types.js';
import { loadProject, type Registry } from '../../src/registry/index.js';
import { syncProject } from '../../src/schedules.js';
import { latestSlots } from '../../src/time/slots.js';
import { instantText, slotKey } from '../../src/time/zones.js';
import { eventually, resultOf } from '../support/engine.js';
import { startOwnTemporal } from '../support/servers.js';
import { projectOfWorkers, type SpawnedWorker, type Workers } from './workers.js';

/** One outage for all: three fire times pass while the server, or the worker, is away, and over a minute more. */
const SLOTS = 3;
const APART_MS = 6_000;
const MINUTE = 60_000;
/** Workers and schedules are there, and the outage has begun, by then; where a slow machine took longer, the next try has more. */
const LEADS_MS = [20_000, 60_000, 180_000];

const BODY = `{ retry: { retries: 0 }, run(ctx) { witness(ctx, 'body'); return { backfill: ctx.backfill }; } }`;
const GATED = `{ retry: { retries: 0 }, async run(ctx) {
  witness(ctx, 'begin');
  await until(ctx, ctx.secrets.get('GATES') + '/long');
  witness(ctx, 'end');
} }`;

interface Side {
  /** Of its chains and tasks, before the dash. */
  name: string;
  workers: Workers;
  registry: Registry;
  worker: SpawnedWorker;
}

type OwnTemporal = Awaited<ReturnType<typeof startOwnTemporal>>;

let slots: string[];
let serverGone: Side;
let workerGone: Side;
let neverGone: Side;
let gaps: Gap[];
/** Epoch milliseconds. */
let announced: number;

async function side(
  name: string,
  schedule: object,
  more: Partial<Parameters<typeof projectOfWorkers>[0]>,
  address?: string,
): Promise<Side> {
  const policies = { all: 'all', latest: 'latest', none: 'none' };
  const chains = Object.fromEntries(
    Object.entries(policies).map(([word, catchUp]) => [
      `${name}-${word}`,
      { schedule, catchUp, tasks: { [`${name}_${word}`]: [] } },
    ]),
  );
  const tasks = Object.fromEntries(Object.keys(policies).map((word) => [`${name}_${word}`, BODY]));
  const workers = await projectOfWorkers(
    { name: `outage-${name}`, timezone: 'UTC', tasks, chains, ...more },
    address === undefined ? {} : { address },
  );
  const registry = await loadProject(workers.dir);
  expect(registry.problems).toEqual([]);
  const [worker] = await Promise.all([workers.start(), syncProject(serverOf({ workers }), registry)]);
  return { name, workers, registry, worker };
}

const serverOf = ({ workers }: Pick<Side, 'workers'>) => ({
  client: workers.client,
  namespace: 'default',
  taskQueue: workers.taskQueue,
  by: 'test',
});

async function at(instant: number): Promise<void> {
  await delay(Math.max(0, instant - Date.now()));
}

/** All is set up, and server and worker are taken away. Null where the first slot came before that was done: then nothing of it is left. */
async function beginOutage(attempt: number, leadMs: number): Promise<{ server: OwnTemporal; first: number } | null> {
  const server = await startOwnTemporal();
  const first = Math.ceil((Date.now() + leadMs) / 1_000) * 1_000;
  slots = Array.from({ length: SLOTS }, (_, index) => instantText(first + index * APART_MS));
  const schedule = { at: slots };
  [serverGone, workerGone, neverGone] = await Promise.all([
    side(`sv${attempt}`, schedule, {}, server.address),
    side(`wk${attempt}`, schedule, {}),
    side(`ok${attempt}`, schedule, {
      tasks: { ok_long: GATED, ok_asked: BODY },
      chains: {
        'ok-long': { schedule, overlap: 'queue', tasks: { ok_long: [] } },
        'ok-asked': {
          schedule: { daily: instantText(first + 12 * 60 * MINUTE).slice(11, 16) },
          catchUp: 'none',
          tasks: { ok_asked: [] },
        },
      },
    }),
  ]);
  await neverGone.workers.client.schedule.getHandle('ok-asked').delete();
  if (Date.now() < first) {
    await askFor('ok-asked', 0);
    workerGone.worker.process.kill('SIGTERM');
    await Promise.all([server.stop(), workerGone.worker.ended]);
    if (Date.now() < first) return { server, first };
  }
  const sides = [serverGone, workerGone, neverGone];
  for (const { worker } of sides) worker.process.kill('SIGKILL');
  await Promise.all([server.stop(), ...sides.map(({ worker }) => worker.ended)]);
  for (const { workers, registry } of [workerGone, neverGone]) {
    for (const { id } of registry.schedules())
      await workers.client.schedule
        .getHandle(id)
        .delete()
        .catch(() => {});
  }
  return null;
}

beforeAll(async () => {
  let outage: Awaited<ReturnType<typeof beginOutage>> = null;
  for (const [attempt, leadMs] of LEADS_MS.entries()) outage ??= await beginOutage(attempt, leadMs);
  const { server, first } = outage!;
  await at(first + APART_MS + 2_000);
  neverGone.workers.open('long');
  // Over a minute after the last one: even that is too late for who catches up none.
  await at(first + (SLOTS - 1) * APART_MS + MINUTE + 2_000);
  announced = Date.now();
  gaps = await readGaps(serverOf(workerGone), workerGone.registry, announced);
  await Promise.all([startOwnTemporal({ home: server.home, port: server.port }), workerGone.workers.start()]);
}, 500_000);

/** The shell of a past slot: the newest for 0. */
async function askFor(id: string, back: number): Promise<string> {
  const chain = neverGone.registry.chain(id)!;
  const now = Date.now();
  const slot = latestSlots(chain.compiled!, now, back + 1, now - 30 * 86_400_000)[back]!.scheduledFor;
  const rule = { schedule: chain.schedule as unknown as Json, timezone: 'UTC' };
  expect(await startSlot(serverOf(neverGone), { chain: id, slot, rule })).toBe('started');
  return shellId(id, slot);
}

describe.each([
  ['server', () => serverGone],
  ['worker', () => workerGone],
] as const)('the %s was away over three fire times', (_what, sideOf) => {
  const ends = async (word: string) => {
    const { name, workers } = sideOf();
    return await Promise.all(
      slots.map(async (slot) => {
        const shell = workers.client.workflow.getHandle(shellId(`${name}-${word}`, slot));
        await eventually(`the shell of ${slot}`, () => shell.describe().catch(() => null), 90_000);
        const { kind, status } = await resultOf(shell, 90_000);
        return kind ?? status;
      }),
    );
  };
  const ran = (word: string) => {
    const { name, workers } = sideOf();
    return workers.witness().flatMap(({ task, runKey }) => (task === `${name}_${word}` ? [runKey] : []));
  };
  const told = async (word: string) => {
    const side = sideOf();
    const today = slots[0]!.slice(0, 10).replaceAll('-', '');
    const last = slots.at(-1)!.slice(0, 10).replaceAll('-', '');
    const wish = { from: today, to: last, limit: 30 };
    return await readHistory(serverOf(side), side.registry, `${side.name}-${word}`, wish, Date.now());
  };

  test('all runs all three, oldest first, and history tells how late', async () => {
    expect(await ends('all')).toEqual(['success', 'success', 'success']);
    expect(ran('all')).toEqual(slots.map(slotKey));
    const lines = await eventually('history shows all three', async () => {
      const view = await told('all');
      return view.lines.filter(({ run }) => run?.status === 'success').length === SLOTS ? view.lines : null;
    });
    expect(lines.map(({ slot, end, lateMs }) => [slot, end, lateMs! > MINUTE])).toEqual(slots.map((slot) => [slot, 'run', true]));
  });

  test('latest runs the newest, two are on record as coalesced, and history says so', async () => {
    expect(await ends('latest')).toEqual(['coalesced', 'coalesced', 'success']);
    expect(ran('latest')).toEqual([slotKey(slots[2]!)]);
    const view = await eventually('history shows the run', async () => {
      const seen = await told('latest');
      return seen.lines.some(({ run }) => run?.status === 'success') ? seen : null;
    });
    expect(view.lines.map(({ slot, end }) => [slot, end])).toEqual(
      slots.map((slot, index) => [slot, index < 2 ? 'coalesced' : 'run']),
    );
    const lines = historyLines(new Output(process.stdout, process.stderr, false, false), view, Date.now());
    expect(lines[1]).toMatch(/(?:today|yesterday) \d\d:\d\d +○ coalesced: a newer slot is due as well, and catchUp is latest$/);
    expect(lines[3]).toMatch(/✓ succeeded in .*, caught up \d+ min(?: \d+ s)? late$/);
    expect(lines.at(-1)).toMatch(/^2 slots were not run: {2}daychain backfill \S+-latest \S+ \S+ --only missing$/);
  });

  test('none runs none, and history says so of all three', async () => {
    expect(await ends('none')).toEqual(['misfired', 'misfired', 'misfired']);
    expect(ran('none')).toEqual([]);
    await eventually('history', async () => (await told('none')).lines.filter(({ end }) => end === 'misfired').length === SLOTS);
  });

  test('no slot is missing', async () => {
    const side = sideOf();
    const live = (await readLiveSchedule(serverOf(side), side.registry, `${side.name}-all`))!;
    expect(await missingSlots(serverOf(side), live, Date.parse(slots[0]!), Date.parse(slots[2]!))).toEqual([]);
  });
});

test('the gap was announced before the worker was back', () => {
  const { name } = workerGone;
  expect(gaps.map(({ id, runs, coalesced, misfired }) => ({ id, runs, coalesced, misfired }))).toEqual([
    { id: `${name}-all`, runs: 3, coalesced: 0, misfired: 0 },
    { id: `${name}-latest`, runs: 1, coalesced: 2, misfired: 0 },
    { id: `${name}-none`, runs: 0, coalesced: 0, misfired: 3 },
  ]);
  const since = whenText(slots[0]!, 'UTC', announced);
  expect(gaps.map((gap) => gapText(gap, announced))).toEqual([
    `3 slots fell due since ${since}: all run, oldest first`,
    `3 slots fell due since ${since}: 1 will run; 2 coalesced`,
    `3 slots fell due since ${since}: 3 misfired`,
  ]);
});

test('a chain that ran past its next slot lost nothing under queue: each slot ran, one after the other', async () => {
  const { client, witness } = neverGone.workers;
  for (const slot of slots) {
    expect(await resultOf(client.workflow.getHandle(canonicalId('ok-long', slotKey(slot))))).toMatchObject({ status: 'success' });
  }
  const lines = witness().filter(({ task }) => task === 'ok_long');
  expect(lines.map(({ runKey, phase }) => `${runKey} ${phase}`)).toEqual(
    slots.flatMap((slot) => [`${slotKey(slot)} begin`, `${slotKey(slot)} end`]),
  );
  // The first body was held until after the second slot.
  expect(lines[1]!.at).toBeGreaterThan(Date.parse(slots[1]!));
});

test('a slot whose newer one started over a minute before was asked for: it is not judged, and its task is told', async () => {
  await askFor('ok-asked', 3);
  const { witness } = neverGone.workers;
  const run = await eventually('its body', () => witness().find(({ task }) => task === 'ok_asked'));
  const task = neverGone.workers.client.workflow.getHandle(canonicalId('ok_asked', run.runKey));
  expect(await resultOf(task)).toMatchObject({ status: 'success', output: { backfill: true } });
});
