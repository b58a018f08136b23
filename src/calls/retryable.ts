/** What authors call: a function that any program may call, and that a worker tries again where it failed. */
import type { z } from 'zod';
import type { Retryable, RetryableDefinition } from '../define/retryable-types.js';

/** A retryable: one file in `retryables/`, of the same name. Nothing is opened, and no server asked, before it fails. */
export function createRetryable<T, P extends z.ZodType = z.ZodType<Record<string, never>, Record<string, never>>>(
  definition: RetryableDefinition<P, T>,
): Retryable<P, T> {
  // What a call needs is loaded with the first one: a worker reads these files too.
  return {
    kind: 'retryable',
    definition,
    execute: async (...[args]) => await (await import('./execute.js')).execute(definition, args),
    start: async (...[args]) => await (await import('./execute.js')).start(definition, args),
  };
}

/**
 * Closes what calls of this process have opened: the project's clients, the connection to Temporal. For programs that end by
 * themselves and whose clients keep them alive; the connection alone does not. A later call opens anew.
 */
export async function closeCalls(): Promise<void> {
  await (await import('./call-site.js')).closeSites();
}
