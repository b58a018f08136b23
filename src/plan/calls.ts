/** Calls of retryables that are kept for another try: what travels, how long they wait, what they end with. Pure. */
import { DAY, MINUTE, cut } from './limits.js';
import type { AttemptError, Json, JsonObject } from './types.js';

/** How a retryable is tried again. Times in milliseconds. */
export interface CallSpec {
  /** Tries after the first. */
  retries: number;
  delayMs: number;
  backoff: number;
  maximumDelayMs: number;
  /** Longest duration of one try. */
  timeoutMs: number;
}

export const CALL_DEFAULTS: CallSpec = {
  retries: 3,
  delayMs: 5 * MINUTE,
  backoff: 1,
  maximumDelayMs: DAY,
  timeoutMs: 15 * MINUTE,
};

/** How the first try failed, where it was made at once. */
export interface FailedCall {
  /** ISO instant. */
  at: string;
  message: string;
  /** No further try can mend it. */
  final: boolean;
  /** Asked for by the error, in place of the retryable's own delay. */
  delayMs: number | null;
}

export interface RetryCallInput extends CallSpec {
  retryable: string;
  args: JsonObject;
  /** Eight random hex characters: the same in all tries of one call. */
  callId: string;
  /** ISO instant, and its date in the project's zone. */
  calledAt: string;
  date: string;
  summary: string | null;
  tags: string[];
  /** Null where nothing was tried before it was kept. */
  failed: FailedCall | null;
}

/** What one try is given, as the worker's activity. */
export interface CallTry {
  retryable: string;
  args: JsonObject;
  callId: string;
  /** 1 is the call itself. */
  attempt: number;
  timeoutMs: number;
}

/** How a try ended that is no fault of the function. */
export type CallTried =
  { outcome: 'done'; value: Json } | { outcome: 'handed_back'; detail: string } | { outcome: 'not_here'; detail: string };

/** What an open call leaves in its memo, so that lists need not ask it. */
export interface CallRecord {
  /** Tries that have failed, the call itself among them. */
  tried: number;
  /** Tries it may have in all. */
  tries: number;
  /** ISO instant at which the next try is due; null once it has ended. */
  nextTryAt: string | null;
  /** The last five errors. */
  errors: AttemptError[];
}

export interface CallResult {
  retryable: string;
  call_id: string;
  called_at: string;
  status: 'success' | 'failed' | 'cancelled';
  kind: 'error' | 'unknown_task' | null;
  reason: string | null;
  attempts: number;
  /** The last five, kept after a success too. */
  attempt_errors: AttemptError[];
  finished: string;
  /** What the function returned, where that is JSON of at most 32 KiB. */
  value: Json;
}

/** `retry:<project>:<retryable>:<hash of the arguments>`. Three colons: no run of a task has it. */
export function callWorkflowId(project: string, retryable: string, hash: string): string {
  return `retry:${project}:${retryable}:${hash}`;
}

/** Takes the workflow ID of a kept call apart, or answers null for any other text. */
export function parseCallWorkflowId(workflowId: string): { project: string; retryable: string; hash: string } | null {
  const [word, project, retryable, hash, more] = workflowId.split(':');
  if (word !== 'retry' || !project || !retryable || !hash || more !== undefined) return null;
  return { project, retryable, hash };
}

/** The pause before the nth further try, n from 1. Never longer than the longest. */
export function callDelayMs({ delayMs, backoff, maximumDelayMs }: CallSpec, n: number): number {
  return Math.min(delayMs * backoff ** (n - 1), Math.max(maximumDelayMs, delayMs));
}

/** What a call says that is given up: why, and the next command. */
export function callFailureMessage(result: CallResult, workflowId: string): string {
  const tried = result.attempts === 1 ? 'its first try' : `${result.attempts} tries`;
  const why = cut(result.reason ?? 'no reason given');
  return `${result.retryable} was given up after ${tried}: ${why}\nTry it again: daychain retries now ${workflowId}`;
}
