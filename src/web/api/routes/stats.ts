/** How tasks and chains have done: figures, to read and to export. */
import { z } from '@hono/zod-openapi';
import { readDate } from '../../../control/run-words.js';
import { readStats } from '../../../control/stats.js';
import { statsCsv } from '../../../control/stats-csv.js';
import { addDays } from '../../../time/dates.js';
import { localDate } from '../../../time/zones.js';
import { readRoute, type Api, type Asking } from '../frame.js';
import { DateWord, listOf, RunDate } from '../schemas/common.js';
import { StatsEntry } from '../schemas/stats.js';

/** Dates that are looked at where nobody says which. */
const DAYS = 30;

const Query = z.object({
  id: listOf(z.string().max(100)).openapi({ description: 'Tasks and chains, or patterns with *; default: all' }),
  since: DateWord.optional().openapi({ description: `Default: ${DAYS} days` }),
  until: DateWord.optional().openapi({ description: 'Default: today' }),
});
type Query = z.output<typeof Query>;

export function statsRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/stats',
      tag: 'Runs',
      summary: 'How tasks and chains have done: rates, durations, streaks',
      query: Query,
      answer: z
        .object({ project: z.string(), timezone: z.string(), since: RunDate, until: RunDate, entries: z.array(StatsEntry) })
        .openapi('Stats'),
    },
    async (asking) => await read(asking),
  );
  readRoute(
    api,
    {
      path: '/api/stats.csv',
      tag: 'Runs',
      summary: 'The same as a table for other programs',
      query: Query,
      answer: z.string(),
      mediaType: 'text/csv',
    },
    async (asking) => {
      const headers = {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="daychain-stats.csv"',
      };
      return new Response(statsCsv(await read(asking)), { headers });
    },
  );
}

async function read({ query, project: { registry }, server, now }: Asking<object, Query, undefined>) {
  const zone = registry.project.timezone;
  const until = query.until === undefined ? localDate(now, zone) : readDate(query.until, zone, now);
  const since = query.since === undefined ? addDays(until, 1 - DAYS) : readDate(query.since, zone, now);
  return await readStats(await server(), registry, { names: query.id, since, until });
}
