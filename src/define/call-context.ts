/** What a retryable's context holds wherever it runs: at once in any program, or in a worker. */
import { PermanentError } from './errors.js';
import type { RetryableContext } from './retryable-types.js';

type Identity = Pick<RetryableContext, 'task' | 'runKey' | 'callId' | 'taskId' | 'attempt' | 'fence'>;

export function callIdentity(call: { retryable: string; callId: string; attempt: number }): Identity {
  const { retryable, callId, attempt } = call;
  return { task: retryable, runKey: `call-${callId}`, callId, taskId: callId, attempt, fence: 0 };
}

/** Values of an environment, by name. */
export function secretsOf(environment: Record<string, string | undefined>, who: string): RetryableContext['secrets'] {
  return {
    has: (name) => environment[name] !== undefined,
    get(name) {
      const value = environment[name];
      if (value !== undefined) return value;
      throw new PermanentError(`the environment variable ${name} is not set; ${who} needs it. Set it where it runs.`);
    },
  };
}
