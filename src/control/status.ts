/** How the project's chains are doing, by the server. */
import { backfillCommand } from '../plan/slot-decision.js';
import { addDays } from '../time/dates.js';
import type { Slot } from '../time/slots.js';
import { localDate } from '../time/zones.js';
import type { Registry } from '../registry/index.js';
import { readAtWork, type AtWork } from './at-work.js';
import { listRuns } from './list-runs.js';
import type { RunSummary } from './run-summary.js';
import { missedSlots, runsOut } from './next.js';
import { readSchedule } from './schedule-record.js';
import type { Server } from './server.js';
import { listWorkers, type WorkerView } from './workers.js';

export interface ScheduleState {
  /** `by_hand`: it has no schedule; `missing`: its file has one, the server does not; `foreign`: another project's. */
  state: 'active' | 'paused' | 'missing' | 'foreign' | 'by_hand';
  sentence: string | null;
  note: string | null;
  /** ISO instant of the next slot. */
  next: string | null;
  /** Slots of the last month that fell due and have no run, oldest first. */
  missed: Slot[];
  /** ISO instant up to which the server knows its times, where that is less than a year ahead; else null. */
  runsOutAt: string | null;
}

export interface ChainStatus {
  /** Of a chain, or of a task that carries its own schedule. */
  id: string;
  kind: 'chain' | 'task';
  timezone: string;
  schedule: ScheduleState;
  /** The newest run keys, oldest first, at most seven. */
  last: RunSummary[];
}

export interface Attention {
  text: string;
  /** What to type. */
  command: string;
}

export interface StatusView {
  project: string;
  timezone: string;
  workers: WorkerView[];
  chains: ChainStatus[];
  /** Tasks that are going through items, at most 16. */
  working: AtWork[];
  /** What wants a look, most pressing first. */
  attention: Attention[];
}

const LAST = 7;
/** Runs of older dates are no news; a backfill of them must not push the newest out. */
const LOOK_BACK_DAYS = 60;

/** `now` in epoch milliseconds. */
export async function readStatus(server: Server, registry: Registry, now: number = Date.now()): Promise<StatusView> {
  const scheduledTasks = registry.taskIds().filter((id) => registry.timingOf(id)?.schedule);
  const [workers, working, ...chains] = await Promise.all([
    listWorkers(server, now),
    readAtWork(server),
    ...registry.chainIds().map((id) => statusOf(server, registry, 'chain', id, now)),
    ...scheduledTasks.map((id) => statusOf(server, registry, 'task', id, now)),
  ]);
  return {
    project: registry.project.name,
    timezone: registry.project.timezone,
    workers,
    chains,
    working,
    attention: attentionTo(registry, workers, chains, now),
  };
}

async function statusOf(
  server: Server,
  registry: Registry,
  kind: 'chain' | 'task',
  id: string,
  now: number,
): Promise<ChainStatus> {
  const timing = kind === 'chain' ? registry.chain(id) : registry.timingOf(id);
  const timezone = timing?.timezone ?? registry.project.timezone;
  const since = addDays(localDate(now, timezone), -LOOK_BACK_DAYS);
  const [runs, schedule] = await Promise.all([
    listRuns(server, { kind, id, since }),
    scheduleOf(server, registry, id, timing?.compiled?.sentence ?? null, now),
  ]);
  return { id, kind, timezone, schedule, last: runs.slice(0, LAST).reverse() };
}

async function scheduleOf(
  server: Server,
  registry: Registry,
  id: string,
  wanted: string | null,
  now: number,
): Promise<ScheduleState> {
  const found = await readSchedule(server.client, id);
  const none = { note: found?.note ?? null, next: null, missed: [], runsOutAt: null };
  if (found === null) return { state: wanted === null ? 'by_hand' : 'missing', sentence: wanted, ...none };
  if (found.project !== registry.project.name) return { state: 'foreign', sentence: wanted, ...none };
  return {
    state: found.paused ? 'paused' : 'active',
    sentence: found.sentence ?? wanted,
    note: found.note,
    next: found.next[0] ?? null,
    missed: await missedSlots(server, found, now),
    runsOutAt: runsOut(found, now),
  };
}

/** A hold taken back before its slot: the run is still to come. */
function isAhead({ status, left }: RunSummary, now: number): boolean {
  return status === 'cancelled' && left !== null && Date.parse(left.scheduled_for) > now;
}

function attentionTo(
  registry: Registry,
  workers: readonly WorkerView[],
  chains: readonly ChainStatus[],
  now: number,
): Attention[] {
  const found: Attention[] = [];
  if (workers.length === 0)
    found.push({ text: 'no worker is polling: nothing runs', command: 'daychain up, or daychain worker' });
  for (const { id, last } of chains) {
    for (const run of last) {
      if ((run.status !== 'failed' && run.status !== 'cancelled') || isAhead(run, now)) continue;
      const how = run.end === 'terminated' ? 'was terminated' : run.status === 'failed' ? 'failed' : 'was cancelled';
      found.push({ text: `${id} ${run.runKey} ${how}`, command: `daychain show ${run.workflowId}` });
    }
  }
  for (const { id, schedule } of chains) {
    if (schedule.state === 'missing') found.push({ text: `${id} has no schedule on the server yet`, command: 'daychain sync' });
    if (schedule.state === 'foreign')
      found.push({ text: `the schedule ${id} belongs to somebody else`, command: 'daychain sync --dry-run' });
  }
  for (const { id, schedule } of chains) {
    const [first, last] = [schedule.missed[0], schedule.missed.at(-1)];
    if (first && last) {
      const have = schedule.missed.length === 1 ? 'slot has' : 'slots have';
      found.push({
        text: `${id}: ${schedule.missed.length} ${have} no run, ${first.runKey}${first === last ? '' : ` to ${last.runKey}`}`,
        command: schedule.state === 'paused' ? `daychain resume ${id} --catch-up` : backfillCommand(id, first.date, last.date),
      });
    }
    if (schedule.runsOutAt !== null)
      found.push({
        text: `the server knows the times of ${id} until ${schedule.runsOutAt} only`,
        command: `daychain sync ${id}`,
      });
  }
  const { problems } = registry;
  if (problems.length > 0) {
    const files = new Set(problems.map(({ file }) => file)).size;
    found.push({ text: `${counted(problems.length, 'problem')} in ${counted(files, 'file')}`, command: 'daychain check' });
  }
  return found;
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
