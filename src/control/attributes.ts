/** Search attributes as starts set them, so that a run is found from its first moment. */
import { type SearchAttributePair, defineSearchAttributeKey } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../plan/names.js';

export const TASK_NAME = defineSearchAttributeKey('TaskName', SEARCH_ATTRIBUTES.TaskName);
export const TASK_DATE = defineSearchAttributeKey('TaskDate', SEARCH_ATTRIBUTES.TaskDate);
export const TASK_STATUS = defineSearchAttributeKey('TaskStatus', SEARCH_ATTRIBUTES.TaskStatus);
export const CHAIN_NAME = defineSearchAttributeKey('ChainName', SEARCH_ATTRIBUTES.ChainName);
export const TASK_TAGS = defineSearchAttributeKey('TaskTags', SEARCH_ATTRIBUTES.TaskTags);

export function taskAttributes(run: {
  task: string;
  date: string;
  chain?: string;
  tags: readonly string[];
}): SearchAttributePair[] {
  return [
    { key: TASK_NAME, value: run.task },
    { key: TASK_DATE, value: run.date },
    { key: TASK_STATUS, value: 'pending' },
    ...(run.chain === undefined ? [] : [{ key: CHAIN_NAME, value: run.chain }]),
    ...(run.tags.length === 0 ? [] : [{ key: TASK_TAGS, value: [...run.tags] }]),
  ];
}

export function chainAttributes(run: { chain: string; date: string }): SearchAttributePair[] {
  return [
    { key: CHAIN_NAME, value: run.chain },
    { key: TASK_DATE, value: run.date },
    { key: TASK_STATUS, value: 'pending' },
  ];
}
