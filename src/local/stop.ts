/** Stops the servers this process started. */

/** Anything with a `stop` that resolves when it is gone. */
export interface Stoppable {
  stop(): Promise<void>;
}

/**
 * Stops all servers, and resolves when all are gone: within 10 seconds, for each gets SIGTERM at once and SIGKILL after
 * 5 seconds. They need no order among each other; stop what uses them (worker, page) before. Null ones are passed over.
 * Every one is tried even when another fails; then an AggregateError is thrown.
 */
export async function stopAll(servers: readonly (Stoppable | null)[]): Promise<void> {
  const results = await Promise.allSettled(servers.map(async (server) => server?.stop()));
  const errors = results.filter((result) => result.status === 'rejected').map((result) => result.reason as unknown);
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${servers.length} servers could not be stopped`);
}
