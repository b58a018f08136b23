/** How long to wait for what only a worker can do: shortly where none polls, longer where one does and is late. */
import { type Client, isGrpcCancelledError, isGrpcDeadlineError } from '@temporalio/client';
import { listWorkers } from './workers.js';
import type { Server } from './server.js';

/** So much more for a worker, a server or a machine that stood still for a while. */
export const ONCE_MORE_MS = 8_000;
const LISTED_WITHIN_MS = 2_000;
/** A worker that was killed is listed for a minute more: who waited for it in vain does not wait longer again so soon. */
const IN_VAIN_FOR_MS = 10_000;

/** When a client's last long wait ended in vain, by performance.now(). */
const vain = new WeakMap<Client, number>();

/**
 * Asks a worker something, and once more where it is late though one polls. The second time must be the same as the first.
 * @param isLate whether an error means that nobody has answered in time
 * @throws what `ask` throws
 */
export async function askWorker<T>(
  server: Server,
  withinMs: number,
  ask: () => Promise<T>,
  isLate: (error: unknown) => boolean = isCallLate,
): Promise<T> {
  const { client } = server;
  try {
    return await client.withDeadline(Date.now() + withinMs, ask);
  } catch (error) {
    if (!isLate(error) || !(await isWorthWaiting(server))) throw error;
  }
  try {
    return await client.withDeadline(Date.now() + ONCE_MORE_MS, ask);
  } catch (error) {
    if (isLate(error)) waitedInVain(server);
    throw error;
  }
}

/** Whether somebody may answer yet, who has not so far. */
export async function isWorthWaiting(server: Server): Promise<boolean> {
  const since = vain.get(server.client);
  if (since !== undefined && performance.now() - since < IN_VAIN_FOR_MS) return false;
  try {
    return (await server.client.withDeadline(Date.now() + LISTED_WITHIN_MS, () => listWorkers(server))).length > 0;
  } catch (error) {
    return isCallLate(error); // it is the server that is late
  }
}

/** Told by who waited longer, and for nothing. */
export function waitedInVain({ client }: Server): void {
  vain.set(client, performance.now());
}

/** At a deadline the server may cancel a call before the client gives it up. */
function isCallLate(error: unknown): boolean {
  return isGrpcDeadlineError(error) || isGrpcCancelledError(error);
}
