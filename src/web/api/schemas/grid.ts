/** The grid of dates and tasks. */
import { z } from '@hono/zod-openapi';
import { CELL_STATES } from '../../../control/views/cell.js';
import { Instant, Kind, RunDate } from './common.js';

export const CellState = z.enum(CELL_STATES);

export const Pause = z
  .object({ by: z.string(), at: Instant, until: Instant.nullable(), reason: z.string().nullable() })
  .nullable()
  .openapi({ description: 'Who paused it; null if it is not paused, or somebody else wrote the note' });

const Cell = z
  .object({
    state: CellState,
    kind: Kind.optional(),
    phase: z.string().optional().openapi({ description: 'What an open run is doing', example: 'waiting_for_lock' }),
    reason: z.string().optional(),
    run: z.string().optional().openapi({ description: 'Workflow ID' }),
    started: Instant.optional(),
    durationMs: z.number().optional().openapi({ description: 'Of a run that has ended' }),
    attempts: z.number().int().optional(),
    satisfied: z.literal(true).optional().openapi({ description: 'Another run of the same run key did the work' }),
    counts: z
      .partialRecord(CellState, z.number().int())
      .optional()
      .openapi({ description: 'Of a folded column: its slots in each state' }),
  })
  .openapi('GridCell', { description: 'Fields that have nothing to say are absent' });

const Row = z
  .object({
    id: z.string(),
    kind: z.enum(['chain', 'task']),
    summary: z.string().nullable(),
    inFiles: z.boolean().openapi({ description: 'False: a task that only older runs had' }),
    usualMs: z.number().nullable().openapi({ description: 'Median of its last successes' }),
    cells: z.array(Cell).openapi({ description: 'One for each column' }),
  })
  .openapi('GridRow');

const Column = z
  .object({
    key: z.string().openapi({ description: 'The run key; of a folded column the date' }),
    date: RunDate,
    scheduledFor: Instant.nullable(),
    slots: z.number().int().openapi({ description: 'How many slots it stands for' }),
  })
  .openapi('GridColumn');

const Schedule = z.object({
  state: z.enum(['active', 'paused', 'missing', 'foreign', 'by_hand']),
  sentence: z.string().nullable(),
  note: z.string().nullable(),
  pause: Pause,
  next: Instant.nullable(),
  missed: z.number().int().openapi({ description: 'Slots among the columns with neither run nor shell' }),
  missedCommand: z.string().nullable(),
  command: z.string().nullable(),
});

const Chain = z
  .object({
    id: z.string(),
    kind: z.enum(['chain', 'task']),
    summary: z.string().nullable(),
    timezone: z.string(),
    keyedBy: z.enum(['date', 'slot']),
    schedule: Schedule,
    deadline: z.string().nullable(),
    brokenBecause: z.string().nullable(),
    columns: z.array(Column).openapi({ description: 'Oldest first' }),
    rows: z.array(Row).openapi({ description: 'The chain itself first, then its tasks' }),
    older: z.string().nullable().openapi({ description: '"until" of the columns before these' }),
  })
  .openapi('GridChain');

export const Grid = z
  .object({
    project: z.string(),
    timezone: z.string(),
    at: Instant,
    workers: z.array(z.object({ identity: z.string(), lastPoll: Instant.nullable() })),
    chains: z.array(Chain),
    incomplete: z.string().nullable().openapi({ description: 'In words, where there is more than is read at once' }),
  })
  .openapi('Grid');
