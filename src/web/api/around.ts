/** What stands between a request that may pass and its work: how many at a time, how often, how long. */
import type { Context } from 'hono';
import type { DeclaredRoute, WebEnv } from './frame.js';
import type { WebParts } from './parts.js';
import { HttpProblem } from './problem.js';
import { RateLimit } from './rate-limit.js';

export class Around {
  private readonly actions: RateLimit;

  constructor(private readonly parts: WebParts) {
    this.actions = new RateLimit(parts.limits.actionsPerMinute);
  }

  async run(route: DeclaredRoute, context: Context<WebEnv>, work: (key?: string) => Promise<Response>): Promise<Response> {
    if (route.needs === 'open') return await work();
    if (route.needs === 'read') return await this.inTime(work());
    const seconds = this.actions.take(context.get('caller').by, this.parts.now());
    if (seconds > 0) throw new HttpProblem(429, 'too_often', 'Too many actions in a minute.', { retryAfterSeconds: seconds });
    return await this.inTime(work(context.req.header('idempotency-key')));
  }

  private async inTime(work: Promise<Response>): Promise<Response> {
    const { requestMs } = this.parts.limits;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const problem = () =>
        new HttpProblem(503, 'unreachable', `No answer within ${requestMs / 1_000} s. Whether it was done, the lists say.`, {
          retryAfterSeconds: 5,
        });
      timer = setTimeout(() => reject(problem()), requestMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
