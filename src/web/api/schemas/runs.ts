/** Runs, as lists and single looks tell them. */
import { z } from '@hono/zod-openapi';
import { AnyObject, Hold, Instant, JsonObject, Kind, orNull, RunDate, RunEnd, Status } from './common.js';

const AttemptError = z.object({ attempt: z.number().int(), at: Instant, message: z.string() });

export const TaskResult = z
  .object({
    task: z.string(),
    date: RunDate,
    run_key: z.string(),
    scheduled_for: Instant,
    task_id: z.string(),
    status: Status,
    kind: Kind.nullable(),
    reason: z.string().nullable(),
    settled: z.boolean(),
    errors: z.array(z.string()),
    warnings: z.array(z.string()),
    attempt_errors: z.array(AttemptError),
    attempts: z.number().int(),
    started: Instant.nullable(),
    finished: Instant.nullable(),
    by: z.string().nullable(),
    output: JsonObject,
  })
  .catchall(z.unknown())
  .openapi('TaskResult', { description: "A task's result; its own counters stand at the top level too" });

export const TaskOutcome = z
  .object({
    status: Status,
    kind: Kind.nullable(),
    reason: z.string().nullable(),
    settled: z.boolean(),
    run: z.string().nullable(),
    satisfied: z.boolean(),
    attempts: z.number().int(),
    started: Instant.nullable(),
    finished: Instant.nullable(),
    errors: z.number().int(),
    warnings: z.number().int(),
  })
  .openapi('TaskOutcome');

export const ChainResult = z
  .object({
    chain: z.string(),
    date: RunDate,
    run_key: z.string(),
    scheduled_for: Instant,
    status: Status,
    kind: Kind.nullable(),
    reason: z.string().nullable(),
    tasks: z.record(z.string(), TaskOutcome),
    counts: z.record(z.string(), z.number().int()),
  })
  .openapi('ChainResult');

export const SlotResult = z
  .object({
    chain: z.string(),
    slot: Instant,
    date: RunDate,
    run_key: z.string(),
    status: z.literal('skipped'),
    kind: z.enum(['misfired', 'coalesced', 'overlapped']),
    reason: z.string(),
  })
  .openapi('SlotResult');

const Result = z.union([TaskResult, ChainResult]).nullable();

const SUMMARY = {
  workflowId: z.string(),
  runId: z.string(),
  kind: z.enum(['task', 'chain', 'shell', 'other']),
  id: z.string(),
  runKey: z.string().nullable(),
  date: RunDate.nullable(),
  status: Status,
  end: RunEnd.nullable().openapi({ description: 'How it was closed; null while it is open' }),
  started: Instant,
  closed: Instant.nullable(),
  taskQueue: z.string(),
  params: orNull(JsonObject),
  backfill: z.string().optional(),
  asked: z
    .object({ by: z.string(), reason: z.string().nullable() })
    .optional()
    .openapi({ description: 'Who started it by hand and why, where that was told' }),
  left: Result.openapi({ description: 'What the run left in its memo before it closed' }),
  skippedSlot: SlotResult.optional(),
};
export const RunSummary = z.object(SUMMARY).openapi('RunSummary');

export const PendingAttempt = z
  .object({
    activity: z.string(),
    attempt: z.number().int(),
    maximumAttempts: z.number().int(),
    state: z.enum(['scheduled', 'running', 'cancelling', 'paused']),
    lastFailure: z.string().nullable(),
    waiting: z
      .enum(['postponed', 'waiting_for_work'])
      .nullable()
      .openapi({ description: 'Its condition, or work, is not there yet: it looks again at nextAttemptAt' }),
    startedAt: Instant.nullable(),
    nextAttemptAt: Instant.nullable(),
    lastHeartbeatAt: Instant.nullable(),
    worker: z.string().nullable(),
  })
  .openapi('PendingAttempt');

const Progress = z
  .object({ kind: z.enum(['task', 'chain', 'one_shot']), held: orNull(Hold) })
  .openapi('Progress', { description: 'What an open run says of itself' });

const RunView = z
  .object({
    ...SUMMARY,
    result: Result,
    message: z.string().nullable(),
    pending: orNull(PendingAttempt),
    progress: orNull(Progress).openapi({ description: 'Null if it is closed or no worker could be asked' }),
    children: z.array(z.string()),
  })
  .openapi('Run');

export const TaskSnapshot = z
  .object({
    task: z.string(),
    run: z.string(),
    status: Status,
    kind: Kind.nullable(),
    phase: z.string().nullable().openapi({ description: 'What it is doing while it is open', example: 'retrying' }),
    detail: z.string().nullable(),
    started: Instant.nullable(),
    finished: Instant.nullable(),
    satisfied: z.boolean(),
    pending: orNull(PendingAttempt),
    result: orNull(TaskResult),
  })
  .openapi('TaskSnapshot');

export const Lock = z
  .object({
    task: z.string(),
    scope: z.string(),
    holder: z.string(),
    ttlMs: z.number().nullable(),
    state: z.enum(['running', 'closed', 'abandoned', 'unknown', 'stranger']),
    run: z.string().nullable(),
  })
  .openapi('Lock');

const OrderRecord = z
  .object({
    order: z.enum(['skip', 'hold', 'release', 'retryNow']),
    task: z.string().nullable(),
    by: z.string(),
    reason: z.string().nullable(),
    at: Instant,
    until: Instant.nullable(),
    atStart: z.boolean(),
    refused: z.string().nullable(),
  })
  .openapi('OrderRecord');

export const ShownRun = z
  .object({
    run: RunView,
    tasks: z.array(TaskSnapshot),
    input: orNull(AnyObject).openapi({ description: 'What it was started with; null where the server keeps it no more' }),
    url: z.string().nullable().openapi({ description: "Its page in Temporal's Web UI" }),
    orders: z
      .object({ orders: z.array(OrderRecord), complete: z.boolean() })
      .openapi({ description: 'What people decided about it, oldest first; not complete where its history is very long' }),
    lock: orNull(Lock),
    lockProblem: z.string().nullable().openapi({ description: 'Why the lock could not be looked at' }),
  })
  .openapi('ShownRun');

export const Started = z.object({
  outcome: z.enum(['started', 'running', 'completed']).openapi({ description: 'Nothing was started where it runs or is done' }),
  workflowId: z.string(),
  runId: z.string(),
  url: z.string().nullable(),
});
