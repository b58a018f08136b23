/** The activities of notices: whether something is told, and the delivery. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { NoticeTarget } from '../define/notice-target.js';
import { canonicalId, noticeId } from '../plan/ids.js';
import { MEMO } from '../plan/names.js';
import {
  isToldLate,
  judgeEnd,
  type Delivery,
  type NoticeFacts,
  type NoticeSubject,
  type NotifyInput,
  type NotifyResult,
} from '../plan/notices.js';
import type { Registry } from '../registry/index.js';
import type { NoticeSetting } from '../registry/notices.js';
import { deliveryKey, type FactParts, factsOfEnd, factsOfLate, factsOfLateDone } from './notice-facts.js';
import { earlierEnds, readEnd } from './notice-ends.js';
import { nextSubject, standingOf, wasNeverStarted } from './notice-slots.js';
import { seeRun } from './runs.js';
import type { ShellParts } from './shells.js';

/** What came of one try to send a notice. `afterMs`: no sooner than this, where the receiver said so. */
export type Sent = { sent: true; answer: string } | { sent: false; answer: string; again: boolean; afterMs: number | null };
export type SendNotice = (notice: { key: string; target: NoticeTarget; facts: NoticeFacts }) => Promise<Sent>;

export interface NoticeParts extends ShellParts, FactParts {
  registry: Registry;
  send: SendNotice;
}

/** Milliseconds. */
const BEAT_MS = 2_000;

export function createNoticeActivities(parts: NoticeParts) {
  const { registry } = parts;
  return {
    /** Waits for the end of one execution by failing until it has closed: holds no slot, writes no events. */
    async awaitEnd({ id, runKey, runId }: NotifyInput): Promise<void> {
      const seen = await seeRun(parts.client, canonicalId(id, runKey), runId);
      if (seen === null || !seen.open) return;
      const { attempt } = Context.current().info;
      throw ApplicationFailure.create({
        type: 'still_running',
        message: `${canonicalId(id, runKey)} is running; its end may be told`,
        category: 'BENIGN',
        nextRetryDelay: Math.min(500 * 2 ** Math.min(attempt - 1, 10), 15_000),
      });
    },

    /** The notices an execution's end calls for. */
    async judgeEnd(input: NotifyInput): Promise<Delivery[]> {
      const ended = input.runId === undefined ? null : await readEnd(parts, input, input.runId);
      if (ended === null || ended.status === 'cancelled') return [];
      const earlier = await earlierEnds(parts, input, input.runId!, ended.closedAt);
      const toldLate = ended.status === 'success' && !succeededBefore(earlier, input) ? await targetsToldLate(parts, input) : [];
      return registry.noticesOf(input.id).flatMap((rule) => {
        const judged = judgeEnd(rule, [ended, ...earlier]);
        if (judged !== null) return [delivery(input, rule, factsOfEnd(parts, input, judged, ended))];
        const doneLate = rule.on.includes('recovery') && toldLate.includes(rule.name);
        return doneLate ? [delivery(input, rule, factsOfLateDone(parts, input, ended.closedAt))] : [];
      });
    },

    /** The notices for a slot whose time has passed. */
    async judgeLate(input: NotifyInput): Promise<Delivery[]> {
      const now = currentTime();
      const rules = registry.noticesOf(input.id).filter(({ on }) => on.includes('late'));
      if (rules.length === 0) return [];
      const standing = await standingOf(parts, input, now);
      const hasRun = standing.is === 'open' || standing.is === 'failed';
      return rules
        .filter((rule) => isToldLate(standing.is === 'failed' ? { is: 'failed', told: isToldAsFailed(rule) } : standing))
        .map((rule) =>
          delivery(input, rule, factsOfLate(parts, input, 'detail' in standing ? standing.detail : 'it has failed', hasRun, now)),
        );
    },

    /** The notices for a slot that has waited for its turn for too long. */
    async judgeWaiting(input: NotifyInput): Promise<Delivery[]> {
      const rules = registry.noticesOf(input.id).filter(({ on }) => on.includes('late') || on.includes('failure'));
      const { lateAt: _, ...subject } = input;
      const facts = factsOfLate(parts, subject, input.detail ?? '', false, currentTime());
      return rules.map((rule) => delivery(input, rule, facts));
    },

    /** The slot to watch after one; null where there is none, or nobody is told of lateness any more. */
    async nextToWatch(subject: NoticeSubject): Promise<NoticeSubject | null> {
      const wanted = registry.noticesOf(subject.id).some(({ on }) => on.includes('late'));
      return wanted ? nextSubject(registry, subject) : null;
    },

    /** Whether a slot has neither shell nor run although its schedule is there and not paused. `watched`: it has a shell. */
    async seeUnstarted(subject: NoticeSubject): Promise<'unstarted' | 'watched' | 'paused'> {
      return await wasNeverStarted(parts, subject);
    },

    /** Sends one notice; each try has the same key. What cannot be mended by another try is not tried again. */
    async deliverNotice({ key, id, target, facts }: Delivery): Promise<string> {
      const setting = registry.noticesOf(id).find(({ name }) => name === target);
      if (setting === undefined) return 'not sent: no such target any more';
      const sent = await beating(() => parts.send({ key, target: setting.target, facts }));
      if (sent.sent) return sent.answer;
      throw ApplicationFailure.create({
        type: 'not_delivered',
        message: `${target}: ${sent.answer}`,
        nonRetryable: !sent.again,
        category: 'BENIGN',
        ...(sent.afterMs === null ? {} : { nextRetryDelay: sent.afterMs }),
      });
    },
  };
}

/** Tells the server that the worker is there: one that is not is noticed long before the try's time is over. */
async function beating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function delivery(input: NotifyInput, { name }: NoticeSetting, facts: NoticeFacts): Delivery {
  const workflow = Context.current().info.workflowExecution?.workflowId ?? '';
  return { key: deliveryKey(workflow, input.runKey, facts.event, name), id: input.id, target: name, facts };
}

/** Then its failure has been told, on this date or an earlier one of the same trouble. */
function isToldAsFailed({ on, after }: NoticeSetting): boolean {
  return on.includes('failure') && after === 1;
}

function succeededBefore(earlier: readonly { runKey: string; status: string }[], { runKey }: NotifyInput): boolean {
  return earlier.some((end) => end.runKey === runKey && end.status === 'success');
}

/** Names of the targets that were told that this run key is late. */
async function targetsToldLate({ client }: NoticeParts, { id, runKey }: NotifyInput): Promise<string[]> {
  const seen = await seeRun(client, noticeId(id, runKey, 'late'));
  const result = seen?.memo[MEMO.result] as NotifyResult | undefined;
  return (result?.told ?? []).filter(({ event }) => event === 'late').map(({ target }) => target);
}

/** The server's, so that simulated time counts as well. Epoch milliseconds. */
function currentTime(): number {
  return Context.current().info.currentAttemptScheduledTimestampMs;
}
