/** What the worker and a body's own process say to each other. Structured clones travel: plain values, no functions. */
import type { AttemptInput, AttemptTrace, JsonObject } from '../../plan/types.js';
import type { TaskEvent } from '../attempt-log.js';
import type { ConsoleLevel } from '../body-console.js';
import type { StopCause } from '../stop.js';
import type { TravellingError } from './travelling-error.js';

/** All the process must know to run the body once. */
export interface Assignment {
  /** The project's folder, absolute. */
  dir: string;
  /** The task's file, relative to it. */
  file: string;
  input: AttemptInput;
  attempt: number;
  fence: number;
  lockValue: string;
  /** What earlier attempts left. */
  trace: AttemptTrace;
  environment: Record<string, string>;
}

export type ToChild =
  | { is: 'start'; assignment: Assignment }
  | { is: 'stop'; why: StopCause; message: string }
  | { is: 'answer'; call: number; value: unknown }
  | { is: 'refusal'; call: number; error: TravellingError };

/** What only the worker has: its Redis. `to` names the part, `method` one of its functions. */
export interface Call {
  to: 'redis' | 'client_redis' | 'locks' | 'rates' | 'trace';
  method: string;
  args: unknown[];
}

export type ChildEnd = { returned: unknown } | { threw: TravellingError };

export interface Texts {
  errors: string[];
  warnings: string[];
}

export type ToParent =
  | ({ is: 'call'; call: number } & Call)
  | { is: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; message: string; fields: JsonObject }
  | { is: 'event'; event: TaskEvent; fields: object }
  | { is: 'console'; level: ConsoleLevel; method: string; text: string }
  | { is: 'trace'; trace: AttemptTrace }
  /** The body has looked at its signal. */
  | { is: 'looked' }
  /** `texts`: all item errors and warnings; null where the body was not reached. */
  | { is: 'end'; end: ChildEnd; texts: Texts | null };
