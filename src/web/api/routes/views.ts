/** What the page shows: the grid, a chain's date, a run in full, what is next on one line, backfills by the page. */
import { z } from '@hono/zod-openapi';
import { readRun } from '../../../control/run-words.js';
import { MOST_ON_A_PAGE, readBackfills, readOneBackfill } from '../../../control/views/backfills.js';
import { readDate } from '../../../control/views/date.js';
import { MOST_DAYS, readGrid } from '../../../control/views/grid.js';
import { MOST_HOURS, readNext } from '../../../control/views/next.js';
import { readFullRun } from '../../../control/views/run.js';
import { readRoute, type Api } from '../frame.js';
import { Ahead, BackfillLine, BackfillPage } from '../schemas/ahead.js';
import { Id, WorkflowId, listOf, wholeNumber } from '../schemas/common.js';
import { ChainDate } from '../schemas/dates.js';
import { FullRun } from '../schemas/full-run.js';
import { Grid } from '../schemas/grid.js';

const TAG = 'Views';
const Chains = listOf(Id).openapi({ description: 'Chains and tasks with a schedule of their own; none: all' });
const RunKey = z
  .string()
  .regex(/^(?:\d{8}|\d{8}T\d{6}Z|at-[a-z][a-z0-9_-]{0,79})$/, 'is no run key: write 20260203, or a slot like 20260203T051500Z')
  .openapi({ description: 'A date, a slot in UTC, or that of a one-shot', example: '20260203' });

export function viewRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/grid',
      tag: TAG,
      summary: 'What became of each date, task by task',
      description: 'A second behind the truth. Older dates: "until" with the "older" of the answer before.',
      query: z.object({
        chains: Chains,
        days: wholeNumber(1, MOST_DAYS, 30),
        until: RunKey.optional().openapi({ description: 'The last date, or slot, that is shown; default: today' }),
      }),
      answer: Grid,
    },
    async ({ query: { chains, days, until }, project: { registry }, server, now }) =>
      await readGrid(await server(), registry, { chains, days, ...(until === undefined ? {} : { until }) }, now),
  );
  readRoute(
    api,
    {
      path: '/api/dates/{chain}/{runKey}',
      tag: TAG,
      summary: 'The chain of one date: its graph, laid out, and its timeline',
      params: z.object({ chain: Id, runKey: RunKey }),
      answer: ChainDate,
    },
    async ({ params, project: { registry }, server, now }) =>
      await readDate(await server(), registry, params.chain, params.runKey, now),
  );
  readRoute(
    api,
    {
      path: '/api/views/runs/{run}',
      tag: TAG,
      summary: 'One run in full: what it was given and gave, who did what to it, what can be done',
      params: z.object({ run: WorkflowId }),
      answer: FullRun,
    },
    async ({ params, project, parts, server, session, now }) => {
      const workflowId = readRun([params.run], project.zoneOf, now);
      const openLocks = async () => (await parts.redis()).store;
      const look = { server: await server(), registry: project.registry, ui: (await session()).ui, openLocks };
      return await readFullRun(look, workflowId, now);
    },
  );
  readRoute(
    api,
    {
      path: '/api/views/next',
      tag: TAG,
      summary: 'The coming slots of all chains on one time line',
      query: z.object({ chains: Chains, hours: wholeNumber(1, MOST_HOURS, 24) }),
      answer: Ahead,
    },
    async ({ query, project: { registry }, server, now }) => await readNext(await server(), registry, query, now),
  );
  readRoute(
    api,
    {
      path: '/api/views/backfills',
      tag: TAG,
      summary: 'Backfills with their progress, a page at a time',
      query: z.object({
        id: Id.optional(),
        limit: wholeNumber(1, MOST_ON_A_PAGE, 20),
        page: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,4000}$/, 'is no page of an answer before')
          .optional(),
      }),
      answer: BackfillPage,
    },
    async ({ query: { id, limit, page }, server }) =>
      await readBackfills(await server(), {
        limit,
        ...(id === undefined ? {} : { id }),
        ...(page === undefined ? {} : { page }),
      }),
  );
  readRoute(
    api,
    {
      path: '/api/views/backfills/{backfill}',
      tag: TAG,
      summary: 'One backfill with its progress, as it stands on a page',
      params: z.object({ backfill: WorkflowId.openapi({ description: 'Its workflow ID, or a chain or task for its newest' }) }),
      answer: BackfillLine,
    },
    async ({ params, server }) => await readOneBackfill(await server(), params.backfill),
  );
}
