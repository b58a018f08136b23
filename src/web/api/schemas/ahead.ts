/** What is next on one line, and backfills by the page. */
import { z } from '@hono/zod-openapi';
import { Request } from './backfills.js';
import { Hold, Instant, RunDate, RunEnd, Status } from './common.js';
import { Pause } from './grid.js';

const Slot = z
  .object({
    runKey: z.string(),
    date: RunDate,
    scheduledFor: Instant,
    starts: z.boolean().openapi({ description: 'False: it lies within a pause' }),
  })
  .openapi('NextSlot');

const Line = z
  .object({
    id: z.string(),
    kind: z.enum(['chain', 'task']),
    summary: z.string().nullable(),
    timezone: z.string(),
    sentence: z.string(),
    state: z.enum(['active', 'paused', 'missing', 'foreign', 'unknown']),
    pause: Pause,
    note: z.string().nullable(),
    usualMs: z.number().nullable(),
    deadline: z.string().nullable(),
    slots: z.array(Slot),
    slotsInAll: z.number().int(),
    folded: z.string().nullable().openapi({ description: 'Where there are over 100', example: 'every minute, 1,440 slots' }),
    density: z.array(z.number().int()).nullable().openapi({ description: 'Of a folded line: slots in each of 48 stretches' }),
  })
  .openapi('NextLine');

const OneShotAhead = z
  .object({
    id: z.string(),
    kind: z.enum(['task', 'chain']),
    target: z.string(),
    timezone: z.string(),
    at: z.string(),
    state: z.enum(['waiting', 'held', 'due', 'running']),
    run: z.string(),
    by: z.string(),
    reason: z.string().nullable(),
    usualMs: z.number().nullable(),
  })
  .openapi('NextOneShot');

export const Ahead = z
  .object({
    project: z.string(),
    timezone: z.string(),
    from: Instant,
    to: Instant,
    lines: z.array(Line),
    oneShots: z.array(OneShotAhead),
    oneShotsInAll: z.number().int(),
    clockChanges: z.array(z.object({ timezone: z.string(), at: Instant, minutes: z.number(), text: z.string() })),
    backfills: z.array(
      z.object({
        workflowId: z.string(),
        id: z.string(),
        total: z.number().int(),
        left: z.number().int().nullable(),
        held: z.boolean(),
        endsAbout: Instant.nullable(),
      }),
    ),
  })
  .openapi('Ahead');

export const BackfillLine = z
  .object({
    workflowId: z.string(),
    runId: z.string(),
    request: Request.nullable(),
    status: Status,
    end: RunEnd.nullable(),
    started: Instant,
    closed: Instant.nullable(),
    total: z.number().int(),
    done: z.number().int(),
    already: z.number().int(),
    failed: z.number().int(),
    cancelled: z.number().int(),
    left: z.number().int().nullable(),
    working: z.number().int().nullable(),
    waiting: z.number().int().nullable(),
    perMinute: z.number().nullable(),
    timeLeftMs: z.number().nullable(),
    held: Hold.nullable(),
    failures: z.array(z.object({ run: z.string(), message: z.string() })),
    endReason: z.string().nullable(),
    command: z.string().nullable(),
  })
  .openapi('BackfillLine');

export const BackfillPage = z
  .object({
    backfills: z.array(BackfillLine),
    next: z.string().nullable().openapi({ description: '"page" of the next page; null on the last' }),
  })
  .openapi('BackfillPage');
