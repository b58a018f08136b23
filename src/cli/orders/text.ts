/** Orders and what came of them, in sentences. */
import type { OrderRecord } from '../../control/order-records.js';
import type { OrderDone } from '../../control/orders.js';
import { whenText, whenTextWithZone } from '../../control/when-text.js';

export interface OrderContext {
  zone: string;
  /** It is about a chain's run. */
  chain: boolean;
  /** Epoch milliseconds. */
  now: number;
}

/** What has come of an order, why, and what to type next. */
export function orderText(done: OrderDone, { zone, chain, now }: OrderContext): string {
  const name = done.workflowId.replace(':', ' ');
  if (done.outcome === 'accepted') {
    const command = `daychain show ${done.workflowId}`;
    return `The ${WORDS[done.order]} of ${name} is accepted, not yet applied: no worker has answered. It is carried out when one does.\nSee it: ${command}`;
  }
  switch (done.order) {
    case 'skip':
      return [skipText(name, done, chain), ...rerunLines(done)].join('\n');
    case 'hold':
      return `${name} is held until ${whenTextWithZone(done.until!, zone, now)}; then it fails as hold_expired.\nLet it go: daychain release ${done.workflowId}`;
    case 'release':
      return done.outcome === 'taken_back'
        ? `The hold of ${name} is taken back; it starts when its turn comes, as if it had never been held.`
        : `${name} is released, and goes on.\nSee how it goes: daychain show ${done.workflowId}`;
    case 'retryNow':
      return `${name} tries again now.\nSee how it goes: daychain show ${done.workflowId}`;
  }
}

function skipText(name: string, { outcome, told, workflowId, answer }: OrderDone, chain: boolean): string {
  if (outcome === 'already') return `${name} was skipped before; nothing was changed.`;
  if (told === workflowId && answer === null) return `${name} is skipped: it does not run, and its date is settled.`;
  if (told === workflowId && !chain) return `${name} is skipped: it waits no longer, and its date is settled.`;
  return told === workflowId
    ? `${name} is skipped: what is running goes on to its end, nothing further begins.`
    : `${name} is skipped in ${told}; what depends on it goes on without it.`;
}

function rerunLines({ rerun }: OrderDone): string[] {
  return rerun === null ? [] : [`Its chain has ended; let the rest go on without it: daychain rerun ${rerun}`];
}

const WORDS: Record<OrderDone['order'], string> = {
  skip: 'skip',
  hold: 'hold',
  release: 'release',
  retryNow: 'retry',
};

/** `hold  task_b  today 07:41:02 by marie@desk, until tomorrow 07:41: data is late`, for the run's own screen. */
export function recordText(record: OrderRecord, zone: string, now: number): string {
  const { order, task, by, reason, at, until, refused } = record;
  const what = `${WORDS[order]}${task === null ? '' : ` of ${task}`}`;
  const to = until === null ? '' : `, until ${whenText(until, zone, now)}`;
  return `${what} by ${by}, ${whenText(at, zone, now, true)}${to}${reason === null ? '' : `: ${reason}`}${refused === null ? '' : `  (refused: ${refused})`}`;
}
