/** Figures of tasks and chains. */
import { z } from '@hono/zod-openapi';
import { Instant, orNull, RunDate } from './common.js';

const LastRun = z.object({ runKey: z.string(), date: RunDate, at: Instant }).openapi('LastRun');

export const StatsEntry = z
  .object({
    id: z.string(),
    kind: z.enum(['chain', 'task']),
    chains: z.array(z.string()),
    gone: z.boolean().openapi({ description: 'It has left the files; only its runs are known' }),
    runs: z.number().int(),
    open: z.number().int(),
    succeeded: z.number().int(),
    skipped: z.number().int(),
    failed: z.number().int(),
    cancelled: z.number().int(),
    successRate: z.number().nullable(),
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
    meanAttempts: z.number().nullable(),
    lastSuccess: orNull(LastRun),
    lastFailure: orNull(LastRun),
    failureStreak: z.number().int(),
  })
  .openapi('StatsEntry');
