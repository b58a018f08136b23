import { createHash } from 'node:crypto';
import type { TaskContext } from '../define/types.js';

/**
 * A name for one effect of a run, the same in every attempt: for an Idempotency-Key, a Message-ID, a row.
 * `effectKey(ctx, 'invoice', invoice.id)` is `task_invoices:20260203:` and 32 hex digits. A forced repeat of the run has the
 * same key, since it is the same work; add `ctx.taskId` to the parts where a repeat is to count anew.
 * @param parts what tells this effect from the task's others; texts and numbers, none for its only one
 */
export function effectKey(ctx: Pick<TaskContext, 'task' | 'runKey'>, ...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([ctx.task, ctx.runKey, ...parts.map(String)]))
    .digest('hex');
  return `${ctx.task}:${ctx.runKey}:${hash.slice(0, 32)}`;
}
