/** Filling in what an input leaves out, with patience for a worker that does not have the definition yet. */
import { ApplicationFailure, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Looked } from '../plan/types.js';
import { NOT_HERE_PATIENCE_MS, NOT_HERE_RETRY_MS } from '../plan/limits.js';

/**
 * Repeats a look-up while the worker does not know the definition: a rolling deploy or a reload may be under way.
 * @throws ApplicationFailure, not to be retried: `bad_input`, or `unknown_task` after five minutes
 */
export async function patiently<T>(look: () => Promise<Looked<T>>): Promise<T> {
  const giveUpAt = Date.now() + NOT_HERE_PATIENCE_MS;
  for (;;) {
    const looked = await look();
    if ('found' in looked) return looked.found;
    if ('problem' in looked) throw ApplicationFailure.nonRetryable(looked.problem, 'bad_input');
    if (Date.now() >= giveUpAt) throw ApplicationFailure.nonRetryable(unknownText(looked.notHere), 'unknown_task');
    setCurrentDetails(`Waiting for a worker that knows it: ${looked.notHere}`);
    await sleep(NOT_HERE_RETRY_MS, { summary: 'no worker knows this definition yet' });
  }
}

/**
 * Refuses an input no look-up could complete. Without this a property read of nothing would fail the workflow task,
 * which is tried for ever.
 * @throws ApplicationFailure `bad_input`
 */
export function requireInput(workflow: string, input: unknown, field: string): void {
  const given = typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[field] : undefined;
  if (typeof given === 'string' && given !== '') return;
  throw ApplicationFailure.nonRetryable(
    `${workflow} expects an input like {"${field}": "…", "date": "20260203"}; got ${JSON.stringify(input) ?? 'none'}`,
    'bad_input',
  );
}

/** What a run says that gave up on finding its definition. */
export function unknownText(detail: string): string {
  return `unknown_task: ${detail}. Looked for five minutes. See what the project has: daychain list; what is wrong with it: daychain check`;
}
