/** Where slots stand that may be late. */
import { canonicalId } from '../plan/ids.js';
import type { NoticeSubject, SlotStanding } from '../plan/notices.js';
import { quoted } from '../plan/query.js';
import type { Registry } from '../registry/index.js';
import { lateInstant } from '../registry/resolve.js';
import { nextSlots } from '../time/slots.js';
import { epochMs } from '../time/zones.js';
import { momentText, zoneOf } from './notice-facts.js';
import { seeRun } from './runs.js';
import { isUnimplemented, seeSchedule, seeShell, type ShellParts } from './shells.js';

interface SlotParts extends ShellParts {
  registry: Registry;
}

/** The next slots of one run key are few. */
const LOOKED_AT = 50;

/** The slot after another, of another run key, with the time at which it is late; null where there is none. */
export function nextSubject(registry: Registry, subject: NoticeSubject): NoticeSubject | null {
  const { id, kind, runKey, scheduledFor } = subject;
  const timing = registry.chain(id) ?? registry.timingOf(id);
  if (!timing?.compiled || timing.late === null) return null;
  const next = nextSlots(timing.compiled, epochMs(scheduledFor), LOOKED_AT).find((slot) => slot.runKey !== runKey);
  if (next === undefined) return null;
  return { id, kind, ...next, lateAt: lateInstant(timing.late, next.date, timing.timezone) };
}

/** `now` in epoch milliseconds. */
export async function standingOf(parts: SlotParts, subject: NoticeSubject, now: number): Promise<SlotStanding> {
  const { id, runKey, scheduledFor } = subject;
  const workflowId = canonicalId(id, runKey);
  const run = await seeRun(parts.client, workflowId);
  if (run?.status === 'COMPLETED' || (run !== null && (await hasCompleted(parts, workflowId)))) return { is: 'succeeded' };
  if (run?.status === 'CANCELLED') return { is: 'cancelled' };
  const next = nextSubject(parts.registry, subject);
  if (next?.lateAt !== undefined && Date.parse(next.lateAt) <= now) return { is: 'not_the_newest' };
  if (run?.open) return { is: 'open', detail: 'it is running' };
  if (run !== null) return { is: 'failed', told: false };
  const shell = await seeShell(parts, id, scheduledFor);
  const due = `its slot, ${momentText(scheduledFor, zoneOf(parts.registry, id))},`;
  if (shell === null) return { is: 'absent', detail: `${due} was never started` };
  if (shell.skipped !== null) return { is: 'left_out', kind: shell.skipped, detail: `${due} was left out: ${shell.skipped}` };
  return { is: 'waiting', detail: `${due} waits: for the one before it, or for a worker` };
}

export async function wasNeverStarted(parts: SlotParts, subject: NoticeSubject): Promise<'unstarted' | 'watched' | 'paused'> {
  const { id, runKey, scheduledFor } = subject;
  if ((await seeShell(parts, id, scheduledFor)) !== null) return 'watched';
  const schedule = await seeSchedule(parts.client, id);
  if (schedule === null || schedule.paused) return 'paused';
  const run = await seeRun(parts.client, canonicalId(id, runKey));
  return run === null ? 'unstarted' : 'paused';
}

/** Whether an execution of an ID has completed besides the newest. */
async function hasCompleted({ client }: SlotParts, workflowId: string): Promise<boolean> {
  try {
    const { count } = await client.workflow.count(`WorkflowId = ${quoted(workflowId)} AND ExecutionStatus = "Completed"`);
    return count > 0;
  } catch (error) {
    if (isUnimplemented(error)) return false;
    throw error;
  }
}
