/** How far the server's clock is from ours. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { instant } from './describe-run.js';
import { skewMs } from '../time/skew.js';
import type { Server } from './server.js';

/** Longer than it is looked for; the server refuses polls that would end in two seconds or less. */
const POLL_MS = 60_000;
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 100;

/**
 * Milliseconds by which the server's clock is surely ahead of ours, negative if behind; null if it does not tell.
 * No call answers with the time; but the server notes when a queue was polled last. So a queue of nobody's is polled once.
 */
export async function clockSkewMs({ client, namespace, by }: Server): Promise<number | null> {
  const taskQueue = { name: `daychain-clock-${randomUUID()}` };
  const stop = new AbortController();
  const began = Date.now();
  const poll = client
    .withDeadline(began + POLL_MS, () =>
      client.withAbortSignal(stop.signal, () =>
        client.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue, identity: by }),
      ),
    )
    // Nobody ever sends it anything: its end is always an error.
    .catch(() => {});
  try {
    for (let over = false; !over;) {
      await delay(LOOK_EVERY_MS);
      over = Date.now() >= began + PATIENCE_MS;
      const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: 1 });
      const seen = instant(pollers?.[0]?.lastAccessTime);
      if (seen !== null) return skewMs(Date.parse(seen), began, Date.now());
    }
    return null;
  } finally {
    stop.abort();
    await poll;
  }
}
