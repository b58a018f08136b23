/** Backfills and one-shots. */
import { z } from '@hono/zod-openapi';
import { MAX_BACKFILL_CONCURRENCY, ONLY, ORDERS } from '../../../plan/backfill.js';
import { DateWord, Hold, Id, Instant, JsonObject, orNull, Reason, RunDate, RunEnd, Slot, Status } from './common.js';

const Request = z.object({
  id: z.string(),
  kind: z.enum(['chain', 'task']),
  from: RunDate,
  to: RunDate,
  only: z.enum(ONLY).nullable(),
  tasks: z.array(z.string()).nullable(),
  order: z.enum(ORDERS),
  concurrency: z.number().int(),
  by: z.string(),
  reason: z.string().nullable(),
});

const TALLY = {
  done: z.number().int(),
  already: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  failures: z.array(z.object({ run: z.string(), message: z.string() })),
};

export const Backfill = z
  .object({
    workflowId: z.string(),
    runId: z.string(),
    request: Request.nullable(),
    total: z.number().int(),
    status: Status,
    end: RunEnd.nullable(),
    started: Instant,
    closed: Instant.nullable(),
    result: z
      .object({ ...TALLY, status: Status, total: z.number().int(), left: z.number().int(), started: Instant, finished: Instant })
      .nullable(),
    progress: z
      .object({
        ...TALLY,
        kind: z.literal('backfill'),
        status: Status,
        started: Instant,
        total: z.number().int(),
        working: z.number().int(),
        waiting: z.number().int(),
        left: z.number().int(),
        held: orNull(Hold),
        perMinute: z.number().nullable(),
        timeLeft: z.number().nullable(),
      })
      .nullable()
      .openapi({ description: 'Null if it has ended or no worker answers' }),
  })
  .openapi('Backfill');

export const BackfillPlan = z
  .object({
    workflowId: z.string(),
    request: Request,
    dates: z.number().int(),
    notDue: z.number().int(),
    counts: z.object({
      missing: z.number().int(),
      failed: z.number().int(),
      running: z.number().int(),
      done: z.number().int(),
    }),
    keyedBy: z.enum(['date', 'slot']),
    runs: z.array(Slot),
    dependsOnPast: z.string().nullable(),
    usual: z.number().nullable(),
    estimate: z.number().nullable(),
  })
  .openapi('BackfillPlan');

export const BackfillWish = z
  .object({
    id: Id,
    from: DateWord,
    to: DateWord,
    only: z.enum(ONLY).nullable().default(null),
    tasks: z.array(Id).min(1).max(2_000).nullable().default(null),
    order: z.enum(ORDERS).default('asc'),
    concurrency: z.number().int().min(1).max(MAX_BACKFILL_CONCURRENCY).default(5),
    beyondRetention: z.boolean().default(false),
    dryRun: z.boolean().default(false).openapi({ description: 'Only plan' }),
    reason: Reason.nullable().default(null),
  })
  .openapi('BackfillWish');

export const OneShot = z
  .object({
    id: z.string(),
    workflowId: z.string(),
    runId: z.string(),
    at: z.string(),
    kind: z.enum(['task', 'chain']),
    target: z.string(),
    params: orNull(JsonObject),
    by: z.string(),
    reason: z.string().nullable(),
    run: z.string().openapi({ description: 'Workflow ID of the run it starts' }),
    state: z.enum(['waiting', 'held', 'due', 'running', 'ended']),
    status: Status,
    held: orNull(Hold),
  })
  .openapi('OneShot');
