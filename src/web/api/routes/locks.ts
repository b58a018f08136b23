/** Locks: who holds which, and taking a left-over one away. */
import { z } from '@hono/zod-openapi';
import { Refused } from '../../../control/errors.js';
import { findLock, listLocks, unlock } from '../../../control/locks.js';
import { findSharedLock, listShared, unlockShared } from '../../../control/shared-locks.js';
import { readDate } from '../../../control/run-words.js';
import { isRunKey } from '../../../plan/ids.js';
import { actRoute, readRoute, type Api, type Asking } from '../frame.js';
import { Id, KeyWord, orNull, Reason } from '../schemas/common.js';
import { Lock, RateLimit, SharedLock } from '../schemas/runs.js';

const TAG = 'Locks';

export function lockRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/locks',
      tag: TAG,
      summary: 'Who holds which lock, and what limits of calls are used up',
      description:
        '`shared` are the locks of ctx.lock, `limits` those of ctx.rateLimit. Also where Temporal is away: then nobody knows which runs are open, and the state is "unknown".',
      query: z.object({ task: Id.optional() }),
      answer: z.object({
        store: z.string(),
        prefix: z.string(),
        locks: z.array(Lock),
        shared: z.array(SharedLock),
        limits: z.array(RateLimit),
      }),
    },
    async (asking) => {
      const { store, shared } = await asking.parts.redis();
      const server = await serverIfAny(asking);
      const { task } = asking.query;
      const [locks, others] = await Promise.all([listLocks(server, store, task), listShared(server, shared, task)]);
      return { store: store.address, prefix: store.prefix, locks, ...others };
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
      body: z.object({ force: z.boolean().default(false), reason: orNull(Reason).default(null) }),
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
  actRoute(
    api,
    {
      path: '/api/shared-locks/{name}/release',
      tag: TAG,
      summary: 'Take a shared lock away from its holder',
      description:
        'That of a run that has ended goes without force. The attempt of a holder that is alive fails with who did it, and why.',
      params: z.object({ name: z.string().regex(/^[A-Za-z0-9][\w.-]{0,79}$/) }),
      body: z.object({ force: z.boolean().default(false), reason: Reason.pipe(z.string('say why')) }),
      answer: z.object({ outcome: z.enum(['unlocked', 'free']), lock: orNull(SharedLock) }),
    },
    async (asking) => {
      const { params, body, caller } = asking;
      const { shared } = await asking.parts.redis();
      const lock = await findSharedLock(await serverIfAny(asking), shared, params.name);
      if (lock === null) return { outcome: 'free' as const, lock };
      if (lock.state !== 'closed' && !body.force) {
        const holder = lock.run ?? lock.holder;
        const text = `The shared lock "${lock.name}" is held by ${holder}, which may be alive: force takes it.`;
        throw new Refused('lock_held', text, { ...lock });
      }
      await unlockShared(shared, lock, { by: caller.by, reason: body.reason });
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
