/** What a node of the graph says besides its name and state: each time against what it is measured by. */
import type { DateNode } from '../../../control/views/date-types.js';
import type { Speech } from '../i18n/context.js';
import { itemsDone } from '../run/items-text.js';

/** `now` in epoch milliseconds. */
export function nodeFacts(speech: Speech, node: DateNode, timezone: string, now: number): string[] {
  const { t, format } = speech;
  const facts: string[] = [];
  if (node.state === 'waiting' && node.phase !== null) facts.push(t.phase[node.phase]);
  if (node.kind !== null && node.kind !== 'error' && node.state !== 'success') facts.push(t.kind[node.kind]);
  if (node.attempt > 1 || node.state === 'retrying') facts.push(t.attemptOf(node.attempt, node.maximumAttempts));
  if (node.started !== null && (node.state === 'running' || node.finished !== null) && node.state !== 'skipped') {
    facts.push(tookText(Date.parse(node.started), node.finished === null ? now : Date.parse(node.finished)));
  }
  if (node.progress !== null && node.finished === null) {
    facts.push(...itemsDone(speech, node.progress));
  }
  if (node.nextAttemptAt !== null) {
    const clock = format.clock(node.nextAttemptAt, timezone, true);
    facts.push(node.state === 'waiting' ? t.looksAgain(clock) : t.nextAttempt(clock));
  }
  if (node.satisfied) facts.push(t.doneElsewhere);
  return facts;

  /** Against the usual where it still counts: of what is done only if it took half as long again. */
  function tookText(from: number, to: number): string {
    const took = Math.max(0, to - from);
    const telling = node.usualMs !== null && (node.finished === null || took > node.usualMs * 1.5);
    return telling && node.usualMs !== null
      ? t.ofUsual(format.duration(took), format.duration(node.usualMs))
      : format.duration(took);
  }
}
