/** One-shots: a task or chain once, at an instant. */
import { z } from '@hono/zod-openapi';
import { NotFound } from '../../../control/errors.js';
import { readMoment } from '../../../control/moments.js';
import { cancelOneShot, holdOneShot, releaseOneShot } from '../../../control/one-shot-orders.js';
import { listOneShots, readOneShot } from '../../../control/one-shot-view.js';
import { readWish } from '../../../control/one-shot-wish.js';
import { findEntry } from '../../../control/run-words.js';
import { scheduleOneShot } from '../../../control/schedule-one-shot.js';
import type { JsonObject as Params } from '../../../plan/types.js';
import { actRoute, readRoute, type Api } from '../frame.js';
import { OneShot } from '../schemas/backfills.js';
import { Id, JsonObject, MomentWord, Reason } from '../schemas/common.js';

const TAG = 'One-shots';
const Param = z.object({ id: Id });
const Taken = z.object({
  outcome: z.enum(['done', 'accepted']),
  answer: z.string().nullable(),
  id: z.string(),
  workflowId: z.string(),
});

export function oneShotRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/one-shots',
      tag: TAG,
      summary: 'Those that wait or are under way, soonest first',
      answer: z.object({ oneShots: z.array(OneShot) }),
    },
    async ({ server, now }) => ({ oneShots: await listOneShots(await server(), now) }),
  );
  readRoute(
    api,
    { path: '/api/one-shots/{id}', tag: TAG, summary: 'One of them, also when it has ended', params: Param, answer: OneShot },
    async ({ params, server, now }) => {
      const view = await readOneShot(await server(), params.id, now);
      if (view === null) throw new NotFound(`There is no one-shot "${params.id}".`);
      return view;
    },
  );
  actRoute(
    api,
    {
      path: '/api/one-shots',
      tag: TAG,
      summary: 'Run a task or chain once, at an instant',
      description: 'The same wish again changes nothing. An instant that has passed is due at once.',
      body: z.object({
        at: MomentWord,
        target: Id,
        id: Id.optional().openapi({ description: 'Its name; default: made of target and instant' }),
        params: JsonObject.optional(),
        replace: z.boolean().default(false).openapi({ description: 'Take the place of another one of this id' }),
        reason: Reason.nullable().default(null),
      }),
      answer: z.object({
        outcome: z.enum(['scheduled', 'replaced', 'already', 'completed']),
        id: z.string(),
        workflowId: z.string(),
        run: z.string(),
        at: z.string(),
      }),
    },
    async ({ body, project: { registry, zoneOf }, server, now }) => {
      const { kind } = findEntry(registry, body.target);
      const name = body.id === undefined ? {} : { id: body.id };
      const params = body.params === undefined ? {} : { params: body.params as Params };
      const wish = readWish(registry, { at: body.at, kind, target: body.target, ...name, ...params }, zoneOf(body.target), now);
      const done = await scheduleOneShot(await server(), wish, { replace: body.replace, reason: body.reason });
      return { ...done, at: wish.at };
    },
  );
  orderRoutes(api);
}

function orderRoutes(api: Api): void {
  actRoute(
    api,
    {
      path: '/api/one-shots/{id}/cancel',
      tag: TAG,
      summary: 'Take one back before it is due',
      params: Param,
      body: z.object({ reason: Reason.nullable().default(null) }),
      answer: z.object({ outcome: z.enum(['cancelled', 'requested', 'already']), id: z.string(), workflowId: z.string() }),
    },
    async ({ params, body, server }) => await cancelOneShot(await server(), params.id, body.reason ?? 'no reason given'),
  );
  actRoute(
    api,
    {
      path: '/api/one-shots/{id}/hold',
      tag: TAG,
      summary: 'Let one wait until it is released',
      params: Param,
      body: z.object({ reason: Reason.nullable().default(null), until: MomentWord.optional() }),
      answer: Taken,
    },
    async ({ params: { id }, body: { reason, until }, project, server, now }) => {
      const asked = await server();
      const zone = project.zoneOf((await readOneShot(asked, id, now))?.target ?? '');
      const limit = until === undefined ? {} : { until: readMoment(until, 'until', zone, now) };
      return await holdOneShot(asked, id, { reason, ...limit });
    },
  );
  actRoute(
    api,
    {
      path: '/api/one-shots/{id}/release',
      tag: TAG,
      summary: 'End a hold; one whose instant has passed meanwhile runs at once',
      params: Param,
      body: z.object({ reason: Reason.nullable().default(null) }),
      answer: Taken,
    },
    async ({ params, body: { reason }, server }) => await releaseOneShot({ ...(await server()), reason }, params.id),
  );
}
