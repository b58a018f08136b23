/** What is done to runs: start, run again, stop, and what people decide about them. */
import { z } from '@hono/zod-openapi';
import { cancelRun } from '../../../control/cancel.js';
import { BadInput, NotFound } from '../../../control/errors.js';
import { hold, release, retryNow, skip, type OrderDone } from '../../../control/orders.js';
import { definitionsOf, rerun } from '../../../control/rerun.js';
import { findEntry, readDate, readRun, unknownEntry } from '../../../control/run-words.js';
import { readMoment } from '../../../control/moments.js';
import { runUrl } from '../../../control/run-url.js';
import type { Server } from '../../../control/server.js';
import { startChain, startTask, type Started as StartedRun } from '../../../control/start.js';
import type { JsonObject as Params } from '../../../plan/types.js';
import type { Registry } from '../../../registry/index.js';
import type { Project } from '../../../session/open.js';
import { actRoute, type Api } from '../frame.js';
import { DateWord, Id, JsonObject, MomentWord, Reason, WorkflowId } from '../schemas/common.js';
import { Started } from '../schemas/runs.js';

const TAG = 'Act on runs';
const RunParam = z.object({ run: WorkflowId });
const WithReason = z.object({ reason: Reason.nullable().default(null) });
const NeedsReason = z.object({ reason: Reason.pipe(z.string('say why')) });

const RunWish = z
  .object({
    id: Id,
    date: DateWord.optional().openapi({ description: 'Default: today' }),
    slot: z.iso.datetime().optional().openapi({ description: 'For chains that run several times a day' }),
    params: JsonObject.optional().openapi({ description: 'Of a task; for a chain: {"task": {…}}' }),
    force: z.boolean().default(false).openapi({ description: 'Repeat what is done already; needs a reason' }),
    reason: Reason.nullable().default(null),
  })
  .openapi('RunWish');
type RunWish = z.output<typeof RunWish>;

export function orderRoutes(api: Api): void {
  actRoute(
    api,
    { path: '/api/runs', tag: TAG, summary: 'Run a chain or task for a date, once', body: RunWish, answer: Started },
    async ({ body, project, server, session, now }) => {
      const asked = await server();
      const started = await startRun(project, { ...asked, reason: body.reason }, body, now);
      return { ...started, url: runUrl({ ui: (await session()).ui, server: asked }, started) };
    },
  );
  rerunRoute(api);
  actRoute(
    api,
    {
      path: '/api/runs/{run}/cancel',
      tag: TAG,
      summary: 'Stop a run',
      params: RunParam,
      body: NeedsReason,
      answer: z.object({ outcome: z.enum(['requested', 'already']), workflowId: z.string(), runId: z.string() }),
    },
    async ({ params, body, project, server, now }) =>
      await cancelRun(await server(), readRun([params.run], project.zoneOf, now), body.reason),
  );
  decisionRoutes(api);
}

function rerunRoute(api: Api): void {
  actRoute(
    api,
    {
      path: '/api/runs/{run}/rerun',
      tag: TAG,
      summary: 'Run again what did not succeed, or chosen tasks',
      params: RunParam,
      body: z.object({
        mode: z.enum(['unsuccessful', 'from', 'only', 'all', 'skipped']).default('unsuccessful'),
        task: Id.optional().openapi({ description: 'For from and only' }),
        reason: Reason.nullable().default(null).openapi({ description: 'Needed where settled work is repeated' }),
      }),
      answer: z.object({
        outcome: z.enum(['started', 'running', 'completed', 'nothing_to_do']),
        workflowId: z.string(),
        runId: z.string(),
        repeats: z.array(z.string()),
        stale: z.array(z.string()).openapi({ description: 'Completed runs that used what is repeated now' }),
      }),
    },
    async ({ params, body, project: { registry, zoneOf }, server, now }) => {
      const workflowId = readRun([params.run], zoneOf, now);
      requireKnown(registry, workflowId);
      if ((body.task === undefined) === (body.mode === 'from' || body.mode === 'only'))
        throw new BadInput('task: from and only need the task they mean; the other modes take none.');
      const { mode, task, reason } = body;
      const wish = { mode, reason, ...(task === undefined ? {} : { task }) };
      const done = await rerun(await server(), definitionsOf(registry), workflowId, wish);
      return { repeats: [], stale: [], ...done };
    },
  );
}

const Decision = z
  .object({
    order: z.enum(['skip', 'hold', 'release', 'retryNow']),
    outcome: z.enum(['done', 'already', 'taken_back', 'accepted']),
    workflowId: z.string(),
    told: z.string().nullable(),
    answer: z.string().nullable(),
    until: z.string().nullable(),
    rerun: z.string().nullable(),
  })
  .openapi('OrderDone');

type Decide = (server: Server, registry: Registry, workflowId: string, request: { reason: string | null }) => Promise<OrderDone>;

function decisionRoutes(api: Api): void {
  decisionRoute(api, 'skip', 'Decide that a task or chain need not run for a date', NeedsReason, skip);
  decisionRoute(api, 'release', 'End a hold', WithReason, release);
  decisionRoute(api, 'retry', 'Try again now what waits for its next attempt', WithReason, retryNow);
  actRoute(
    api,
    {
      path: '/api/runs/{run}/hold',
      tag: TAG,
      summary: 'Keep a task or chain from going on until it is released',
      params: RunParam,
      body: NeedsReason.extend({
        until: MomentWord.optional().openapi({ description: 'When the hold expires; default: 24 hours' }),
      }),
      answer: Decision,
    },
    async ({ params, body, project: { registry, zoneOf }, server, now }) => {
      const workflowId = readRun([params.run], zoneOf, now);
      const zone = zoneOf(workflowId.split(':')[0]!);
      const limit = body.until === undefined ? {} : { until: readMoment(body.until, 'until', zone, now) };
      return await hold(await server(), registry, workflowId, { reason: body.reason, ...limit });
    },
  );
}

function decisionRoute(
  api: Api,
  name: string,
  summary: string,
  body: z.ZodObject<{ reason: z.ZodType<string | null> }>,
  decide: Decide,
): void {
  actRoute(
    api,
    { path: `/api/runs/{run}/${name}`, tag: TAG, summary, params: RunParam, body, answer: Decision },
    async ({ params, body: { reason }, project: { registry, zoneOf }, server, now }) =>
      await decide(await server(), registry, readRun([params.run], zoneOf, now), { reason }),
  );
}

async function startRun({ registry, zoneOf }: Project, server: Server, wish: RunWish, now: number): Promise<StartedRun> {
  const { kind } = findEntry(registry, wish.id);
  if (wish.date !== undefined && wish.slot !== undefined)
    throw new BadInput('date and slot exclude each other: a slot has its date.');
  if (wish.force && wish.reason === null) throw new BadInput('reason: force repeats what is done already. Say why.');
  const when =
    wish.slot === undefined
      ? { date: readDate(wish.date ?? 'today', zoneOf(wish.id), now) }
      : { scheduledFor: new Date(wish.slot).toISOString() };
  const force = wish.force ? { by: server.by, reason: wish.reason } : undefined;
  if (kind === 'task') {
    const input = registry.resolveTask({ task: wish.id, ...when, ...(wish.params ? { params: wish.params } : {}) });
    if ('problem' in input) throw new BadInput(input.problem);
    return await startTask(server, input, force);
  }
  const input = registry.resolveChain({
    chain: wish.id,
    ...when,
    ...(wish.params ? { params: wish.params as Record<string, Params> } : {}),
    ...(force ? { rerun: { ...force, mode: 'all' as const } } : {}),
  });
  if ('problem' in input) throw new BadInput(input.problem);
  return await startChain(server, input);
}

function requireKnown(registry: Registry, workflowId: string): void {
  const id = workflowId.split(':')[0]!;
  if (registry.chain(id) === undefined && registry.task(id) === undefined) throw new NotFound(unknownEntry(registry, id));
}
