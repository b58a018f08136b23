/** The HTTP application: every route behind the same guards, every error in the same form. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { servePage } from '../page-files.js';
import { Around } from './around.js';
import { documentRoutes } from './document.js';
import type { Api, DeclaredRoute, WebEnv } from './frame.js';
import { admit, dropOutdatedCookie, sameSite, secured } from './guard.js';
import { Metrics } from './metrics.js';
import type { WebParts } from './parts.js';
import { badRequest, HttpProblem, knownProblem, problemResponse } from './problem.js';
import { RateLimit } from './rate-limit.js';
import { backfillRoutes } from './routes/backfills.js';
import { cleanUpRoutes } from './routes/cleanup.js';
import { doctorRoutes } from './routes/doctor.js';
import { eventRoutes } from './routes/events.js';
import { healthRoutes } from './routes/health.js';
import { keyRoutes } from './routes/keys.js';
import { lockRoutes } from './routes/locks.js';
import { logRoutes } from './routes/logs.js';
import { metricsRoutes } from './routes/metrics.js';
import { noticeRoutes } from './routes/notices.js';
import { oneShotRoutes } from './routes/one-shots.js';
import { orderRoutes } from './routes/orders.js';
import { pauseRoutes } from './routes/pauses.js';
import { planRoutes } from './routes/plan.js';
import { previewRoutes } from './routes/preview.js';
import { projectRoutes } from './routes/project.js';
import { retryRoutes } from './routes/retries.js';
import { runRoutes } from './routes/runs.js';
import { scheduleRoutes } from './routes/schedules.js';
import { schedulerStatusRoutes } from './routes/scheduler-status.js';
import { sessionRoutes } from './routes/session.js';
import { statsRoutes } from './routes/stats.js';
import { viewRoutes } from './routes/views.js';
import { whyRoutes } from './routes/why.js';

/** One entry per resource. */
const ROUTES: readonly ((api: Api) => void)[] = [
  projectRoutes,
  planRoutes,
  viewRoutes,
  scheduleRoutes,
  runRoutes,
  whyRoutes,
  logRoutes,
  statsRoutes,
  retryRoutes,
  orderRoutes,
  pauseRoutes,
  previewRoutes,
  backfillRoutes,
  oneShotRoutes,
  lockRoutes,
  keyRoutes,
  cleanUpRoutes,
  noticeRoutes,
  doctorRoutes,
  eventRoutes,
  healthRoutes,
  metricsRoutes,
  schedulerStatusRoutes,
  sessionRoutes,
  documentRoutes,
];

/** Paths that anybody may ask who can reach the server: they tell nothing, but how to come in. */
const OPEN = new Set(['/healthz', '/api/session']);

export function createApp(parts: WebParts): Api {
  const app = new OpenAPIHono<WebEnv>({
    defaultHook: (result) => {
      if (!result.success) throw badRequest(PART_OF[result.target] ?? 'body', result.error.issues);
    },
  });
  const metrics = new Metrics(parts);
  const around = new Around(parts, metrics);
  const api: Api = { app, parts, metrics, routes: [], around: (...request) => around.run(...request) };
  const wrong = new RateLimit(parts.limits.wrongTokensPerMinute);

  app.use(async (context, next) => {
    await next();
    context.res = secured(context.res);
    if (isProtected(context.req.path)) dropOutdatedCookie(context, parts);
  });
  app.use(sameSite(parts));
  app.use(async (context, next) => {
    const { method, path } = context.req;
    if (isProtected(path) && !OPEN.has(path)) {
      const needed = method === 'GET' || method === 'HEAD' ? 'read' : 'operate';
      context.set('caller', admit(context, parts, needed, wrong));
    }
    await next();
  });
  app.use(
    bodyLimit({
      maxSize: parts.limits.bodyBytes,
      onError: () => {
        throw new HttpProblem(413, 'too_large', `A body may have ${parts.limits.bodyBytes} bytes at most.`);
      },
    }),
  );
  app.use(async (context, next) => {
    const { method, path } = context.req;
    const here = routesAt(api, path);
    const fitting = here.find((route) => route.method === (method === 'HEAD' ? 'get' : method.toLowerCase()));
    if (here.length > 0 && fitting === undefined) {
      const allowed = here.map((route) => route.method.toUpperCase()).join(', ');
      throw new HttpProblem(405, 'no_such_method', `${path} takes ${allowed}.`, { allow: allowed });
    }
    if (fitting?.takesBody) refuseUnlessJson(context.req.header('content-type'));
    await next();
  });

  for (const register of ROUTES) register(api);
  app.all('/api/*', () => {
    throw new HttpProblem(404, 'not_found', 'There is nothing here. What there is: /docs');
  });
  servePage(app, parts.pageDir);
  app.notFound(() => secured(problemResponse(new HttpProblem(404, 'not_found', 'There is nothing here. What there is: /docs'))));
  app.onError((error) => {
    parts.met(error);
    const known = knownProblem(error);
    if (known !== null) return secured(problemResponse(known));
    parts.log('a request failed', error);
    return secured(problemResponse(new HttpProblem(500, 'fault', 'daychain itself failed; its log says how.')));
  });
  return api;
}

const PART_OF: Record<string, 'path' | 'query' | 'body'> = { param: 'path', query: 'query', json: 'body', header: 'query' };

function routesAt({ routes }: Api, path: string): DeclaredRoute[] {
  return routes.filter(({ pattern }) => pattern.test(path));
}

/** The page's own files are open: they hold nothing of the project, and ask for the token. */
function isProtected(path: string): boolean {
  return /^\/(?:api|docs|docs\.css|openapi\.json|metrics|readyz|scheduler_status|healthz)(?:\/|$)/.test(path);
}

function refuseUnlessJson(type: string | undefined): void {
  if (/^application\/json\s*(?:;|$)/i.test(type ?? '')) return;
  throw new HttpProblem(415, 'not_json', 'Send JSON, and say so: Content-Type: application/json');
}
