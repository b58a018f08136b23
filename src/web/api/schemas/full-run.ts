/** One run in full. */
import { z } from '@hono/zod-openapi';
import { AnyObject, Hold, Instant, Kind, RunDate, RunEnd, Status } from './common.js';
import { AttemptError, Items } from './dates.js';
import { CellState } from './grid.js';
import { PendingAttempt, TaskOutcome } from './runs.js';

const SizedValue = z
  .object({
    bytes: z.number().int(),
    value: AnyObject.nullable().openapi({ description: 'Null if it is over 64 KiB' }),
    head: z.string().nullable().openapi({ description: 'The beginning of what is not shown whole' }),
  })
  .openapi('SizedValue');

const Lock = z
  .object({
    key: z.string(),
    state: z.enum(['free', 'ours', 'unreachable', 'running', 'closed', 'abandoned', 'unknown', 'stranger']),
    holder: z.string().nullable(),
    ttlMs: z.number().nullable(),
    text: z.string(),
  })
  .openapi('RunLock');

const Order = z
  .object({
    what: z.enum(['skip', 'hold', 'release', 'retryNow', 'cancel', 'terminate', 'rerun', 'force', 'backfill', 'start']),
    by: z.string().nullable(),
    at: Instant,
    reason: z.string().nullable(),
    task: z.string().nullable(),
  })
  .openapi('RunOrder');

const Execution = z.object({
  runId: z.string(),
  status: Status,
  end: RunEnd.nullable(),
  started: Instant,
  closed: Instant.nullable(),
});

export const FullRun = z
  .object({
    workflowId: z.string(),
    runId: z.string(),
    kind: z.enum(['task', 'chain']),
    id: z.string(),
    summary: z.string().nullable(),
    runKey: z.string(),
    date: RunDate,
    timezone: z.string(),
    scheduledFor: Instant.nullable(),
    chain: z.string().nullable(),
    state: CellState,
    status: Status,
    resultKind: Kind.nullable(),
    phase: z.string().nullable(),
    sentence: z.string(),
    end: RunEnd.nullable(),
    late: z.boolean(),
    settled: z.boolean().nullable(),
    started: Instant,
    closed: Instant.nullable(),
    taskId: z.string().nullable(),
    attempt: z.number().int().nullable(),
    maximumAttempts: z.number().int().nullable(),
    attemptErrors: z.array(AttemptError),
    pending: PendingAttempt.nullable(),
    progress: Items,
    itemErrors: z.array(z.string()),
    itemErrorsInAll: z.number().int(),
    warnings: z.array(z.string()),
    warningsInAll: z.number().int(),
    params: SizedValue.nullable(),
    upstream: SizedValue.nullable(),
    output: SizedValue.nullable(),
    tasks: z.record(z.string(), TaskOutcome).nullable(),
    lock: Lock.nullable(),
    held: Hold.nullable(),
    orders: z.array(Order),
    backfill: z.string().nullable(),
    earlier: z.array(Execution).openapi({ description: 'Other executions of this workflow ID, newest first, at most 20' }),
    executionsInAll: z.number().int(),
    temporalUi: z.string().nullable(),
    commands: z.array(z.object({ verb: z.string(), line: z.string(), text: z.string() })),
    incomplete: z.string().nullable(),
  })
  .openapi('FullRun');
