/** Backfills: planned, started, held, released, cancelled. */
import { z } from '@hono/zod-openapi';
import { planBackfill } from '../../../control/backfill-plan.js';
import { findBackfill, listBackfills, readBackfill, startBackfill, tellBackfill } from '../../../control/backfills.js';
import { cancelRun } from '../../../control/cancel.js';
import { BadInput } from '../../../control/errors.js';
import { readMoment } from '../../../control/moments.js';
import { findEntry, readDate } from '../../../control/run-words.js';
import { actRoute, readRoute, type Api } from '../frame.js';
import { Backfill, BackfillPlan, BackfillWish } from '../schemas/backfills.js';
import { Id, MomentWord, Reason, WorkflowId } from '../schemas/common.js';

const TAG = 'Backfills';
const Param = z.object({ backfill: WorkflowId.openapi({ description: 'Its workflow ID, or a chain or task for its newest' }) });
const Told = z.object({
  workflowId: z.string(),
  applied: z.boolean().openapi({ description: 'False: no worker has answered yet' }),
});

export function backfillRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/backfills',
      tag: TAG,
      summary: 'Backfills, newest first, at most fifty',
      query: z.object({ id: Id.optional() }),
      answer: z.object({ backfills: z.array(Backfill) }),
    },
    async ({ query, server }) => ({ backfills: await listBackfills(await server(), query.id) }),
  );
  readRoute(
    api,
    { path: '/api/backfills/{backfill}', tag: TAG, summary: 'One backfill: how far it is', params: Param, answer: Backfill },
    async ({ params, server }) => await findBackfill(await server(), params.backfill),
  );
  startRoute(api);
  actRoute(
    api,
    {
      path: '/api/backfills/{backfill}/hold',
      tag: TAG,
      summary: 'Begin no further run',
      params: Param,
      body: z.object({ reason: Reason.nullable().default(null), until: MomentWord.optional() }),
      answer: Told,
    },
    async ({ params, body: { reason, until }, project, server, now }) => {
      const asked = await server();
      const view = await findBackfill(asked, params.backfill);
      const limit = until === undefined ? null : readMoment(until, 'until', project.zoneOf(view.request?.id ?? ''), now);
      if (limit !== null && Date.parse(limit) <= now) throw new BadInput(`until: ${limit} is over already.`);
      const order = { ...(reason === null ? {} : { reason }), ...(limit === null ? {} : { until: limit }) };
      const answer = await tellBackfill(asked, view, 'hold', order);
      return { workflowId: view.workflowId, applied: answer !== null };
    },
  );
  actRoute(
    api,
    {
      path: '/api/backfills/{backfill}/release',
      tag: TAG,
      summary: 'Go on after a hold',
      params: Param,
      body: z.object({ reason: Reason.nullable().default(null) }),
      answer: Told,
    },
    async ({ params, body: { reason }, server }) => {
      const asked = await server();
      const view = await findBackfill(asked, params.backfill);
      const answer = await tellBackfill(asked, view, 'release', reason === null ? {} : { reason });
      return { workflowId: view.workflowId, applied: answer !== null };
    },
  );
  actRoute(
    api,
    {
      path: '/api/backfills/{backfill}/cancel',
      tag: TAG,
      summary: 'Stop a backfill and its runs; what is done stays done',
      params: Param,
      body: z.object({ reason: Reason.pipe(z.string('say why')) }),
      answer: z.object({ outcome: z.enum(['requested', 'already']), workflowId: z.string(), runId: z.string() }),
    },
    async ({ params, body, server }) => {
      const asked = await server();
      const { workflowId } = await findBackfill(asked, params.backfill);
      return await cancelRun(asked, workflowId, body.reason);
    },
  );
}

function startRoute(api: Api): void {
  actRoute(
    api,
    {
      path: '/api/backfills',
      tag: TAG,
      summary: 'Plan a backfill, and start it',
      description: 'With dryRun only the plan. The same one again joins the one under way.',
      body: BackfillWish,
      answer: z.object({
        outcome: z.enum(['planned', 'nothing_to_do', 'started', 'joined']),
        workflowId: z.string(),
        runId: z.string().nullable(),
        plan: BackfillPlan,
      }),
    },
    async ({ body, project: { registry, zoneOf }, server, now }) => {
      const { dryRun, ...wanted } = body;
      const { kind } = findEntry(registry, body.id);
      const zone = zoneOf(body.id);
      const wish = { ...wanted, kind, from: readDate(body.from, zone, now), to: readDate(body.to, zone, now) };
      const asked = await server();
      const { rest, ...plan } = await planBackfill(asked, registry, wish, now);
      const { workflowId } = plan;
      const met = await readBackfill(asked, workflowId, false);
      if (met !== null && met.end === null) return { outcome: 'joined' as const, workflowId, runId: met.runId, plan };
      if (plan.runs.length === 0) return { outcome: 'nothing_to_do' as const, workflowId, runId: null, plan };
      if (dryRun) return { outcome: 'planned' as const, workflowId, runId: null, plan };
      return { ...(await startBackfill(asked, { ...plan, rest })), plan };
    },
  );
}
