/** When a schedule would be due: of the project, or any other. Asks no server. */
import { z } from '@hono/zod-openapi';
import { BadInput } from '../../../control/errors.js';
import { nextDue, readFrom, readSpec, readTo, shownSlot } from '../../../control/preview-request.js';
import { findEntry } from '../../../control/run-words.js';
import type { Registry } from '../../../registry/index.js';
import type { CompiledSchedule } from '../../../time/schedule.js';
import { instantText } from '../../../time/zones.js';
import { readRoute, type Api } from '../frame.js';
import { Id, MomentWord, wholeNumber } from '../schemas/common.js';

const Query = z.object({
  id: Id.optional().openapi({ description: 'A chain, or a task with a schedule of its own' }),
  spec: z.string().max(8_000).optional().openapi({ description: 'Any other schedule, as JSON', example: '{"daily":"06:00"}' }),
  timezone: z.string().max(80).optional(),
  from: MomentWord.optional(),
  to: MomentWord.optional(),
  limit: wholeNumber(1, 1_000, 10),
});

export function previewRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/preview',
      tag: 'Schedules',
      summary: 'When a schedule is due: by its id, or written out',
      query: Query,
      answer: z.object({
        sentence: z.string(),
        timezone: z.string(),
        slots: z.array(z.object({ nominal: z.string(), local: z.string(), date: z.string() })),
        more: z.boolean().openapi({ description: 'The window holds further slots' }),
      }),
    },
    ({ query, project: { registry }, now }) => {
      const compiled = compiledOf(registry, query);
      const zone = compiled.timezone;
      const from = query.from === undefined ? now : readFrom(query.from, zone);
      const to = query.to === undefined ? Infinity : readTo(query.to, zone, from, query.from ?? instantText(from));
      const due = nextDue(compiled, from, query.limit + 1).filter(({ at }) => at <= to);
      const slots = due.slice(0, query.limit).map((slot) => shownSlot(slot, zone));
      return { sentence: compiled.sentence, timezone: zone, slots, more: to !== Infinity && due.length > query.limit };
    },
  );
}

function compiledOf(registry: Registry, { id, spec, timezone }: z.output<typeof Query>): CompiledSchedule {
  if ((id === undefined) === (spec === undefined)) throw new BadInput('Name an id, or give a spec; not both.');
  if (spec !== undefined) return readSpec(readJson(spec), timezone ?? registry.project.timezone);
  const { kind } = findEntry(registry, id!);
  const timing = kind === 'chain' ? registry.chain(id!) : registry.timingOf(id!);
  if (!timing?.compiled) throw new BadInput(`${kind} ${id} has no schedule of its own: it runs by hand only.`);
  return timezone === undefined ? timing.compiled : readSpec(timing.schedule, timezone);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`spec: this is no JSON: ${(error as Error).message}. Like this: {"daily":"06:00"}`);
  }
}
