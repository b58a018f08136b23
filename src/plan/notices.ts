/** Notices: what travels of them through histories, and the decision whether an end is told. */
import { MAX_ERROR_TEXT, cut } from './limits.js';
import type { ChainResult, Status, TaskResult } from './types.js';

export const NOTICE_EVENTS = ['failure', 'recovery', 'late'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** What a target is told of. */
export interface NoticeRule {
  name: string;
  on: readonly NoticeEvent[];
  /** Told from the Nth date in a row on. */
  after: number;
  /** Told again every so many further dates; null for never. */
  remindEvery: number | null;
}

/** In the input of a run whose ends are watched. */
export interface Noticed {
  /** ISO instant, with the zone's offset, at which a run that has not succeeded is late. */
  lateAt?: string;
}

/** What is watched: a chain, or a task with a schedule of its own. */
export interface NoticeSubject extends Noticed {
  id: string;
  kind: 'chain' | 'task';
  date: string;
  runKey: string;
  scheduledFor: string;
}

/** Input of the notify workflow. */
export interface NotifyInput extends NoticeSubject {
  /** `end`: of the execution `runId`. `late`: of its slot, and of those after it that have no shell. `waiting`: for its turn, too long. */
  watch: 'end' | 'late' | 'waiting';
  runId?: string;
  /** For `waiting`: on what. */
  detail?: string;
}

/** All that a notice says. Plain data: templates see nothing else. */
export interface NoticeFacts {
  event: NoticeEvent | 'test';
  project: string;
  /** Of the chain, or of the task with a schedule of its own. */
  id: string;
  kind: 'chain' | 'task';
  date: string;
  run_key: string;
  /** Workflow ID of the run; null where there is none. */
  run: string | null;
  /** One line. */
  title: string;
  /** What lateness waits for, say. */
  detail: string | null;
  /** The tasks that failed, with the last error of each. */
  failed: { task: string; what: string; error: string }[];
  /** `2026-02-03 06:21 Europe/Paris`: since when it fails, or is late. */
  since: string | null;
  /** Dates that failed in a row. */
  in_a_row: number;
  /** What to type next. */
  command: string;
  /** The run's page, where its address is configured. */
  page: string | null;
  /** ISO instant of what is told. */
  at: string;
}

/** One notice to one target. */
export interface Delivery {
  /** The same for every try of it. */
  key: string;
  /** Whose notices name the target. */
  id: string;
  target: string;
  facts: NoticeFacts;
}

/** What became of a delivery, left in the notify workflow's memo and result. */
export interface Delivered {
  target: string;
  event: NoticeEvent;
  delivered: boolean;
  answer: string;
}
export interface NotifyResult {
  id: string;
  date: string;
  run_key: string;
  told: Delivered[];
}

/** How an execution ended, as the decision sees it. */
export interface SeenEnd {
  runKey: string;
  status: Extract<Status, 'success' | 'failed' | 'cancelled'>;
  /** Why it failed, the same for as long as it fails alike; null if it did not. */
  cause: string | null;
  /** ISO instant. */
  closedAt: string;
}

export type Judgement = { tell: 'failure' | 'recovery'; failures: SeenEnd[]; inARow: number } | null;

/**
 * Whether an end is told by a rule. `ends` are newest first, the one in question before those that closed earlier; a
 * cancelled run says nothing. Failures since the last success are one trouble: of it each cause is told once.
 */
export function judgeEnd(rule: NoticeRule, ends: readonly SeenEnd[]): Judgement {
  const [ended, ...earlier] = ends;
  if (ended === undefined || ended.status === 'cancelled') return null;
  const failures = failuresSinceSuccess(earlier);
  if (ended.status === 'success') {
    if (!rule.on.includes('recovery') || !toldOf(rule, failures).includes(true)) return null;
    return { tell: 'recovery', failures, inARow: keysOf(failures) };
  }
  const all = [...failures, ended];
  if (!rule.on.includes('failure') || toldOf(rule, all).at(-1) !== true) return null;
  return { tell: 'failure', failures: all, inARow: keysOf(all) };
}

/** Oldest first. */
function failuresSinceSuccess(newestFirst: readonly SeenEnd[]): SeenEnd[] {
  const success = newestFirst.findIndex(({ status }) => status === 'success');
  const since = success < 0 ? newestFirst : newestFirst.slice(0, success);
  return since.filter(({ status }) => status === 'failed').reverse();
}

/** Of each failure of one trouble, oldest first, whether it is told. */
function toldOf({ after, remindEvery }: NoticeRule, failures: readonly SeenEnd[]): boolean[] {
  const keys = new Set<string>();
  const causes = new Set<string | null>();
  return failures.map(({ runKey, cause }) => {
    const isNewDate = !keys.has(runKey);
    keys.add(runKey);
    const beyond = keys.size - after;
    if (beyond < 0) return false;
    if (!causes.has(cause)) {
      causes.add(cause);
      return true;
    }
    return remindEvery !== null && isNewDate && beyond > 0 && beyond % remindEvery === 0;
  });
}

function keysOf(failures: readonly SeenEnd[]): number {
  return new Set(failures.map(({ runKey }) => runKey)).size;
}

/** Where a slot stands when it may be late. */
export type SlotStanding =
  | { is: 'succeeded' | 'cancelled' }
  /** `told`: the same rules have told of it as a failure. */
  | { is: 'failed'; told: boolean }
  | { is: 'open' | 'waiting' | 'absent'; detail: string }
  | { is: 'left_out'; kind: string; detail: string }
  /** A newer slot is late as well, and tells for all. */
  | { is: 'not_the_newest' };

/** Whether lateness is told: nothing that a person decided, that has been told, or that another slot stands for. */
export function isToldLate(standing: SlotStanding): boolean {
  switch (standing.is) {
    case 'succeeded':
    case 'cancelled':
    case 'not_the_newest':
      return false;
    case 'failed':
      return !standing.told;
    case 'left_out':
      return standing.kind === 'misfired';
    default:
      return true;
  }
}

/** Tasks named in a notice. */
const MOST_FAILED = 10;

/** The tasks that failed a run, with their last errors. */
export function failedTasks(result: ChainResult | TaskResult, limit = MAX_ERROR_TEXT / 4): NoticeFacts['failed'] {
  if (!('tasks' in result) || !('counts' in result)) {
    const task = result;
    return [{ task: task.task, what: task.kind ?? task.status, error: cut(task.reason ?? '', limit) }];
  }
  const outcomes = Object.entries((result as ChainResult).tasks);
  const failed = outcomes.filter(([, { status }]) => status === 'failed');
  const unsettled = outcomes.filter(([, { status, kind }]) => status === 'cancelled' || kind === 'lock_held');
  return (failed.length > 0 ? failed : unsettled).slice(0, MOST_FAILED).map(([task, { kind, status, reason }]) => ({
    task,
    what: kind ?? status,
    error: cut(reason ?? '', limit),
  }));
}

/** The same text for as long as a run fails alike: tasks and errors, without what changes from day to day. */
export function causeOf(failed: NoticeFacts['failed'], otherwise: string): string {
  if (failed.length === 0) return otherwise;
  return failed
    .map(
      ({ task, what, error }) =>
        `${task} ${what} ${(error.split('\n')[0] ?? '').replaceAll(/[0-9a-f]*\d[0-9a-f]*/gi, '#').slice(0, 120)}`,
    )
    .sort()
    .join('; ');
}
