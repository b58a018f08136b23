/** What changes, as it changes. */
import { z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { EventFeed, type News } from '../event-source.js';
import { readRoute, type Api } from '../frame.js';
import { HttpProblem } from '../problem.js';

/** Proxies close what is silent for a minute. Milliseconds. */
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 3_000;
/** A client that reads nothing must not fill the memory: beyond so many events it is let go, and comes back. */
const MOST_UNREAD = 1_000;

export function eventRoutes(api: Api): void {
  const feed = new EventFeed(api.parts);
  readRoute(
    api,
    {
      path: '/api/events',
      tag: 'Service',
      summary: 'A stream of what changes: ids only, ask for the rest',
      description: [
        'Server-sent events. "changed": {runs, ids, schedules, open}, workflow IDs of runs that began, ended or changed, ids of their tasks and chains,',
        'ids of schedules, and the runs that are open. "server": {reachable, cause}. "reset": look at everything again.',
        'A stream that is taken up again with Last-Event-ID misses nothing: it goes on, or begins with "reset".',
      ].join(' '),
      answer: z.string(),
      mediaType: 'text/event-stream',
      streams: true,
    },
    ({ context, parts }) => {
      if (feed.size >= parts.limits.streams) {
        throw new HttpProblem(503, 'too_many_streams', `${feed.size} streams are open already.`, { retryAfterSeconds: 30 });
      }
      const last = context.req.header('last-event-id');
      return streamSSE(context, async (stream) => {
        const queue: News[] = [];
        let wake = () => {};
        const atItsEnd = () => wake();
        stream.onAbort(atItsEnd);
        parts.stopped.addEventListener('abort', atItsEnd, { once: true });
        const missed = last === undefined ? [] : feed.since(last);
        const stop = feed.listen((news) => {
          queue.push(news);
          wake();
        });
        try {
          await stream.write(`retry: ${RETRY_MS}\n\n`);
          if (missed === null) await stream.writeSSE({ event: 'reset', id: feed.lastId(), data: '{}' });
          for (const news of missed ?? []) await stream.writeSSE(news);
          while (!stream.aborted && !parts.stopped.aborted && queue.length <= MOST_UNREAD) {
            const news = queue.shift();
            if (news !== undefined) {
              await stream.writeSSE(news);
              continue;
            }
            const what = await new Promise<'woken' | 'quiet'>((resolve) => {
              const quiet = setTimeout(() => resolve('quiet'), HEARTBEAT_MS).unref();
              wake = () => {
                clearTimeout(quiet);
                resolve('woken');
              };
            });
            if (what === 'quiet') await stream.write(': still here\n\n');
          }
        } finally {
          stop();
          parts.stopped.removeEventListener('abort', atItsEnd);
        }
      });
    },
  );
}
