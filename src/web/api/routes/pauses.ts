/** What is done to schedules: pause, resume, sync. */
import { z } from '@hono/zod-openapi';
import { chosenOf, type Choice } from '../../../control/choose.js';
import { BadInput, NotFound } from '../../../control/errors.js';
import { readMoment } from '../../../control/moments.js';
import { missedBeforeEdit } from '../../../control/next.js';
import { pauseSchedule, resumeSchedule } from '../../../control/pause.js';
import { syncSchedules } from '../../../control/schedules.js';
import { stepView } from '../../../control/step-view.js';
import type { Registry } from '../../../registry/index.js';
import { actRoute, type Api } from '../frame.js';
import { HttpProblem } from '../problem.js';
import { Id, MomentWord, orNull, Reason, Slot } from '../schemas/common.js';
import { SyncStep } from '../schemas/schedules.js';

const TAG = 'Act on schedules';
const ScheduleParam = z.object({ id: Id });

export function pauseRoutes(api: Api): void {
  actRoute(
    api,
    {
      path: '/api/schedules/{id}/pause',
      tag: TAG,
      summary: 'Keep a schedule from starting anything',
      params: ScheduleParam,
      body: z.object({
        reason: orNull(Reason).default(null),
        until: MomentWord.optional().openapi({ description: 'Resume by itself then' }),
        catchUp: z.boolean().default(false).openapi({ description: 'With until: run then what fell due meanwhile' }),
      }),
      answer: z.object({ id: z.string(), outcome: z.enum(['paused', 'already']), note: z.string().nullable() }),
    },
    async ({ params: { id }, body, project: { registry, zoneOf }, server, now }) => {
      requireWanted(registry, id);
      const until = body.until === undefined ? null : readMoment(body.until, 'until', zoneOf(id), now);
      if (until !== null && Date.parse(until) <= now) throw new BadInput(`until: ${until} is over already.`);
      if (body.catchUp && until === null) throw new BadInput('catchUp goes with until; without it resume takes it.');
      const wish = { reason: body.reason, until, catchUp: body.catchUp };
      const { outcome, note } = await pauseSchedule(await server(), registry.project.name, id, wish);
      return { id, outcome, note };
    },
  );
  actRoute(
    api,
    {
      path: '/api/schedules/{id}/resume',
      tag: TAG,
      summary: 'End a pause, and say or run what fell due meanwhile',
      params: ScheduleParam,
      body: z.object({ catchUp: z.boolean().default(false), reason: orNull(Reason).default(null) }),
      answer: z.object({
        id: z.string(),
        outcome: z.enum(['resumed', 'not_paused']),
        missing: z.array(Slot).openapi({ description: 'Fell due during the pause and have no run' }),
        started: z.array(Slot),
      }),
    },
    async ({ params: { id }, body: { catchUp, reason }, project: { registry }, server }) => {
      requireWanted(registry, id);
      return await resumeSchedule({ ...(await server()), reason }, registry.project.name, id, { catchUp });
    },
  );
  syncRoute(api);
}

function syncRoute(api: Api): void {
  actRoute(
    api,
    {
      path: '/api/sync',
      tag: TAG,
      summary: 'Make the schedules on the server match the files',
      description: 'Never deletes one, and does nothing at all while any file has a problem.',
      body: z.object({
        dryRun: z.boolean().default(false),
        ids: z.array(Id).max(500).default([]).openapi({ description: 'Only these; default: all' }),
        tags: z.array(z.string().max(100)).max(100).default([]),
        confirmKeys: z.boolean().default(false).openapi({ description: 'Also where runs become unique by something else' }),
        reason: orNull(Reason).default(null),
      }),
      answer: z.object({ dryRun: z.boolean(), schedules: z.array(SyncStep) }),
    },
    async ({ body: { dryRun, ids, tags, confirmKeys }, project: { registry }, server, now }) => {
      const choice: Choice = { names: ids, tags };
      if (registry.problems.length > 0)
        throw new HttpProblem(
          409,
          'broken',
          `${registry.problems.length} problems in the files; nothing was changed: /api/check`,
        );
      if (ids.length + tags.length > 0) chosenOf(choice, registry.schedules(), 'schedule');
      const asked = await server();
      const synced = await syncSchedules(asked, registry, { dryRun, choice, confirmed: confirmKeys });
      if (synced.refused !== null)
        throw new HttpProblem(409, 'broken', 'The files have problems; nothing was changed: /api/check');
      const missed = await missedBeforeEdit(asked, synced.steps, now);
      return {
        dryRun,
        schedules: synced.steps.map((step) => ({ ...stepView(step), started: step.started, missing: missed.get(step.id) ?? [] })),
      };
    },
  );
}

function requireWanted(registry: Registry, id: string): void {
  if (registry.schedules().some((schedule) => schedule.id === id)) return;
  throw new NotFound(`${id} has no schedule in the files of ${registry.project.name}.\nWhat has one: /api/next`);
}
