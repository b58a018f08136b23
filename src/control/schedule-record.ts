/** One Temporal Schedule as daychain writes and reads it. */
import { createHash } from 'node:crypto';
import type { Client, ScheduleDescription, ScheduleOptionsStartWorkflowAction, ScheduleSpec } from '@temporalio/client';
import { ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { Json, ScheduledChainInput } from '../plan/types.js';
import type { WantedSchedule } from '../registry/registry.js';
import { temporalSpec, type TemporalSpec } from '../time/spec.js';

/** What the server has under an id. */
export interface ExistingSchedule {
  id: string;
  /** The project that owns it; null if daychain did not make it. */
  project: string | null;
  /** Of what daychain wrote last; null if somebody else wrote since. */
  fingerprint: string | null;
  /** When it is due, in words; null as above. */
  sentence: string | null;
  paused: boolean;
  /** Why it is paused, or what a person noted. */
  note: string | null;
  /** ISO instants, soonest first; none while paused. */
  next: string[];
}

/** Notes of our own begin so: what daychain paused, daychain may resume. */
export const OUR_NOTE = 'daychain:';

const CATCHUP_WINDOW = '1 day';
const MARK = ' · daychain ';
/** Temporal's limit for a calendar's comment. */
const MAX_COMMENT = 200;

/** What the server shall have for a wanted schedule, but for pause and note, which are a person's. */
export function recordOf(wanted: WantedSchedule, taskQueue: string) {
  const input: ScheduledChainInput = {
    chain: wanted.id,
    rule: { schedule: wanted.schedule as unknown as Json, timezone: wanted.timezone },
  };
  const action = {
    type: 'startWorkflow' as const,
    workflowType: WORKFLOWS.scheduledChain,
    // The server adds the slot in UTC. Never edited: runs are found by it.
    workflowId: wanted.id,
    taskQueue,
    args: [input],
    staticSummary: wanted.sentence,
  } satisfies ScheduleOptionsStartWorkflowAction<(input: ScheduledChainInput) => Promise<unknown>>;
  // Every due slot becomes a visible run at once: the server's own buffer is emptied by a pause.
  const policies = { overlap: ScheduleOverlapPolicy.ALLOW_ALL, catchupWindow: CATCHUP_WINDOW, pauseOnFailure: false } as const;
  const bare = { spec: temporalSpec(wanted.compiled, Date.now()).spec, action, policies };
  const fingerprint = createHash('sha256').update(JSON.stringify(bare)).digest('hex').slice(0, 16);
  return { fingerprint, spec: withComment(bare.spec, wanted.sentence, fingerprint), action, policies };
}

/** Reads a schedule, or answers null if there is none. */
export async function readSchedule(client: Client, id: string): Promise<ExistingSchedule | null> {
  try {
    return existingOf(await client.schedule.getHandle(id).describe());
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

function existingOf({ scheduleId, memo, spec, state, info }: ScheduleDescription): ExistingSchedule {
  const owner = memo?.[MEMO.project];
  const comment = spec.calendars?.find((calendar) => calendar.comment?.includes(MARK))?.comment;
  const mark = comment?.lastIndexOf(MARK) ?? -1;
  return {
    id: scheduleId,
    project: typeof owner === 'string' ? owner : null,
    fingerprint: comment === undefined ? null : comment.slice(mark + MARK.length),
    sentence: comment === undefined ? null : comment.slice(0, mark),
    paused: state.paused,
    note: state.note || null,
    next: state.paused ? [] : info.nextActionTimes.map((time) => time.toISOString().replace('.000Z', 'Z')),
  };
}

function withComment(spec: TemporalSpec['spec'], sentence: string, fingerprint: string): ScheduleSpec {
  const room = MAX_COMMENT - MARK.length - fingerprint.length;
  const text = Buffer.byteLength(sentence) <= room ? sentence : `${sentence.slice(0, room - 3)}…`;
  const [first, ...others] = spec.calendars;
  return { ...spec, calendars: [{ ...first, comment: `${text}${MARK}${fingerprint}` }, ...others] };
}
