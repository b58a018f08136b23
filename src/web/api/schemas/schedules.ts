/** Schedules: how they stand, what is due, what became of their slots. */
import { z } from '@hono/zod-openapi';
import { Instant, orNull, RunDate, RunEnd, Slot } from './common.js';
import { Items } from './dates.js';
import { RunSummary, SlotResult } from './runs.js';

const Worker = z.object({ identity: z.string(), lastPoll: Instant.nullable() }).openapi('Worker');

const ScheduleState = z.object({
  state: z.enum(['active', 'paused', 'missing', 'foreign', 'by_hand']),
  sentence: z.string().nullable(),
  note: z.string().nullable(),
  next: Instant.nullable(),
  missed: z.array(Slot),
  runsOutAt: z.string().nullable(),
});

export const StatusView = z
  .object({
    project: z.string(),
    timezone: z.string(),
    workers: z.array(Worker),
    chains: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['chain', 'task']),
        timezone: z.string(),
        schedule: ScheduleState,
        last: z.array(RunSummary).openapi({ description: 'The newest run keys, oldest first, at most seven' }),
      }),
    ),
    working: z
      .array(z.object({ task: z.string(), runKey: z.string(), run: z.string(), items: Items.unwrap() }))
      .openapi({ description: 'Tasks that are going through items, at most 16' }),
    attention: z.array(z.object({ text: z.string(), command: z.string() })),
    server: z.string(),
  })
  .openapi('Status');

export const Outlook = z
  .object({
    id: z.string(),
    sentence: z.string(),
    timezone: z.string(),
    state: z.enum(['active', 'paused', 'missing', 'foreign', 'unknown']).openapi({ description: 'unknown: by the files alone' }),
    note: z.string().nullable(),
    slots: z.array(Slot),
    missed: z.array(Slot).openapi({ description: 'Fell due and have no run' }),
    runsOutAt: z.string().nullable(),
  })
  .openapi('ScheduleOutlook');

const Shell = z.object({
  workflowId: z.string(),
  runId: z.string(),
  schedule: z.string(),
  slot: Instant,
  end: RunEnd.nullable(),
  started: Instant,
  closed: Instant.nullable(),
  skipped: orNull(SlotResult),
});

export const History = z
  .object({
    id: z.string(),
    timezone: z.string(),
    schedule: z.object({ paused: z.boolean(), note: z.string().nullable(), keyedBy: z.enum(['date', 'slot']) }).nullable(),
    from: RunDate,
    to: RunDate,
    lines: z.array(
      z.object({
        slot: Instant.nullable(),
        date: RunDate,
        runKey: z.string(),
        end: z.enum(['run', 'misfired', 'coalesced', 'overlapped', 'waiting', 'undecided', 'shell_failed', 'no_shell']),
        lateMs: z.number().nullable(),
        reason: z.string().nullable(),
        run: orNull(RunSummary),
        shell: orNull(Shell),
        command: z.string().nullable(),
      }),
    ),
    leftOut: z.number().int().openapi({ description: 'Older lines of the window that the limit left out' }),
  })
  .openapi('History');

export const Gap = z
  .object({
    id: z.string(),
    timezone: z.string(),
    overlap: z.enum(['queue', 'skip', 'cancel', 'allow']),
    since: Instant,
    runs: z.number().int(),
    coalesced: z.number().int(),
    misfired: z.number().int(),
  })
  .openapi('Gap', { description: 'Slots that fell due while no worker was there, and what will come of them' });

export const SyncStep = z
  .object({
    id: z.string(),
    change: z.enum(['create', 'update', 'reactivate', 'deactivate', 'renew', 'unchanged', 'foreign']),
    sentence: z.string().nullable(),
    was: z.string().nullable(),
    owner: z.string().nullable(),
    paused: z.boolean(),
    note: z.string().nullable(),
    next: z.array(Instant),
    rekeying: z.object({ from: z.string(), to: z.string() }).nullable(),
    unconfirmed: z.boolean(),
    started: z.array(Slot),
    missing: z.array(Slot),
  })
  .openapi('SyncStep');
