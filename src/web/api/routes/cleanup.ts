/** What of ours nobody needs: told, and removed. */
import { z } from '@hono/zod-openapi';
import { cleanUp, type CleanUpReport, type CleanUpWish } from '../../../control/clean-up.js';
import { ownFoldersOf } from '../../../session/open.js';
import { actRoute, readRoute, type Api, type Asking } from '../frame.js';
import { Instant, orNull, Reason, wholeNumber } from '../schemas/common.js';
import { Lock } from '../schemas/runs.js';

const TAG = 'Project';
/** Days since log files were last written. */
const AGE = { most: 3_650, usual: 30 };

const Runs = z
  .object({
    id: z.string(),
    keepDays: z.number(),
    runs: z.number().int(),
    shells: z.number().int(),
    more: z.boolean().openapi({ description: 'There are more than one pass deletes' }),
    refused: z.string().nullable().openapi({ description: 'Why the server does not delete them' }),
  })
  .openapi('CleanedRuns');

const Report = z
  .object({
    dryRun: z.boolean(),
    olderThanDays: z.number().int(),
    files: z.object({ removed: z.array(z.string()), bytes: z.number(), problems: z.array(z.string()) }),
    redis: orNull(
      z.object({
        locks: z.array(z.string()),
        fences: z.array(z.string()),
        left: z.array(Lock).openapi({ description: 'Locks without an end that may be held' }),
        successKeys: z.number().int().openapi({ description: 'Without an end; left alone' }),
      }),
    ),
    redisProblem: z.string().nullable().openapi({ description: 'Why Redis could not be asked' }),
    runs: z.array(Runs),
    schedules: z.object({
      gone: z.array(z.string()).openapi({ description: 'Schedules whose file is gone' }),
      removed: z.array(z.string()),
      unknown: z.boolean().openapi({ description: 'Files have problems: nobody can say' }),
    }),
    daily: orNull(
      z.object({ workflowId: z.string(), started: Instant, closed: Instant.nullable(), runs: z.array(Runs).nullable() }),
    ).openapi({ description: 'The newest daily clean-up of a worker' }),
  })
  .openapi('CleanUp');

export function cleanUpRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/cleanup',
      tag: TAG,
      summary: 'What a clean-up would remove; nothing is',
      query: z.object({ olderThanDays: wholeNumber(1, AGE.most, AGE.usual) }),
      answer: Report,
    },
    async (asking) => await clean(asking, { olderThanDays: asking.query.olderThanDays, dryRun: true, schedules: false }),
  );
  actRoute(
    api,
    {
      path: '/api/cleanup',
      tag: TAG,
      summary: 'Remove old logs, left-over locks, closed runs past their keep',
      description:
        "Files are those of the machine this server runs on. What is gone has no record to keep the reason in: it stands in this server's log, with who asked.",
      body: z.object({
        olderThanDays: z.number().int().min(1).max(AGE.most).default(AGE.usual),
        schedules: z.boolean().default(false).openapi({ description: 'Also schedules whose file is gone' }),
        reason: orNull(Reason).default(null),
      }),
      answer: Report,
    },
    async (asking) => {
      const { olderThanDays, schedules } = asking.body;
      return await clean(asking, { olderThanDays, dryRun: false, schedules });
    },
  );
}

async function clean(asking: Asking<unknown, unknown, unknown>, wish: CleanUpWish): Promise<CleanUpReport> {
  const { project, parts, now } = asking;
  const openLocks = async () => {
    try {
      return (await parts.redis()).store;
    } catch (error) {
      parts.met(error);
      throw error;
    }
  };
  const place = { server: await asking.server(), registry: project.registry, folders: ownFoldersOf(project), openLocks };
  return await cleanUp(place, wish, now);
}
