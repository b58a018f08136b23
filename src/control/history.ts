/** What became of each slot of a schedule, and what ran without one. */
import { backfillCommand, LATE_MS } from '../plan/slot-decision.js';
import type { Registry } from '../registry/index.js';
import { addDays } from '../time/dates.js';
import { epochMs, firstInstant } from '../time/zones.js';
import { BadInput } from './errors.js';
import { horizonOf, readLiveSchedule, type LiveSchedule } from './ruled-schedule.js';
import type { RunSummary } from './run-summary.js';
import type { Server } from './server.js';
import { describeShell, type ShellView } from './shells.js';
import { readSlots, type SlotRecord } from './slot-records.js';

export type SlotEnd =
  /** It has a run; `run` says how that is doing. */
  | 'run'
  | 'misfired'
  | 'coalesced'
  | 'overlapped'
  /** Its shell waits for an earlier slot, or for a worker to look at it. */
  | 'waiting'
  | 'undecided'
  /** Its shell ended without a run: cancelled, or it could not find the definition. */
  | 'shell_failed'
  /** It fell due, and nothing was started. */
  | 'no_shell';

export interface HistoryLine {
  /** ISO instant; null for a run without a slot: by hand, by a trigger, a one-shot. */
  slot: string | null;
  date: string;
  runKey: string;
  end: SlotEnd;
  /** How long after its slot the run began, where that is over a minute. Milliseconds. */
  lateMs: number | null;
  /** Why it did not run or not well, in the run's or shell's own words. */
  reason: string | null;
  run: RunSummary | null;
  shell: ShellView | null;
  /** What to type to have it run, or run well; null where there is nothing to do. */
  command: string | null;
}

export interface HistoryView {
  id: string;
  timezone: string;
  /** Null where the server has no schedule: then only runs are known. */
  schedule: Pick<LiveSchedule, 'paused' | 'note' | 'keyedBy'> | null;
  /** The first date looked at, `YYYYMMDD`. */
  from: string;
  to: string;
  /** Oldest first. */
  lines: HistoryLine[];
  /** Older lines of the window that the limit left out. */
  leftOut: number;
}

export interface HistoryWish {
  /** Dates, `YYYYMMDD`, both included. */
  from: string;
  to: string;
  /** At most so many lines, the newest ones. */
  limit: number;
}

/** Open shells are asked one by one what they wait for, at most so many. */
const MOST_ASKED = 20;

/**
 * The history of a chain, or of a task with its own schedule. `now` in epoch milliseconds.
 * @throws BadInput where `from` lies after `to`
 */
export async function readHistory(
  server: Server,
  registry: Registry,
  id: string,
  wish: HistoryWish,
  now: number,
): Promise<HistoryView> {
  if (wish.from > wish.to) throw new BadInput(`--from ${wish.from} lies after --to ${wish.to}.`);
  const live = await readLiveSchedule(server, registry, id);
  const own = registry.chain(id) ?? registry.timingOf(id);
  const timezone = live?.timezone ?? own?.timezone ?? registry.project.timezone;
  const begin = epochMs(firstInstant(wish.from, timezone));
  const end = Math.min(epochMs(firstInstant(addDays(wish.to, 1), timezone)) - 1_000, now);
  const since = live === null ? begin : Math.max(live.created, await horizonOf(server, live.keyedBy, now, live.keep));
  const schedule = live ?? { id, rules: {}, keyedBy: 'date' as const };
  const { slots, others } = await readSlots(server, schedule, begin, end, since);
  const lines = [
    ...slots.map((record) => lineOf(id, record, now)),
    ...others.filter(({ date }) => date !== null && date >= wish.from && date <= wish.to).map((run) => lineWithout(run)),
  ].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const shown = lines.slice(Math.max(0, lines.length - wish.limit));
  await askOpenOnes(server, id, shown);
  return {
    id,
    timezone,
    schedule: live && { paused: live.paused, note: live.note, keyedBy: live.keyedBy },
    from: wish.from,
    to: wish.to,
    lines: shown,
    leftOut: lines.length - shown.length,
  };
}

function lineOf(id: string, { slot, shell, run }: SlotRecord, now: number): HistoryLine {
  const { scheduledFor, date, runKey } = slot;
  const common = { slot: scheduledFor, date, runKey, run, shell };
  if (run !== null) {
    const late = Date.parse(run.started) - epochMs(scheduledFor);
    const reason = run.left?.reason ?? null;
    return { ...common, end: 'run', lateMs: late > LATE_MS ? late : null, reason, command: commandFor(run) };
  }
  const missing = { ...common, lateMs: null, command: backfillCommand(id, date) };
  if (shell === null) {
    // The server starts a slot within a moment of its time.
    const justDue = now - epochMs(scheduledFor) < LATE_MS;
    return { ...missing, end: justDue ? 'undecided' : 'no_shell', reason: null, ...(justDue && { command: null }) };
  }
  if (shell.skipped !== null) return { ...missing, end: shell.skipped.kind, reason: shell.skipped.reason.split('\n')[0]! };
  if (shell.end === null) return { ...missing, end: 'undecided', reason: null, command: null };
  return { ...missing, end: 'shell_failed', reason: `its shell ${shell.end === 'failed' ? 'failed' : `was ${shell.end}`}` };
}

function lineWithout(run: RunSummary): HistoryLine {
  return {
    slot: null,
    date: run.date!,
    runKey: run.runKey!,
    end: 'run',
    lateMs: null,
    reason: run.left?.reason ?? null,
    run,
    shell: null,
    command: commandFor(run),
  };
}

function commandFor({ end, workflowId }: RunSummary): string | null {
  return end === null || end === 'completed' ? null : `daychain rerun ${workflowId}`;
}

/** By the slot where there is one; a run without stands after the slots of its date. */
function sortKey({ slot, date, runKey }: HistoryLine): string {
  return `${date} ${slot ?? `~${runKey}`}`;
}

async function askOpenOnes(server: Server, id: string, lines: readonly HistoryLine[]): Promise<void> {
  const open = lines.filter(({ end, shell }) => end === 'undecided' && shell !== null).slice(-MOST_ASKED);
  await Promise.all(
    open.map(async (line) => {
      const shell = await describeShell(server, id, line.slot!);
      if (shell?.waits) line.end = 'waiting';
    }),
  );
}
