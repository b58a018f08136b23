/** Search attributes of runs: set at the start wherever daychain starts them, and once more at the end. */
import { type SearchAttributePair, defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Status } from '../plan/types.js';

const TASK_NAME = defineSearchAttributeKey('TaskName', 'KEYWORD');
const TASK_DATE = defineSearchAttributeKey('TaskDate', 'KEYWORD');
const TASK_STATUS = defineSearchAttributeKey('TaskStatus', 'KEYWORD');
const CHAIN_NAME = defineSearchAttributeKey('ChainName', 'KEYWORD');
const TASK_TAGS = defineSearchAttributeKey('TaskTags', 'KEYWORD_LIST');

const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

export function taskAttributes(run: { task: string; date: string; chain?: string; tags: string[] }): SearchAttributePair[] {
  const pairs: SearchAttributePair[] = [
    { key: TASK_NAME, value: run.task },
    { key: TASK_DATE, value: run.date },
    { key: TASK_STATUS, value: 'pending' },
  ];
  if (run.chain !== undefined) pairs.push({ key: CHAIN_NAME, value: run.chain });
  if (run.tags.length > 0) pairs.push({ key: TASK_TAGS, value: run.tags });
  return pairs;
}

export function chainAttributes(run: { chain: string; date: string }): SearchAttributePair[] {
  return [
    { key: CHAIN_NAME, value: run.chain },
    { key: TASK_DATE, value: run.date },
    { key: TASK_STATUS, value: 'pending' },
  ];
}

/** Sets them where whoever started the run did not. */
export function ensureAttributes(pairs: SearchAttributePair[]): void {
  if (workflowInfo().typedSearchAttributes.get(TASK_STATUS) === undefined) upsertSearchAttributes(pairs);
}

export function setStatus(status: Status): void {
  upsertSearchAttributes([{ key: TASK_STATUS, value: status }]);
}

/** A slot that is left out, found beside the runs of its chain or task. */
export function setSkippedSlot(slot: { chain: string; date: string } | { task: string; date: string }): void {
  upsertSearchAttributes([
    'chain' in slot ? { key: CHAIN_NAME, value: slot.chain } : { key: TASK_NAME, value: slot.task },
    { key: TASK_DATE, value: slot.date },
    { key: TASK_STATUS, value: 'skipped' },
  ]);
}

/** The slot the schedule started this run for, if one did. */
export function scheduledStart(): Date | undefined {
  return workflowInfo().typedSearchAttributes.get(SCHEDULED_START);
}
