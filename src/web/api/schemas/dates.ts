/** The chain of one date: its graph and timeline. */
import { z } from '@hono/zod-openapi';
import { RUN_WHEN } from '../../../plan/types.js';
import { Instant, Kind, RunDate, Status } from './common.js';
import { CellState } from './grid.js';

export const AttemptError = z.object({ attempt: z.number().int(), at: Instant, message: z.string() });
export const Items = z
  .object({
    processed: z.number().openapi({ description: 'Failed ones included' }),
    of: z.number().nullable().openapi({ description: 'Null if nobody knows how many there are' }),
    failed: z.number(),
    current: z.string().nullable().openapi({ description: 'Key of one that is being worked on' }),
    perMinute: z.number().nullable().openapi({ description: 'Of late; null while it is too soon to tell' }),
    leftMs: z.number().nullable().openapi({ description: 'At this rate, milliseconds' }),
  })
  .nullable()
  .openapi({ description: 'Items of a running task, by the last heartbeat' });

const Node = z
  .object({
    x: z.number(),
    y: z.number(),
    width: z.number(),
    height: z.number(),
    rank: z.number().int(),
    task: z.string(),
    summary: z.string().nullable(),
    dependsOn: z.array(z.string()),
    runWhen: z.enum(RUN_WHEN),
    run: z.string().nullable(),
    state: CellState,
    kind: Kind.nullable(),
    phase: z.string().nullable(),
    sentence: z.string(),
    attempt: z.number().int(),
    maximumAttempts: z.number().int(),
    progress: Items,
    started: Instant.nullable(),
    finished: Instant.nullable(),
    nextAttemptAt: Instant.nullable(),
    usualMs: z.number().nullable(),
    timeoutMs: z.number(),
    lastError: AttemptError.nullable(),
    satisfied: z.boolean(),
    errors: z.number().int(),
    warnings: z.number().int(),
  })
  .openapi('DateNode');

const Edge = z.object({ from: z.string(), to: z.string(), points: z.array(z.object({ x: z.number(), y: z.number() })) });

const Segment = z
  .object({
    kind: z.enum(['queued', 'waiting_for_lock', 'waiting', 'attempt', 'backoff']),
    from: Instant,
    to: Instant.nullable(),
    attempt: z.number().int().nullable(),
    failed: z.boolean().nullable(),
    text: z.string().nullable(),
  })
  .openapi('TimelineSegment');

const Bar = z
  .object({
    task: z.string(),
    state: CellState,
    from: Instant.nullable(),
    to: Instant.nullable(),
    segments: z.array(Segment),
  })
  .openapi('TimelineBar');

export const ChainDate = z
  .object({
    chain: z.string(),
    summary: z.string().nullable(),
    runKey: z.string(),
    date: RunDate,
    timezone: z.string(),
    scheduledFor: Instant.nullable(),
    at: Instant,
    run: z.object({ workflowId: z.string(), runId: z.string() }).nullable(),
    state: CellState,
    status: Status.nullable(),
    kind: Kind.nullable(),
    reason: z.string().nullable(),
    started: Instant.nullable(),
    finished: Instant.nullable(),
    usualMs: z.number().nullable(),
    deadline: Instant.nullable(),
    held: z.object({ by: z.string(), reason: z.string().nullable(), until: Instant }).nullable(),
    command: z.string().nullable(),
    planFrom: z.enum(['run', 'files']),
    planNote: z.string().nullable().openapi({ description: "Where today's files have another plan than the run" }),
    graph: z
      .object({ width: z.number(), height: z.number(), nodes: z.array(Node), edges: z.array(Edge) })
      .openapi({ description: 'Laid out from left to right, in CSS pixels' }),
    timeline: z.object({ from: Instant, to: Instant, bars: z.array(Bar) }),
    incomplete: z.string().nullable(),
  })
  .openapi('ChainDate');
