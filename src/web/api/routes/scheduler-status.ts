/** The status of the schedulers before, in the shape their readers know. */
import { z } from '@hono/zod-openapi';
import { readOutlook } from '../../../control/next.js';
import { listWorkers } from '../../../control/workers.js';
import { localInstantText } from '../../../time/zones.js';
import { readRoute, type Api } from '../frame.js';
import { legacyTrigger } from '../legacy-trigger.js';

const Job = z.object({
  id: z.string(),
  name: z.string(),
  trigger: z.string().openapi({ example: 'Cron: minute=0, hour=6' }),
  next_run: z.string().nullable(),
  next_run_time: z.string().nullable().openapi({ description: 'The same as next_run' }),
  pending: z.boolean().openapi({ description: 'The server has no schedule for it yet' }),
});

export function schedulerStatusRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/scheduler_status',
      tag: 'Service',
      summary: 'The schedules in the shape of the scheduler that daychain replaces',
      description: 'running: a worker polls; stopped: none does; not_initialized: the server has none of the schedules.',
      answer: z
        .object({
          status: z.enum(['running', 'stopped', 'not_initialized']),
          job_count: z.number().int(),
          total_jobs: z.number().int().openapi({ description: 'The same as job_count' }),
          jobs: z.array(Job),
          timestamp: z.string(),
        })
        .openapi('SchedulerStatus'),
    },
    async ({ project: { registry }, server, now }) => {
      const wanted = registry.schedules();
      const asked = await server();
      const [workers, outlooks] = await Promise.all([
        listWorkers(asked, now),
        readOutlook(asked, registry.project.name, wanted, 1, now),
      ]);
      const jobs = outlooks.map(({ id, sentence, timezone, state, slots }, at) => {
        const next = slots[0] === undefined ? null : localInstantText(Date.parse(slots[0].scheduledFor), timezone);
        const name = registry.chain(id)?.summary ?? registry.task(id)?.summary ?? id;
        const trigger = legacyTrigger(wanted[at]!.schedule, sentence);
        return { id, name, trigger, next_run: next, next_run_time: next, pending: state === 'missing' || state === 'foreign' };
      });
      const prepared = jobs.some(({ pending }) => !pending);
      const status: 'running' | 'stopped' | 'not_initialized' = !prepared
        ? 'not_initialized'
        : workers.length > 0
          ? 'running'
          : 'stopped';
      const timestamp = localInstantText(now, registry.project.timezone);
      return { status, job_count: jobs.length, total_jobs: jobs.length, jobs, timestamp };
    },
  );
}
