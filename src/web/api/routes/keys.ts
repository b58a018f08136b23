/** The old scheduler's success keys: what keeps a date from running by its word alone. */
import { z } from '@hono/zod-openapi';
import { BadInput } from '../../../control/errors.js';
import { deleteSuccessKeys, listSuccessKeys } from '../../../control/success-keys.js';
import { actRoute, readRoute, type Api } from '../frame.js';
import { Id, listOf, orNull, Reason } from '../schemas/common.js';

const TAG = 'Locks';
const DatePattern = z.string().regex(/^[0-9A-Za-z*-]{1,40}$/, 'is no date or pattern of one, like 20260203 or 202602*');
const Key = z
  .object({ task: z.string(), date: z.string(), key: z.string(), value: z.string(), ttlMs: z.number().nullable() })
  .openapi('SuccessKey');

export function keyRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/keys',
      tag: TAG,
      summary: "The old scheduler's success keys",
      query: z.object({ task: listOf(Id), date: listOf(DatePattern) }),
      answer: z.object({ keys: z.array(Key) }),
    },
    async ({ query, parts }) => {
      const { store } = await parts.redis();
      const choice = { ...(query.task.length > 0 && { tasks: query.task }), ...(query.date.length > 0 && { dates: query.date }) };
      return { keys: await listSuccessKeys(store, choice) };
    },
  );
  actRoute(
    api,
    {
      path: '/api/keys/delete',
      tag: TAG,
      summary: 'Delete success keys, so that their dates may run again',
      body: z.object({
        tasks: z.array(Id).max(500).default([]),
        dates: z.array(DatePattern).max(500).default([]),
        reason: orNull(Reason).default(null),
      }),
      answer: z.object({ deleted: z.array(Key) }),
    },
    async ({ body: { tasks, dates }, parts }) => {
      if (tasks.length === 0 || dates.length === 0)
        throw new BadInput('tasks and dates: name both, so that no more than meant is deleted.');
      const { store } = await parts.redis();
      return { deleted: await deleteSuccessKeys(store, await listSuccessKeys(store, { tasks, dates })) };
    },
  );
}
