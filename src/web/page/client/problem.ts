/** What went wrong with a request, as the API tells it (problem+json), or that nobody answered. */

/** One part of a request that will not do. */
export interface Fault {
  /** JSON pointer into the body, path or query: `/params/limit`. */
  pointer: string;
  detail: string;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    /** HTTP status; 0: the page's own server did not answer. */
    readonly status: number,
    /** The server's own sentence. */
    message: string,
    /** For decisions: `refused`, `unreachable`, … */
    readonly kind: string,
    readonly faults: readonly Fault[] = [],
  ) {
    super(message);
  }

  /** The server, or Temporal behind it, is away: what is known stays on the page, greyed. */
  get away(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** Nobody knows whether it was done: the answer was lost, or whoever was to do it failed at it. */
  get uncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

export function problemOf(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, error instanceof Error ? error.message : String(error), 'no_answer');
}
