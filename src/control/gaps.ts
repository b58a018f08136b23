/** A long gap is told before it is caught up: slots that fell due while no worker was there, and what will come of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { judgeSlot, LATE_MS } from '../plan/slot-decision.js';
import type { Overlap } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { slotsBefore } from '../registry/rule-slots.js';
import { factsOf, timingOfSlot } from '../registry/slot-timing.js';
import { epochMs } from '../time/zones.js';
import { type LiveSchedule, readLiveSchedule } from './ruled-schedule.js';
import type { Server } from './server.js';
import { describeShell, listOpenShells } from './shells.js';

export interface Gap {
  /** Of the schedule. */
  id: string;
  timezone: string;
  overlap: Overlap;
  /** The oldest undecided slot, an ISO instant. */
  since: string;
  /** How many slots will be run, and how many left out. */
  runs: number;
  coalesced: number;
  misfired: number;
}

/** Open shells that are looked at, over all schedules. */
const MOST_SHELLS = 500;
const AT_ONCE = 10;
const LOOK_EVERY_MS = 100;

/**
 * Slots of the project's schedules whose shells wait for a worker, if the oldest is over a minute late. A server that has
 * just come back starts what fell due within moments: up to `patienceMs` are given for that, where a schedule's newest
 * due slot has nothing yet. `now` in epoch milliseconds.
 */
export async function readGaps(server: Server, registry: Registry, now: number, patienceMs = 0): Promise<Gap[]> {
  const wanted = registry.schedules();
  const schedules = await Promise.all(wanted.map(({ id }) => readLiveSchedule(server, registry, id)));
  const active = schedules.filter((schedule) => schedule !== null && !schedule.paused) as LiveSchedule[];
  const until = performance.now() + patienceMs;
  await Promise.all(active.map((schedule) => awaitNewest(server, schedule, now, until)));
  const undecided = await undecidedShells(server, new Set(active.map(({ id }) => id)), patienceMs > 0 ? active : [], now);
  return active.flatMap((schedule) => {
    const slots = [...(undecided.get(schedule.id) ?? [])].sort();
    const [since] = slots;
    return since === undefined || now - epochMs(since) <= LATE_MS ? [] : [gapOf(registry, schedule, slots, now)];
  });
}

function gapOf(registry: Registry, { id, rules, timezone }: LiveSchedule, slots: readonly string[], now: number): Gap {
  const gap = { id, timezone, overlap: 'allow' as Overlap, since: slots[0]!, runs: 0, coalesced: 0, misfired: 0 };
  for (const slot of slots) {
    const timing = timingOfSlot(registry, { chain: id, slot, ...rules });
    gap.overlap = timing.policy.overlap;
    const judged = timing.fit === 'due' ? judgeSlot(factsOf(timing, id, now)) : ({ is: 'go' } as const);
    gap[judged.is === 'go' ? 'runs' : judged.kind]++;
  }
  return gap;
}

async function awaitNewest(server: Server, { id, rules, created }: LiveSchedule, now: number, until: number): Promise<void> {
  const [newest] = slotsBefore(rules, now, 1, created);
  if (newest === undefined) return;
  while (performance.now() < until && (await describeShell(server, id, newest.scheduledFor)) === null) await delay(LOOK_EVERY_MS);
}

/** Slots by schedule. What the list does not show yet, because it is a second behind, is looked for by ID. */
async function undecidedShells(
  server: Server,
  ids: ReadonlySet<string>,
  fresh: readonly LiveSchedule[],
  now: number,
): Promise<Map<string, Set<string>>> {
  const listed = await listOpenShells(server, MOST_SHELLS);
  const looks = new Map(listed.map(({ schedule, slot }) => [`${schedule} ${slot}`, { schedule, slot }]));
  for (const { id, rules, created } of fresh) {
    for (const { scheduledFor } of slotsBefore(rules, now, AT_ONCE, created)) {
      looks.set(`${id} ${scheduledFor}`, { schedule: id, slot: scheduledFor });
    }
  }
  const found = new Map<string, Set<string>>();
  const wanted = [...looks.values()].filter(({ schedule }) => ids.has(schedule));
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const seen = await Promise.all(
      wanted.slice(at, at + AT_ONCE).map(({ schedule, slot }) => describeShell(server, schedule, slot)),
    );
    for (const shell of seen) {
      if (shell === null || shell.end !== null || shell.decided) continue;
      found.set(shell.schedule, (found.get(shell.schedule) ?? new Set()).add(shell.slot));
    }
  }
  return found;
}
