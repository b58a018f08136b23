/** Who is told of failures, lateness and recoveries; and a test of it. */
import { z } from '@hono/zod-openapi';
import { readRecentNotices } from '../../../control/notices.js';
import { testFacts } from '../../../control/notice-test.js';
import { chosenTargets, collectTargets } from '../../../control/notice-targets.js';
import { disabledBecause, variablesOf } from '../../../notices/addresses.js';
import { sendNotice } from '../../../notices/send.js';
import { actRoute, readRoute, type Api } from '../frame.js';
import { Instant, orNull, Reason } from '../schemas/common.js';

const TAG = 'Notices';
const MOST_RECENT = 20;

const Target = z
  .object({
    name: z.string(),
    medium: z.enum(['webhook', 'mail']),
    on: z.array(z.string()),
    after: z.number().int().openapi({ description: 'Failures in a row before it is told' }),
    remindEvery: z.number().int().nullable(),
    variables: z.array(z.string()).openapi({ description: 'Names of the variables that hold its addresses' }),
    id: z.string(),
    usedBy: z.string().openapi({ description: '"all", or the chains and tasks' }),
    disabled: z.string().nullable().openapi({ description: 'Why it cannot be told' }),
  })
  .openapi('NoticeTarget');

const Told = z
  .object({ at: Instant, run: z.string(), event: z.string(), target: z.string(), delivered: z.boolean(), answer: z.string() })
  .openapi('ToldNotice');

export function noticeRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/notices',
      tag: TAG,
      summary: 'Who is told of what, whether they can be, and what was told lately',
      answer: z.object({
        targets: z.array(Target),
        recent: orNull(z.array(Told)).openapi({ description: 'Newest first; null where Temporal is away' }),
        leftOut: z.int().openapi({ description: 'Older ones that were found besides' }),
      }),
    },
    async ({ project, parts, server }) => {
      const told = await server()
        .then((asked) => readRecentNotices(asked, MOST_RECENT))
        .catch((error: unknown) => {
          parts.met(error);
          return null;
        });
      const targets = collectTargets(project.registry).map(({ setting: { target, ...setting }, id, usedBy }) => ({
        ...setting,
        medium: target.medium,
        variables: variablesOf(target),
        id,
        usedBy,
        disabled: disabledBecause(target, project.config.environment),
      }));
      return { targets, recent: told?.recent ?? null, leftOut: told?.leftOut ?? 0 };
    },
  );
  actRoute(
    api,
    {
      path: '/api/notices/test',
      tag: TAG,
      summary: 'Send a test to each target, or to one, and say what was answered',
      body: z.object({
        to: z.string().min(1).max(200).optional().openapi({ description: 'Name of a target' }),
        reason: orNull(Reason).default(null),
      }),
      answer: z.object({
        results: z.array(z.object({ target: z.string(), usedBy: z.string(), delivered: z.boolean(), answer: z.string() })),
      }),
    },
    async ({ body: { to }, project, now }) => ({
      results: await Promise.all(
        chosenTargets(project.registry, to).map(async ({ setting: { name, target }, usedBy, id }) => {
          const notice = { key: `test-${now}`, target, facts: testFacts(project, id, now) };
          const { sent, answer } = await sendNotice(notice, project.config.environment);
          return { target: name, usedBy, delivered: sent, answer };
        }),
      ),
    }),
  );
}
