/** One Temporal Schedule as daychain writes and reads it. */
import { createHash } from 'node:crypto';
import type { Client, ScheduleDescription, ScheduleOptionsStartWorkflowAction, ScheduleSpec } from '@temporalio/client';
import { ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { DAY, DEFAULT_KEEP_MS, HOUR } from '../plan/limits.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { Json, Keep, ScheduledChainInput, ScheduleRule, SlotPolicy } from '../plan/types.js';
import type { WantedSchedule } from '../registry/registry.js';
import { ruleOf, type Rules } from '../registry/rules.js';
import type { CompiledSchedule } from '../time/schedule.js';
import { nextSlots } from '../time/slots.js';
import { temporalSpec } from '../time/spec.js';
import { instantText } from '../time/zones.js';
import { canonicalJson } from './canonical-json.js';

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
  /** When slots were and are due, edits included. */
  rules: Rules;
  /** Epoch milliseconds: nothing was due before. */
  createdAt: number;
  /** ISO date up to which the server knows the slots; null for ever. */
  goodUntil: string | null;
  /** How long closed runs of its slots are kept, where they are unique by their slot; absent: 30 days. */
  keep?: Keep;
}

/** Notes of our own begin so: what daychain paused, daychain may resume. */
export const OUR_NOTE = 'daychain:';

/** A finite spec that reaches less far is written anew by any sync. The compiler's reach is longer. */
export const LEAST_REACH_MS = 10 * 365 * DAY;

/** Part of the fingerprint: grows when the same schedule is to be written differently. */
const RECORD_VERSION = 2;
const MARK = ' · daychain ';
const UNTIL = ' until ';
/** Temporal's limit for a calendar's comment. */
const MAX_COMMENT = 200;
/** Old rules tell what was due in the past; nobody looks farther back than runs are kept. */
const KEEP_RULES_MS = 400 * DAY;
const MOST_RULES = 20;

/** What the server shall have for a wanted schedule, but for pause and note, which are a person's. */
export interface ScheduleRecord {
  fingerprint: string;
  spec: ScheduleSpec;
  action: ScheduleOptionsStartWorkflowAction<(input: ScheduledChainInput) => Promise<unknown>> & { args: [ScheduledChainInput] };
  policies: { overlap: 'ALLOW_ALL'; catchupWindow: number; pauseOnFailure: false };
}

/**
 * @param now epoch milliseconds: where a finite spec begins, and since when a changed rule holds
 * @param before the rules the server has, and how long runs were kept; what was due under them is remembered
 * @param since ISO instant from which a changed rule counts, where that is before now
 */
export function recordOf(
  wanted: WantedSchedule,
  taskQueue: string,
  now: number,
  before: Rules & { keep?: Keep } = {},
  since?: string,
): ScheduleRecord {
  const { spec, goodUntil } = temporalSpec(wanted.compiled, now);
  const print = fingerprintOf(wanted, taskQueue);
  return {
    fingerprint: print,
    spec: withComment(spec, `${print}${goodUntil === null ? '' : UNTIL + instantText(goodUntil)}`, wanted.sentence),
    action: {
      type: 'startWorkflow',
      workflowType: WORKFLOWS.scheduledChain,
      // The server adds the slot in UTC. Never edited: runs are found by it.
      workflowId: wanted.id,
      taskQueue,
      args: [
        {
          chain: wanted.id,
          ...rulesAfter(
            { ...(before.rule && { rule: before.rule }), ...(before.earlier && { earlier: before.earlier }) },
            ruleWanted(wanted),
            now,
            since,
          ),
          ...keepAfter(before.keep, wanted.policy.keepMs, now),
        },
      ],
      staticSummary: wanted.sentence,
    },
    // Every due slot becomes a visible run at once: the server's own buffer is emptied by a pause.
    policies: { overlap: ScheduleOverlapPolicy.ALLOW_ALL, catchupWindow: catchupWindowMs(wanted), pauseOnFailure: false },
  };
}

/** Tells apart what the files want; the same for as long as they say the same. */
export function fingerprintOf(wanted: WantedSchedule, taskQueue: string): string {
  const { schedule, timezone, sentence } = wanted;
  const { keepMs } = wanted.policy;
  const bare = {
    version: RECORD_VERSION,
    schedule,
    timezone,
    sentence,
    taskQueue,
    catchupWindow: catchupWindowMs(wanted),
    ...(keepMs === undefined ? {} : { keepMs }),
  };
  return createHash('sha256').update(canonicalJson(bare)).digest('hex').slice(0, 16);
}

/** A longer keep brings nothing back: what the shorter one has deleted is not expected. Nothing where 30 days say it all. */
function keepAfter(before: Keep | undefined, wantedMs: number = DEFAULT_KEEP_MS, now: number): { keep?: Keep } {
  const old = before?.ms ?? DEFAULT_KEEP_MS;
  const since = [...(before?.from === undefined ? [] : [Date.parse(before.from)]), ...(wantedMs > old ? [now - old] : [])];
  const from = Math.max(...since, 0);
  const told = from > now - wantedMs ? { from: instantText(from) } : {};
  return wantedMs === DEFAULT_KEEP_MS && !('from' in told) ? {} : { keep: { ms: wantedMs, ...told } };
}

/** The rules once `next` holds, or none does. A rule that stays keeps its beginning. */
export function rulesAfter(before: Rules, next: ScheduleRule | null, now: number, since?: string): Rules {
  const { rule, earlier = [] } = before;
  if (rule && next && sameRule(rule, next)) return before;
  // Up to the next whole second: what is due in the present one is still due by the old rule.
  const from = instantText(Math.ceil(now / 1_000) * 1_000);
  const oldest = instantText(now - KEEP_RULES_MS);
  const ended = (rule ? [{ ...rule, until: from }, ...earlier] : earlier).filter(({ until }) => until > oldest);
  return {
    ...(next ? { rule: { schedule: next.schedule, timezone: next.timezone, since: since ?? from } } : {}),
    ...(ended.length > 0 ? { earlier: ended.slice(0, MOST_RULES) } : {}),
  };
}

export function ruleWanted({ schedule, timezone }: Pick<WantedSchedule, 'schedule' | 'timezone'>): ScheduleRule {
  return { schedule: schedule as unknown as Json, timezone };
}

/** Reads a schedule, or answers null if there is none. */
export async function readSchedule(client: Client, id: string): Promise<ExistingSchedule | null> {
  try {
    return existingOf(await client.schedule.getHandle(id).describe(), Date.now());
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** `now` in epoch milliseconds. */
export function existingOf(description: ScheduleDescription, now: number): ExistingSchedule {
  const { scheduleId, memo, spec, state, info } = description;
  const owner = memo?.[MEMO.project];
  const comment = spec.calendars?.find((calendar) => calendar.comment?.includes(MARK))?.comment;
  const mark = comment?.lastIndexOf(MARK) ?? -1;
  const [fingerprint = null, goodUntil = null] = comment?.slice(mark + MARK.length).split(UNTIL) ?? [];
  const rules = rulesIn(description);
  const { keep } = inputOf(description);
  const next = state.paused ? [] : info.nextActionTimes.map((time) => instantText(time.getTime()));
  const ours = fingerprint !== null && (state.paused || asRuled(ruleOf(rules), next, now));
  return {
    id: scheduleId,
    project: typeof owner === 'string' ? owner : null,
    fingerprint: ours ? fingerprint : null,
    sentence: ours ? comment!.slice(0, mark) : null,
    paused: state.paused,
    note: state.note || null,
    next,
    rules,
    createdAt: info.createdAt.getTime(),
    goodUntil,
    ...(keep ? { keep } : {}),
  };
}

/** The rules in the arguments of a schedule's action. */
export function rulesIn(description: Pick<ScheduleDescription, 'action'>): Rules {
  const { rule, earlier } = inputOf(description);
  return { ...(rule ? { rule } : {}), ...(earlier ? { earlier } : {}) };
}

function inputOf({ action }: Pick<ScheduleDescription, 'action'>): Partial<ScheduledChainInput> {
  const [input] = (action.type === 'startWorkflow' ? (action.args ?? []) : []) as [ScheduledChainInput?];
  return input ?? {};
}

/** Slots this near may have fallen due between the server's answer and our look. */
const PRESENT_MS = 5_000;

/** Whether the server's next times are the rule's: somebody may have edited the spec and left its comment as it was. */
function asRuled(rule: CompiledSchedule | null, next: readonly string[], now: number): boolean {
  if (rule === null || rule.jitterMs > 0) return true;
  const later = (slots: readonly string[]) => slots.filter((slot) => Date.parse(slot) > now + PRESENT_MS);
  const theirs = later(next);
  const own = later(nextSlots(rule, now, next.length + 1).map(({ scheduledFor }) => scheduledFor));
  return theirs.every((slot, at) => slot === own[at]) && (theirs.length > 0 || own.length === 0);
}

/**
 * How long after its time the server still starts a slot: a year; where only the latest or none counts, an hour or two
 * slots. Taken from a fixed instant on, so that the same files always say the same.
 */
function catchupWindowMs({ policy, compiled }: { policy: SlotPolicy; compiled: CompiledSchedule }): number {
  const { catchUp } = policy;
  if (catchUp !== 'latest' && catchUp !== 'none') return 365 * DAY;
  const slots = nextSlots(compiled, Date.UTC(2026, 0, 1), 16).map(({ scheduledFor }) => Date.parse(scheduledFor));
  const gaps = slots.slice(1).map((slot, at) => slot - slots[at]!);
  return Math.min(365 * DAY, Math.max(HOUR, 2 * Math.max(0, ...gaps)));
}

function sameRule(a: ScheduleRule, b: ScheduleRule): boolean {
  return a.timezone === b.timezone && canonicalJson(a.schedule) === canonicalJson(b.schedule);
}

/** The first calendar carries the sentence and our mark. */
function withComment(spec: ScheduleSpec, mark: string, sentence: string): ScheduleSpec {
  const room = MAX_COMMENT - Buffer.byteLength(MARK) - mark.length;
  let text = sentence;
  while (Buffer.byteLength(text) > room) text = `${[...text].slice(0, -2).join('')}…`;
  const [first, ...others] = spec.calendars ?? [];
  const marked = { ...first, comment: `${text}${MARK}${mark}` };
  return { ...spec, calendars: [marked, ...others] };
}
