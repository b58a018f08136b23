/** Asks the server when a spec is due, to hold it against our own slots. */
import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { CompiledSchedule } from '../time/schedule.js';
import { slotsBetween } from '../time/slots.js';
import { temporalSpec } from '../time/spec.js';
import { epochMs, instantText } from '../time/zones.js';

export interface SlotComparison {
  /** How many slots both have. */
  same: number;
  /** ISO instants that only our slots name, and only the server. */
  onlyOurs: string[];
  onlyServers: string[];
  /** ISO instant of the end of what was compared: a spec in UTC reaches about ten years ahead. */
  until: string;
}

/** The server lists at most this many at once. */
const MOST_LISTED = 1_000;

/**
 * Compares a window, both ends included, in epoch milliseconds. Makes a paused schedule of a throw-away id for it, with an action
 * that no worker has, and deletes it again.
 */
export async function compareSlots(
  { client, namespace }: { client: Client; namespace: string },
  schedule: CompiledSchedule,
  from: number,
  to: number,
): Promise<SlotComparison> {
  // Its spec as of the window's beginning. Times that the server lists are jittered: nominal ones are compared.
  const { spec, goodUntil } = temporalSpec({ ...schedule, jitterMs: 0 }, from);
  const end = Math.min(to, goodUntil ?? to);
  const scheduleId = `daychain-preview-${randomBytes(6).toString('hex')}`;
  const handle = await client.schedule.create({
    scheduleId,
    spec,
    action: { type: 'startWorkflow', workflowType: 'none', taskQueue: scheduleId },
    state: { paused: true, note: 'daychain: a preview, deleted when it is done' },
  });
  try {
    const theirs = await listed(client, { namespace, scheduleId, from, to: end });
    const ours = new Set(slotsBetween(schedule, from, end).map(({ scheduledFor }) => scheduledFor));
    const onlyServers = theirs.filter((slot) => !ours.has(slot));
    const known = new Set(theirs);
    return {
      same: theirs.length - onlyServers.length,
      onlyOurs: [...ours].filter((slot) => !known.has(slot)),
      onlyServers,
      until: instantText(end),
    };
  } finally {
    await handle.delete();
  }
}

async function listed(
  client: Client,
  { namespace, scheduleId, from, to }: { namespace: string; scheduleId: string; from: number; to: number },
): Promise<string[]> {
  const found: string[] = [];
  // The server leaves the start out.
  for (let after = from - 1; ;) {
    const { startTime } = await client.workflowService.listScheduleMatchingTimes({
      namespace,
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
  // The generated type asks for a Long; a number serves.
  return { seconds: Math.floor(ms / 1_000) as never, nanos: (ms - Math.floor(ms / 1_000) * 1_000) * 1_000_000 };
}
