/** The types an author of tasks and chains sees. */
import type { z } from 'zod';
import type { Duration } from '../plan/duration.js';
import type { Json, JsonObject, Kind, RunWhen } from '../plan/types.js';
import type { TaskContext } from './context-types.js';
import type { DeclaredSetting } from './env.js';
import type { Isolation } from './isolate-types.js';
import type { NoticeDefinition } from './notice-types.js';
import type { Schedule, SlotPolicySettings } from './schedule-types.js';
import type { ConditionAnswer, ConditionContext, Recheck } from './waiting-types.js';

export type { Duration, Json, JsonObject, RunWhen };
export type * from './context-types.js';
export type * from './for-each-types.js';
export type * from './isolate-types.js';
export type * from './notice-types.js';
export type * from './retryable-types.js';
export type { DeclaredSetting, SettingOptions } from './env.js';
export type * from './schedule-types.js';
export type * from './shared-types.js';
export type * from './waiting-types.js';

export interface Retry {
  /** Further attempts after the first: 3 means at most four attempts. 0 to 100. Default 3. */
  retries?: number;
  /** Pause before each further attempt. Default `'5 minutes'`. */
  delay?: Duration;
  /** Factor by which each further pause grows, 1 to 10. Default 1: all pauses are alike. */
  backoff?: number;
  /** No pause is longer than this. Default `'1 day'`. */
  maximumDelay?: Duration;
}

export interface Lock {
  /** `'date'`: one run of the task per date at a time, as the legacy lock has it (default). `'run'`: per run key, for tasks whose slots may overlap. */
  by?: 'date' | 'run';
  /** How long to wait while another holds the lock. `0` ends the run as `lock_held` at once. Default `'30 minutes'`. */
  wait?: Duration | 0;
}

/** Settings a task and the project's defaults share. */
export interface TaskSettings {
  /** Longest duration of one attempt. Default `'15 minutes'`, at most 7 days. */
  timeout?: Duration;
  /** A worker silent for this long has lost the attempt. Default `'30 seconds'`, at least 2 seconds. */
  heartbeat?: Duration;
  retry?: Retry;
  /** `false`: no lock at all. */
  lock?: Lock | false;
}

export interface TaskDefinition<P extends z.ZodType, O> extends TaskSettings, SlotPolicySettings {
  /** One line, shown wherever the task is listed. */
  summary?: string;
  tags?: readonly string[];
  /** Schema of `ctx.params`. Without one the task takes no params. */
  params?: P;
  /** The task's own schedule; then no chain is involved. */
  schedule?: Schedule;
  /** Zone of that schedule. Default: the project's. */
  timezone?: string;
  /** For a task with a schedule: in place of the project's notices. */
  notices?: readonly NoticeDefinition[];
  /** Waits until the task is settled for the latest earlier slot; fails as `past_not_done` at the deadline or after 24 hours. */
  dependsOnPast?: boolean;
  /** Settings of the project without which the task is disabled: its runs end as skipped, and say so. */
  needs?: readonly string[];
  /**
   * Runs the body in a process of its own, which ends with the worker: for work that computes for seconds without a pause, or
   * that may run out of memory. Default false.
   */
  isolate?: boolean | Isolation;
  /** Asked before the body, until it says `true`: see ConditionContext. A forced run does not ask. */
  condition?(ctx: ConditionContext<z.output<P>>): ConditionAnswer | Promise<ConditionAnswer>;
  /**
   * How long the condition may postpone the body: a time of day on the slot's date, `'23:00'`, or later, `'02:00 +1d'`. Then the
   * run fails as `deadline`. Default, and where that time had passed when the run began: 24 hours.
   */
  postponeUntil?: string;
  /** Makes `ctx.noWork` a wait for the first work. */
  recheck?: Recheck;
  /** The work. What it returns (a JSON object of at most 32 KiB) is the run's output. */
  run(ctx: TaskContext<z.output<P>>): O | Ended | void | Promise<O | Ended | void>;
}

declare const output: unique symbol;
/** What defineTask returns: a definition that remembers its output's type. */
export interface Task<O = JsonObject> {
  readonly kind: 'task';
  readonly definition: TaskDefinition<z.ZodType, unknown>;
  readonly [output]?: O;
}

/** A run ended by the task itself: what `ctx.noWork` and `ctx.skip` return. Return it from `run`. */
export interface Ended {
  readonly ended: 'no_work' | 'skipped_by_task';
  readonly reason: string;
  readonly settled: boolean;
}

/** One parent's end as its child sees it. Only a success has an output, and the type says so. */
export type UpstreamOf<O> =
  | { status: 'success'; kind: null; reason: string | null; output: O }
  | { status: 'skipped' | 'failed' | 'cancelled'; kind: Kind | null; reason: string | null; output: Partial<O> }
  /** No run of that task for this run key is known. */
  | { status: 'absent'; kind: null; reason: string; output: Partial<O> };

export type OutputOf<T> = T extends Task<infer O> ? O : never;

/**
 * The project's clients as `ctx.clients` has them. Empty here; a project fills it in:
 * `declare module 'daychain' { interface ProjectClients extends ClientsOf<typeof project> {} }`
 */

export interface ProjectClients {}

/** What a client is opened with. */
export interface ClientTools {
  readonly settings: ProjectSettings;
  /** The project's folder, absolute. */
  readonly dir: string;
  /** The project's Redis for application data, for clients that keep something there. Connected to on first use. */
  redis(): Promise<ClientRedis>;
}

/** Redis as a client of the project finds it. */
export interface ClientRedis {
  /** Host, port and database, without credentials. */
  readonly address: string;
  /** Stands before every key of the application. */
  readonly prefix: string;
  /** For a connection of one's own. */
  readonly connect: {
    url?: string;
    host?: string;
    port?: number;
    username?: string;
    password?: string;
    tls?: boolean | object;
    database: number;
  };
  /** Sends a command as it stands: put the prefix before its keys. Fails within seconds where Redis does not answer. */
  send(words: readonly string[]): Promise<unknown>;
}

/**
 * Opens a client on first use. A function alone (then `close`, `end` or `destroy` of the client closes it), or with the function
 * that closes it, and one by which `daychain doctor` learns whether it works: it throws if not, and may return words to show.
 */
export type ClientOpener<T = unknown> =
  | ((tools: ClientTools) => T | Promise<T>)
  | {
      open(tools: ClientTools): T | Promise<T>;
      close?(client: T): unknown;
      check?(client: T): string | void | Promise<string | void>;
    };
export type ClientsOf<P> = P extends Project<infer C> ? { [K in keyof C]: () => Promise<C[K]> } : never;

/**
 * The project's settings as `ctx.settings` has them. Empty here; a project fills it in:
 * `declare module 'daychain' { interface ProjectSettings extends SettingsOf<typeof settings> {} }`
 */

export interface ProjectSettings {}

export type SettingsOf<S extends Readonly<Record<string, DeclaredSetting>>> = {
  readonly [K in keyof S]: S[K] extends DeclaredSetting<infer T> ? T : never;
};

/** `C`: the clients by name. */
export interface ProjectDefinition<C = Record<string, unknown>> {
  /** Owns the schedules and is the Temporal task queue. Default: the folder's name. */
  name?: string;
  /** IANA zone of dates and schedules. Default `'UTC'`. */
  timezone?: string;
  /** Temporal namespace. Default: the environment's, else `'default'`. */
  namespace?: string;
  /** Temporal task queue. Default: the name. */
  taskQueue?: string;
  defaults?: TaskSettings;
  /** Read from the environment by name, checked before a worker starts. Declare them with `env`. */
  settings?: Readonly<Record<string, DeclaredSetting>>;
  /** Opened on first use, closed when the worker stops. */
  clients?: { [K in keyof C]: ClientOpener<C[K]> };
  /** Put before every key in Redis. Needed where several projects share one Redis. Default: none, as the legacy keys have it. */
  lock?: { prefix?: string };
  /** Who is told of failures, lateness and recoveries of every chain, and of tasks with a schedule, that says nothing else. */
  notices?: readonly NoticeDefinition[];
}

export interface Project<C = Record<string, unknown>> {
  readonly kind: 'project';
  readonly definition: ProjectDefinition<C>;
}

interface Place {
  dependsOn?: readonly string[];
  /** Default `'all_success'`. Only for tasks with parents. */
  runWhen?: RunWhen;
  /** As in the task's own definition, for its place in this chain. */
  dependsOnPast?: boolean;
}
/** A task of the project at its place in a chain. */
export interface PlacedTask extends Place {
  params?: JsonObject;
  command?: never;
}
/** A program at its place in a chain: a cron line without TypeScript. */
export interface PlacedCommand extends Place, TaskSettings {
  /** Program and arguments, no shell. `{date}`, `{run_key}`, `{scheduled_for}` and `{attempt}` are replaced. */
  command: readonly [string, ...string[]];
  summary?: string;
  tags?: readonly string[];
  /** As in a task's own definition. */
  needs?: readonly string[];
  params?: never;
}

export interface ChainDefinition extends SlotPolicySettings {
  summary?: string;
  tags?: readonly string[];
  /** When the chain is due. Without one it runs by hand only. */
  schedule?: Schedule;
  /** IANA zone of dates and schedule. Default: the project's. */
  timezone?: string;
  /** Tasks that may be open at once, 1 to 2,000. Default 100. */
  concurrency?: number;
  /** In place of the project's notices; `[]` for none. */
  notices?: readonly NoticeDefinition[];
  /** The whole graph: each task with those it depends on, as a list or with more to say. At most 2,000. */
  tasks: Readonly<Record<string, readonly string[] | PlacedTask | PlacedCommand>>;
}

export interface Chain {
  readonly kind: 'chain';
  readonly definition: ChainDefinition;
}
