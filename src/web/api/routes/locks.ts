/** Locks: who holds which, and taking a left-over one away. */
import { z } from '@hono/zod-openapi';
import { Refused } from '../../../control/errors.js';
import { findLock, listLocks, unlock } from '../../../control/locks.js';
import { readDate } from '../../../control/run-words.js';
import { isRunKey } from '../../../plan/ids.js';
import { actRoute, readRoute, type Api, type Asking } from '../frame.js';
import { Id, KeyWord, orNull, Reason } from '../schemas/common.js';
import { Lock } from '../schemas/runs.js';

const TAG = 'Locks';

export function lockRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/locks',
      tag: TAG,
      summary: 'Who holds which lock',
      description: 'Also where Temporal is away: then nobody knows which runs are open, and the state is "unknown".',
      query: z.object({ task: Id.optional() }),
      answer: z.object({ store: z.string(), prefix: z.string(), locks: z.array(Lock) }),
    },
    async (asking) => {
      const { store } = await asking.parts.redis();
      const locks = await listLocks(await serverIfAny(asking), store, asking.query.task);
      return { store: store.address, prefix: store.prefix, locks };
    },
  );
  actRoute(
    api,
    {
      path: '/api/locks/{task}/{date}/release',
      tag: TAG,
      summary: 'Take a lock away from its holder',
      description:
        'That of a run that has ended goes without force. A holder that is alive learns of it at its next renewal and stops; until then two may work on the same date.',
      params: z.object({ task: Id, date: KeyWord }),
      body: z.object({ force: z.boolean().default(false), reason: Reason.nullable().default(null) }),
      answer: z.object({ outcome: z.enum(['unlocked', 'free']), lock: orNull(Lock) }),
    },
    async (asking) => {
      const { params, body, project, now } = asking;
      const { task, date } = params;
      const scope = isRunKey(date) && !/^\d{8}$/.test(date) ? date : readDate(date, project.zoneOf(task), now);
      const { store } = await asking.parts.redis();
      const lock = await findLock(await serverIfAny(asking), store, task, scope);
      if (lock === null) return { outcome: 'free' as const, lock };
      if (lock.state !== 'closed' && !body.force) {
        throw new Refused(
          'lock_held',
          `The lock of ${task} ${scope} is held by ${lock.holder}, which may be alive: force takes it.`,
          {
            ...lock,
          },
        );
      }
      await unlock(store, lock);
      return { outcome: 'unlocked' as const, lock };
    },
  );
}

async function serverIfAny(asking: Pick<Asking<unknown, unknown, unknown>, 'server' | 'parts'>) {
  try {
    return await asking.server();
  } catch (error) {
    asking.parts.met(error);
    return null;
  }
}
