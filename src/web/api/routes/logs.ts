/** The lines of a run, where this machine's worker has left them. */
import { z } from '@hono/zod-openapi';
import { BadInput } from '../../../control/errors.js';
import { readLogScope } from '../../../control/log-scope.js';
import { readRun } from '../../../control/run-words.js';
import { BadCursor, readRunLog } from '../../../observability/run-log.js';
import { logsOf } from '../../../session/open.js';
import { readRoute, type Api } from '../frame.js';
import { AnyObject, Instant, RunDate, WorkflowId, wholeNumber } from '../schemas/common.js';

const LogLine = z
  .object({
    at: Instant,
    level: z.string(),
    run: z.string(),
    task: z.string(),
    date: RunDate,
    runKey: z.string(),
    taskId: z.string(),
    attempt: z.number().int(),
    message: z.string(),
    event: z.string().nullable().openapi({ description: 'What daychain says of the attempt itself' }),
    console: z.string().nullable(),
    fields: AnyObject,
  })
  .openapi('LogLine');

export function logRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/runs/{run}/logs',
      tag: 'Runs',
      summary: 'What its tasks wrote, a page at a time',
      description:
        "A chain's run has the lines of its tasks. They lie where the worker of daychain up runs, for up to two weeks.",
      params: z.object({ run: WorkflowId }),
      query: z.object({
        after: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,8000}$/, 'is no after of a page before')
          .optional()
          .openapi({ description: 'after of the page before' }),
        limit: wholeNumber(1, 5_000, 1_000),
        level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).optional().openapi({ description: 'And above' }),
        attempt: wholeNumber(1, 100_000, 1).optional(),
      }),
      answer: z.object({ lines: z.array(LogLine), after: z.string(), more: z.boolean(), files: z.number().int() }),
    },
    async ({ params, query, project, parts, server, now }) => {
      const workflowId = readRun([params.run], project.zoneOf, now);
      // Lines lie here whether or not the server answers.
      const asked = await server().catch((error: unknown) => {
        parts.met(error);
        return null;
      });
      const { runs } = await readLogScope(asked, project.registry, workflowId);
      const { level, attempt, after = null, limit } = query;
      const wanted = { runs, ...(level && { level }), ...(attempt !== undefined && { attempt }) };
      try {
        return await readRunLog(logsOf(project), project.registry.project.name, wanted, { after, limit });
      } catch (error) {
        if (error instanceof BadCursor) throw new BadInput(`after: ${error.message}.`);
        throw error;
      }
    },
  );
}
