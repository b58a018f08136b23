/** Runs: what ran and runs. */
import { z } from '@hono/zod-openapi';
import { listRunPage } from '../../../control/run-pages.js';
import { readRun, readDate } from '../../../control/run-words.js';
import { showRun } from '../../../control/show-run.js';
import { readRoute, type Api } from '../frame.js';
import { DateWord, Id, Status, WorkflowId, wholeNumber } from '../schemas/common.js';
import { RunSummary, ShownRun, TaskSnapshot } from '../schemas/runs.js';

const TAG = 'Runs';
const RunParam = z.object({ run: WorkflowId });

export function runRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/runs',
      tag: TAG,
      summary: 'Runs, a page at a time: open ones first, then the newest ended',
      description:
        'Every execution stands by itself: a run key that was run again stands twice. Lists are about a second behind; a single look is not.',
      query: z.object({
        id: Id.optional().openapi({ description: 'Only runs of this task or chain' }),
        since: DateWord.optional(),
        until: DateWord.optional(),
        status: Status.optional(),
        limit: wholeNumber(1, 500, 50),
        cursor: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,4000}$/, 'is no cursor of an answer before')
          .optional(),
      }),
      answer: z.object({
        runs: z.array(RunSummary),
        cursor: z.string().nullable().openapi({ description: 'For the next page; null: this was the last' }),
      }),
    },
    async ({ query, project, server, now }) => {
      const zone = query.id === undefined ? project.registry.project.timezone : project.zoneOf(query.id);
      const dateOf = (word: string | undefined) => (word === undefined ? undefined : readDate(word, zone, now));
      const filter = { id: query.id, since: dateOf(query.since), until: dateOf(query.until), status: query.status };
      return await listRunPage(await server(), filter, query.limit, query.cursor ?? null);
    },
  );
  readRoute(
    api,
    {
      path: '/api/runs/{run}',
      tag: TAG,
      summary: 'One run: its tasks, attempts, errors, result, lock',
      description: 'The date may be a word: daily-chain:yesterday.',
      params: RunParam,
      answer: ShownRun,
    },
    async ({ params, project, parts, server, session, now }) => {
      const workflowId = readRun([params.run], project.zoneOf, now);
      return await showRun({
        server: await server(),
        ui: (await session()).ui,
        workflowId,
        lockOf: (task) => project.registry.task(task)?.spec.lock,
        openLocks: async () => (await parts.redis()).store,
      });
    },
  );
  readRoute(
    api,
    {
      path: '/api/runs/{run}/tasks',
      tag: TAG,
      summary: "The tasks of a chain's run",
      params: RunParam,
      answer: z.object({ run: z.string(), tasks: z.array(TaskSnapshot) }),
    },
    async ({ params, project, server, session, now }) => {
      const workflowId = readRun([params.run], project.zoneOf, now);
      const shown = await showRun({ server: await server(), ui: (await session()).ui, workflowId });
      return { run: workflowId, tasks: shown.tasks };
    },
  );
}
