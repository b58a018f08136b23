/** Why a one-shot, or the run it stands for, is left as it is. */
import { instantText } from '../time/zones.js';
import { Refused } from './errors.js';
import type { RunSummary } from './run-summary.js';
import type { Server } from './server.js';

/** @throws Refused `id_taken` */
export function refuseForeign(server: Server, { workflowId, taskQueue }: Pick<RunSummary, 'workflowId' | 'taskQueue'>): void {
  if (taskQueue === server.taskQueue) return;
  throw new Refused('id_taken', `${workflowId} belongs to the task queue "${taskQueue}", not to "${server.taskQueue}".`, {
    workflowId,
    taskQueue,
  });
}

export function underWay(run: string): Refused {
  return new Refused(
    'running',
    `${run} is under way.\nSee it: daychain show ${run}   Stop it: daychain cancel ${run} --reason "…"`,
    {
      workflowId: run,
    },
  );
}

export function done(run: string, when: string | null): Refused {
  return new Refused(
    'done',
    [
      `${run} has run already${when === null ? '' : `, by ${instantText(when)}`}.`,
      'Another instant is another one-shot: --id another. To repeat this one: --replace --reason "…"',
    ].join('\n'),
    { workflowId: run },
  );
}
