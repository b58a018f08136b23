/** Parts that many requests and answers share. */
import { z } from '@hono/zod-openapi';

export const Id = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,79}$/, 'is no id: a lower-case letter first, then letters, digits, "_" or "-", at most 80 in all')
  .openapi({ description: 'Of a task or chain', example: 'daily-chain' });

/** As people type it; what it means depends on the zone of the task or chain. */
export const DateWord = z
  .string()
  .regex(
    /^(?:\d{8}|\d{4}-\d{2}-\d{2}|today|yesterday|tomorrow)$/,
    'is no date: write 20260203, 2026-02-03, today, yesterday or tomorrow',
  )
  .openapi({
    description: '20260203, 2026-02-03, today, yesterday or tomorrow, in the zone of the task or chain',
    example: 'yesterday',
  });

/** A date, or the run key of a chain that runs several times a day, or of a one-shot. */
export const KeyWord = z
  .string()
  .regex(
    /^(?:\d{8}|\d{4}-\d{2}-\d{2}|today|yesterday|tomorrow|\d{8}T\d{6}Z|at-[a-z][a-z0-9_-]{0,79})$/,
    'is neither a date nor a run key: write 20260203, 2026-02-03, today, yesterday, tomorrow or 20260203T051500Z',
  )
  .refine((word) => !word.includes('T') || isInstantKey(word), 'is no run key: there is no such instant')
  .openapi({ description: 'A date as elsewhere, or a run key', example: '20260203' });

/** `20260203T051500Z`, of a day and an hour that there are. */
function isInstantKey(word: string): boolean {
  const iso = word.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const at = Date.parse(iso);
  return !Number.isNaN(at) && new Date(at).toISOString() === iso;
}

export const MomentWord = z
  .string()
  .min(1)
  .max(60)
  .openapi({ description: 'An instant, a local time, a date, or "+2 hours"', example: '2026-03-01T08:00:00Z' });

export const Instant = z.string().openapi({ description: 'ISO instant', example: '2026-02-03T05:00:00.000Z' });
export const RunDate = z.string().openapi({ description: 'YYYYMMDD', example: '20260203' });

export const WorkflowId = z
  .string()
  .min(1)
  .max(300)
  .openapi({ description: 'Workflow ID of a run', example: 'daily-chain:20260203' });

/** Why somebody does it: kept, with who and when, in the record of what it is done to. */
export const Reason = z
  .string()
  .trim()
  .max(500)
  .refine((text) => !hasControlCharacter(text), 'must have no control characters but line breaks and tabs')
  .transform((text) => (text === '' ? null : text))
  .openapi({ type: 'string', maxLength: 500, description: 'Why; kept with who and when', example: 'the archive was empty' });

function hasControlCharacter(text: string): boolean {
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text);
}

export const JsonObject = z.record(z.string(), z.json()).openapi({ type: 'object', additionalProperties: true });

/** One whose fields this document does not tell. */
export const AnyObject = z
  .custom<object>((value) => typeof value === 'object')
  .openapi({ type: 'object', additionalProperties: true });

/** For schemas that tell their type themselves: `nullable` would leave that as it is. */
export function orNull<T extends z.ZodType>(schema: T) {
  return z.union([schema, z.null()]);
}

/** A whole number in a query. */
export function wholeNumber(least: number, most: number, fallback: number) {
  return z
    .string()
    .regex(/^\d{1,6}$/, `is no whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is no whole number from ${least} to ${most}`)
    .default(fallback)
    .openapi({ type: 'integer', minimum: least, maximum: most, default: fallback });
}

/** Once or several times in a query. */
export function listOf<T extends z.ZodType<string>>(item: T) {
  return z
    .union([item.transform((one) => [one]), z.array(item)])
    .default([])
    .openapi({ type: 'array', items: { type: 'string' }, default: [] });
}

export const Status = z.enum(['pending', 'success', 'skipped', 'failed', 'cancelled']);
export const RunEnd = z.enum(['completed', 'failed', 'cancelled', 'terminated', 'timed_out']);
/** Why it was skipped or failed. A word of this version's list; the next one may know more. */
export const Kind = z.string().openapi({ example: 'upstream_failed' });

/** Where a task stands in a chain. */
export const PlacedTask = z.object({ id: z.string(), dependsOn: z.array(z.string()), runWhen: z.string() }).openapi('PlacedTask');

export const Slot = z.object({ date: RunDate, runKey: z.string(), scheduledFor: Instant }).openapi('Slot');
export const Hold = z
  .object({ by: z.string(), reason: z.string().nullable(), until: z.number().openapi({ description: 'Epoch milliseconds' }) })
  .openapi('Hold');
