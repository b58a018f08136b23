/** Says when nobody would carry out what was asked for. */
import type { Server } from '../control/server.js';
import { listWorkers } from '../control/workers.js';
import type { Output } from './output.js';

/** A run nobody works on looks like one that hangs. */
export async function noteNoWorker(out: Output, server: Server): Promise<void> {
  const workers = await listWorkers(server);
  if (workers.length === 0)
    out.note(
      `No worker of "${server.taskQueue}" is polling: nothing runs until one does. Start one: daychain up, or daychain worker`,
    );
}
