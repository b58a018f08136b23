/** The one thing that holds a task or chain. */
import { z } from '@hono/zod-openapi';
import { readDate } from '../../../control/run-words.js';
import { readWhy } from '../../../control/why.js';
import { WHY_CAUSES } from '../../../control/why-view.js';
import { isRunKey } from '../../../plan/ids.js';
import { ServerNotKnown } from '../../../session/open.js';
import { readRoute, type Api } from '../frame.js';
import { KeyWord, Id, Instant, RunDate } from '../schemas/common.js';

const Line = z.object({ label: z.string(), text: z.string() });

const Why = z
  .object({
    task: z.string(),
    date: RunDate,
    runKey: z.string(),
    timezone: z.string(),
    run: z.string().nullable(),
    chain: z.string().nullable(),
    cause: z.enum(WHY_CAUSES),
    sentence: z.string().openapi({ description: 'What it is, and whose move it is; the same as daychain why says' }),
    details: z.array(Line),
    commands: z.array(z.object({ text: z.string(), command: z.string() })).openapi({ description: 'What would unblock it' }),
    at: Instant,
  })
  .openapi('Why');

export function whyRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/why/{id}/{date}',
      tag: 'Runs',
      summary: 'Why it has not run, or what it does, or how it ended',
      params: z.object({ id: Id, date: KeyWord }),
      query: z.object({ chain: Id.optional().openapi({ description: 'For a task of several chains' }) }),
      answer: Why,
    },
    async ({ params: { id, date }, query, project, parts, server, now }) => {
      const byKey = isRunKey(date) && !/^\d{8}$/.test(date);
      const when = byKey ? { runKey: date } : { date: readDate(date, project.zoneOf(id), now) };
      const locks = await parts.redis().catch((error: unknown) => {
        if (error instanceof ServerNotKnown) return null;
        throw error;
      });
      const wish = { task: id, ...when, ...(query.chain === undefined ? {} : { chain: query.chain }) };
      return await readWhy(await server(), project.registry, locks?.store ?? null, wish, now);
    },
  );
}
