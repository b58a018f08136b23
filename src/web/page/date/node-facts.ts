/** What a node of the graph says besides its name and state: each time against what it is measured by. */
import type { DateNode } from '../../../control/views/date-types.js';
import type { Speech } from '../i18n/context.js';

/** `now` in epoch milliseconds. */
export function nodeFacts({ t, format }: Speech, node: DateNode, timezone: string, now: number): string[] {
  const facts: string[] = [];
  if (node.state === 'waiting' && node.phase !== null) facts.push(t.phase[node.phase]);
  if (node.kind !== null && node.kind !== 'error' && node.state !== 'success') facts.push(t.kind[node.kind]);
  if (node.started !== null && (node.state === 'running' || node.finished !== null)) {
    const took = format.duration(
      Math.max(0, (node.finished === null ? now : Date.parse(node.finished)) - Date.parse(node.started)),
    );
    // Of what ran as usual nobody needs to read so.
    const telling = node.usualMs !== null && node.state !== 'skipped';
    facts.push(telling && node.usualMs !== null ? t.ofUsual(took, format.duration(node.usualMs)) : took);
  }
  if (node.attempt > 1 || node.state === 'retrying') facts.push(t.attemptOf(node.attempt, node.maximumAttempts));
  if (node.progress !== null && node.finished === null) {
    facts.push(t.itemsOf(format.number(node.progress.processed), format.number(node.progress.of)));
  }
  if (node.nextAttemptAt !== null) facts.push(t.nextAttempt(format.clock(node.nextAttemptAt, timezone, true)));
  if (node.satisfied) facts.push(t.doneElsewhere);
  return facts;
}
