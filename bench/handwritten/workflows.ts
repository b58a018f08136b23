/** What a Temporal user writes by hand for the same guarantees: a child per task under its own ID, a lock around its activity. */
import { type SearchAttributePair, defineSearchAttributeKey } from '@temporalio/common';
import { executeChild, proxyActivities, upsertSearchAttributes, uuid4 } from '@temporalio/workflow';
import type * as activities from './activities.js';

const { lockedBody } = proxyActivities<typeof activities>({
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { maximumAttempts: 4, initialInterval: '5 minutes', backoffCoefficient: 1 },
});
const STATUS = defineSearchAttributeKey('TaskStatus', 'KEYWORD');

export interface Work {
  tasks: string[];
  date: string;
  fibo: number;
}

export async function handChain({ tasks, date, fibo }: Work): Promise<string[]> {
  const done: string[] = [];
  for (const task of tasks) {
    done.push(
      await executeChild(handTask, {
        workflowId: `${task}:${date}`,
        args: [{ task, date, fibo }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        parentClosePolicy: 'REQUEST_CANCEL',
        typedSearchAttributes: attributes(task, date),
      }),
    );
  }
  upsertSearchAttributes([{ key: STATUS, value: 'success' }]);
  return done;
}

export async function handTask(input: { task: string; date: string; fibo: number }): Promise<string> {
  const result = await lockedBody({ ...input, owner: uuid4().slice(0, 8) });
  upsertSearchAttributes([{ key: STATUS, value: 'success' }]);
  return result;
}

function attributes(task: string, date: string): SearchAttributePair[] {
  return [
    { key: defineSearchAttributeKey('TaskName', 'KEYWORD'), value: task },
    { key: defineSearchAttributeKey('TaskDate', 'KEYWORD'), value: date },
    { key: STATUS, value: 'pending' },
  ];
}
