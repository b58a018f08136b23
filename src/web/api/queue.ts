/** So many at a time; the others wait in line, and so many may wait. */
import { HttpProblem } from './problem.js';

export class Queue {
  private working = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly mostWaiting: number,
  ) {}

  /** @throws HttpProblem 503 where too many wait */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.working >= this.atOnce) {
      if (this.waiting.length >= this.mostWaiting) {
        throw new HttpProblem(503, 'busy', 'Too many requests wait already.', { retryAfterSeconds: 1 });
      }
      // Whoever leaves hands the place on, so that nobody who comes now takes it.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.working++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.working--;
      else next();
    }
  }
}
