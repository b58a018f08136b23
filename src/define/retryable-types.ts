/** What an author of retryables sees. */
import type { z } from 'zod';
import type { Duration } from '../plan/duration.js';
import type { ProjectClients, ProjectSettings, TaskContext } from './types.js';

/** A function that is called from any program, and tried again by a worker where it failed. `P`: the schema, `T`: what it returns. */
export interface RetryableDefinition<P extends z.ZodType, T> {
  /** Its file's name in `retryables/`, without the ending: by it a worker finds the function again. */
  name: string;
  /** One line, shown wherever it is listed. */
  summary?: string;
  tags?: readonly string[];
  /** Schema of the arguments, an object. Without one it takes none. */
  params?: P;
  /** Further tries after the call itself, 0 to 100. Default: the project's, else 3. */
  retries?: number;
  /** Pause before each further try. Default: the project's, else `'5 minutes'`. */
  delay?: Duration;
  /** Factor by which each further pause grows, 1 to 10. Default: the project's, else 1. */
  backoff?: number;
  /** No pause is longer than this. Default: the project's, else `'1 day'`. */
  maximumDelay?: Duration;
  /** Longest duration of one try. Default: the project's, else `'15 minutes'`. */
  timeout?: Duration;
  /**
   * The project's folder, for programs that run elsewhere: `new URL('..', import.meta.url)`. Default: in a worker its own
   * project; else, as on the command line, the one the program runs in.
   */
  project?: string | URL;
  /** The work. Told apart from any other call by `ctx.callId`, the same in all tries of one call. */
  run(args: z.output<P>, ctx: RetryableContext): T | Promise<T>;
}

/**
 * What `run` is handed, at once and in a worker. It has the fields of a task's context that `daychain/kit` wants for
 * effects that happen once: `once(ctx, …)`, `mailer.send(ctx, …)`, `effectKey(ctx, …)` count by call.
 */
export interface RetryableContext extends Pick<TaskContext, 'signal' | 'log' | 'secrets'> {
  /** The retryable's name. */
  readonly task: string;
  /** `call-` and the call's id. */
  readonly runKey: string;
  /** Eight random hex characters, the same in all tries of one call. */
  readonly callId: string;
  /** The same. */
  readonly taskId: string;
  /** 1 is the call itself. */
  readonly attempt: number;
  /** 0: calls take no lock. */
  readonly fence: number;
  readonly clients: ProjectClients;
  readonly settings: ProjectSettings;
}

/** What came of a call. */
export type Executed<T> =
  /** It succeeded at once. */
  | { outcome: 'done'; value: T }
  /** It failed, and a worker tries it again. `reused`: the same call was waiting already, and this one is it. */
  | { outcome: 'kept'; workflowId: string; reused: boolean; error: string }
  /** It failed for good (PermanentError, or `retries: 0`); the workflow is its record. */
  | { outcome: 'given_up'; workflowId: string; reused: boolean; error: string };

/** A call that a worker makes. `reused`: the same one was waiting already. */
export interface Kept {
  workflowId: string;
  reused: boolean;
}

export interface Retryable<P extends z.ZodType = z.ZodType, T = unknown> {
  readonly kind: 'retryable';
  readonly definition: RetryableDefinition<P, T>;
  /**
   * Runs it here and now. If it fails, a worker tries it again later, and this returns without throwing.
   * @throws ArgumentsRefused before anything runs, where they are no JSON or do not fit; CallNotKept where the call failed
   *   and Temporal could not be reached: nothing remembers it
   */
  execute(...args: ArgumentsOf<P>): Promise<Executed<T>>;
  /**
   * Has a worker run it, and returns once the call is kept: nothing that happens to this process can lose it then.
   * @throws ArgumentsRefused; CallNotKept
   */
  start(...args: ArgumentsOf<P>): Promise<Kept>;
}

/** An object; may be left out where nothing in it is required. */
export type ArgumentsOf<P extends z.ZodType> = Record<never, never> extends z.input<P> ? [args?: z.input<P>] : [args: z.input<P>];
