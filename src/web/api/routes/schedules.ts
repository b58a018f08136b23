/** Schedules: what is due, what became of it, and what is done to them. */
import { z } from '@hono/zod-openapi';
import { chooses, chosenOf, type Choice } from '../../../control/choose.js';
import { NotFound } from '../../../control/errors.js';
import { readGaps } from '../../../control/gaps.js';
import { readHistory } from '../../../control/history.js';
import { readOneShotOutlook, readOutlook } from '../../../control/next.js';
import { readDate, requireSchedule } from '../../../control/run-words.js';
import { readStatus } from '../../../control/status.js';
import { addDays } from '../../../time/dates.js';
import { localDate } from '../../../time/zones.js';
import { readRoute, type Api } from '../frame.js';
import { DateWord, Id, listOf, wholeNumber } from '../schemas/common.js';
import { Gap, History, Outlook, StatusView } from '../schemas/schedules.js';

const TAG = 'Schedules';
/** Dates a history tells where nobody says which, and lines where somebody does. */
const HISTORY = { days: 14, lines: 30, most: 1_000 };

export function scheduleRoutes(api: Api): void {
  readRoute(
    api,
    { path: '/api/status', tag: TAG, summary: 'How the chains are doing, and what wants a look', answer: StatusView },
    async ({ project, server, session, now }) => ({
      ...(await readStatus(await server(), project.registry, now)),
      server: (await session()).address,
    }),
  );
  readRoute(
    api,
    {
      path: '/api/next',
      tag: TAG,
      summary: 'What is due next of each schedule, and what stands in its way',
      query: z.object({ id: listOf(Id), count: wholeNumber(1, 1_000, 5) }),
      answer: z.object({ schedules: z.array(Outlook) }),
    },
    async ({ query, project: { registry, zoneOf }, server, now }) => {
      const choice: Choice = { names: query.id, tags: [] };
      const chosen = chosenOf(choice, registry.schedules(), 'schedule');
      const asked = await server();
      const [schedules, oneShots] = await Promise.all([
        readOutlook(asked, registry.project.name, chosen, query.count, now),
        readOneShotOutlook(asked, (target) => chooses(choice, { id: target, tags: [] }), zoneOf, now),
      ]);
      return { schedules: [...schedules, ...oneShots] };
    },
  );
  readRoute(
    api,
    {
      path: '/api/schedules/{id}',
      tag: TAG,
      summary: 'One schedule: how it stands, its coming slots, those without a run',
      params: z.object({ id: Id }),
      query: z.object({ count: wholeNumber(1, 1_000, 5) }),
      answer: Outlook,
    },
    async ({ params, query, project: { registry }, server, now }) => {
      const wanted = registry.schedules().filter(({ id }) => id === params.id);
      const [outlook] = await readOutlook(await server(), registry.project.name, wanted, query.count, now);
      if (outlook === undefined) throw new NotFound(`${params.id} has no schedule in the files of ${registry.project.name}.`);
      return outlook;
    },
  );
  readRoute(
    api,
    {
      path: '/api/schedules/{id}/history',
      tag: TAG,
      summary: 'What became of each slot, oldest first',
      params: z.object({ id: Id }),
      query: z.object({ from: DateWord.optional(), to: DateWord.optional(), limit: wholeNumber(1, HISTORY.most, HISTORY.most) }),
      answer: History,
    },
    async ({ params: { id }, query, project: { registry, zoneOf }, server, now }) => {
      // A chain whose file is broken now has its history all the same.
      if (!registry.broken.has(id)) requireSchedule(registry, id);
      const zone = zoneOf(id);
      const to = query.to === undefined ? localDate(now, zone) : readDate(query.to, zone, now);
      const from = query.from === undefined ? addDays(to, 1 - HISTORY.days) : readDate(query.from, zone, now);
      return await readHistory(await server(), registry, id, { from, to, limit: query.limit }, now);
    },
  );
  readRoute(
    api,
    {
      path: '/api/gaps',
      tag: TAG,
      summary: 'Slots that fell due while no worker was there',
      answer: z.object({ gaps: z.array(Gap) }),
    },
    async ({ project: { registry }, server, now }) => ({ gaps: await readGaps(await server(), registry, now) }),
  );
}
