/** Open retries: tasks that wait to try again. What is told them: /api/runs/{run}/retry, skip, hold, cancel. */
import { z } from '@hono/zod-openapi';
import { listRetries } from '../../../control/retries.js';
import { readRoute, type Api } from '../frame.js';
import { Instant, RunDate, wholeNumber } from '../schemas/common.js';

const OpenRetry = z
  .object({
    run: z.string(),
    runId: z.string(),
    id: z.string(),
    runKey: z.string(),
    date: RunDate.nullable(),
    waitsFor: z.enum(['back_off', 'lock']),
    attempt: z.number().int().nullable(),
    attempts: z.number().int().nullable(),
    lastError: z.string().nullable(),
    nextTryAt: Instant.nullable(),
    started: Instant,
  })
  .openapi('OpenRetry');

export function retryRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/retries',
      tag: 'Runs',
      summary: 'Tasks that wait to try again, soonest first',
      query: z.object({ limit: wholeNumber(1, 1_000, 200).openapi({ description: 'Open runs that are looked at' }) }),
      answer: z.object({
        retries: z.array(OpenRetry),
        leftOut: z.boolean().openapi({ description: 'There were more open runs than the limit' }),
      }),
    },
    async ({ query, server }) => await listRetries(await server(), query.limit),
  );
}
