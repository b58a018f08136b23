/** What stands between a request that may pass and its work: how many at a time, how often, how long. */
import type { Context } from 'hono';
import type { DeclaredRoute, WebEnv } from './frame.js';
import type { Metrics } from './metrics.js';
import type { WebParts } from './parts.js';
import { HttpProblem, knownProblem } from './problem.js';
import { Queue } from './queue.js';
import { RateLimit } from './rate-limit.js';
import { Remembered } from './remembered.js';

export class Around {
  private readonly actions: RateLimit;
  private readonly queue: Queue;
  private readonly remembered: Remembered;
  /** Questions under way: who asks the same meanwhile gets the same answer. */
  private readonly asked = new Map<string, Promise<Response>>();

  constructor(
    private readonly parts: WebParts,
    private readonly metrics: Metrics,
  ) {
    const { limits } = parts;
    this.actions = new RateLimit(limits.actionsPerMinute);
    this.queue = new Queue(limits.atOnce, limits.waiting);
    this.remembered = new Remembered(limits.rememberedAnswers);
  }

  async run(route: DeclaredRoute, context: Context<WebEnv>, work: (key?: string) => Promise<Response>): Promise<Response> {
    const began = performance.now();
    const done = (status: number) => {
      this.metrics.observe(route.method, route.path, status, (performance.now() - began) / 1_000);
    };
    try {
      const response = await this.pass(route, context, work);
      done(response.status);
      return response;
    } catch (error) {
      done(knownProblem(error)?.status ?? 500);
      throw error;
    }
  }

  private async pass(route: DeclaredRoute, context: Context<WebEnv>, work: (key?: string) => Promise<Response>) {
    if (route.needs === 'open' || route.streams) return await work();
    if (route.needs === 'read') return await this.ask(context, work);
    return await this.act(context, work);
  }

  private async ask({ req }: Context<WebEnv>, work: () => Promise<Response>): Promise<Response> {
    const question = `${req.method} ${req.url}`;
    const known = this.asked.get(question);
    if (known !== undefined) return (await known).clone();
    const answer = this.inTime(this.queue.run(work));
    this.asked.set(question, answer);
    try {
      return (await answer).clone();
    } finally {
      this.asked.delete(question);
    }
  }

  private async act(context: Context<WebEnv>, work: (key?: string) => Promise<Response>): Promise<Response> {
    const { by } = context.get('caller');
    const seconds = this.actions.take(by, this.parts.now());
    if (seconds > 0) throw new HttpProblem(429, 'too_often', 'Too many actions in a minute.', { retryAfterSeconds: seconds });
    const key = context.req.header('idempotency-key');
    const body = await context.req.text();
    const act = () => this.inTime(work(key));
    const { method, path } = context.req;
    const response =
      key === undefined ? await act() : await this.remembered.answer(`${by}\n${key}`, `${method} ${path}\n${body}`, act);
    this.parts.acted({ by, action: `${method} ${path}`, status: response.status, body });
    return response;
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
