/** What waits to try again: tasks, and calls of retryables. What is told a task: /api/runs/{run}/retry, skip, hold, cancel. */
import { z } from '@hono/zod-openapi';
import { callNow, cancelCall } from '../../../control/call-orders.js';
import { listCalls, needCall, showCall } from '../../../control/calls.js';
import { listRetries } from '../../../control/retries.js';
import { actRoute, readRoute, type Api } from '../frame.js';
import { Id, Instant, JsonObject, orNull, Reason, RunDate, wholeNumber, WorkflowId } from '../schemas/common.js';

const TAG = 'Retries';

const OpenRetry = z
  .object({
    run: z.string(),
    runId: z.string(),
    id: z.string(),
    runKey: z.string(),
    date: RunDate.nullable(),
    waitsFor: z.enum(['back_off', 'lock']),
    attempt: z.number().int().nullable(),
    attempts: z.number().int().nullable(),
    lastError: z.string().nullable(),
    nextTryAt: Instant.nullable(),
    started: Instant,
  })
  .openapi('OpenRetry');

const Call = z
  .object({
    call: z.string(),
    runId: z.string(),
    retryable: z.string(),
    tags: z.array(z.string()),
    args: JsonObject,
    state: z.enum(['waiting', 'success', 'failed', 'cancelled']),
    attempt: z.number().int(),
    attempts: z.number().int(),
    lastError: z.string().nullable(),
    nextTryAt: Instant.nullable(),
    started: Instant,
    closed: Instant.nullable(),
  })
  .openapi('Call');

const ShownCall = Call.extend({
  errors: z.array(z.object({ attempt: z.number().int(), at: Instant, message: z.string() })),
  running: z.boolean(),
  value: z.any().openapi({ description: 'What the function returned in the end, as JSON' }),
  reason: z.string().nullable(),
  asked: z.object({ by: z.string(), reason: z.string().nullable() }).nullable(),
}).openapi('ShownCall');

const CallParam = z.object({
  call: WorkflowId.openapi({ description: 'Of a kept call', example: 'send_letter:3f9a1c2e5b7d9a01' }),
});

export function retryRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/retries',
      tag: TAG,
      summary: 'Tasks and calls that wait to try again, soonest first',
      query: z.object({
        limit: wholeNumber(1, 1_000, 200).openapi({ description: 'Open runs that are looked at, and calls' }),
        name: Id.optional().openapi({ description: 'Only this task or retryable' }),
        tag: z.string().min(1).max(100).optional(),
        failed: z
          .stringbool()
          .optional()
          .openapi({ type: 'boolean', description: 'Calls that were given up instead, latest first' }),
      }),
      answer: z.object({
        retries: z.array(OpenRetry),
        calls: z.array(Call),
        leftOut: z.boolean().openapi({ description: 'There was more than the limit' }),
      }),
    },
    async ({ query: { limit, failed = false, ...filter }, server }) => {
      const asked = await server();
      const [tasks, more] = await Promise.all([
        failed ? { retries: [], leftOut: false } : listRetries(asked, limit, filter),
        listCalls(asked, { ...filter, limit, failed }),
      ]);
      return { retries: tasks.retries, calls: more.calls, leftOut: tasks.leftOut || more.leftOut };
    },
  );
  readRoute(
    api,
    {
      path: '/api/retries/{call}',
      tag: TAG,
      summary: 'One call in full, also when it has ended',
      params: CallParam,
      answer: ShownCall,
    },
    async ({ params, project, server }) => await showCall(await server(), needCall(project.registry.project.name, params.call)),
  );
  actRoute(
    api,
    {
      path: '/api/retries/{call}/now',
      tag: TAG,
      summary: 'Try a call again at once; one that was given up is kept anew',
      params: CallParam,
      body: z.object({ reason: orNull(Reason).default(null) }),
      answer: z.object({ outcome: z.enum(['done', 'accepted', 'started']), call: z.string() }),
    },
    async ({ params, body, project, server }) =>
      await callNow(await server(), needCall(project.registry.project.name, params.call), body.reason),
  );
  actRoute(
    api,
    {
      path: '/api/retries/{call}/cancel',
      tag: TAG,
      summary: 'Do not try a call again',
      params: CallParam,
      body: z.object({ reason: Reason.pipe(z.string('say why')) }),
      answer: z.object({ outcome: z.enum(['requested', 'already']), workflowId: z.string(), runId: z.string() }),
    },
    async ({ params, body, project, server }) =>
      await cancelCall(await server(), needCall(project.registry.project.name, params.call), body.reason),
  );
}
