/** What a task's `run(ctx)` is handed. */
import { forEachItem } from '../kit/for-each.js';
import { Meter } from '../kit/items/meter.js';
import type {
  AppRedis,
  ClientRedis,
  Ended,
  Json,
  ProjectClients,
  ProjectSettings,
  Task,
  TaskContext,
  UpstreamOf,
} from '../define/types.js';
import { PermanentError } from '../define/errors.js';
import { canonicalId } from '../plan/ids.js';
import { cut } from '../plan/limits.js';
import type { Ledger } from '../kit/items/ledger.js';
import type { AttemptInput, ItemsProgress, UpstreamResult } from '../plan/types.js';
import { addDays } from '../time/dates.js';
import type { AttemptLog } from './attempt-log.js';
import { Shared, type SharedStores } from './shared.js';
import type { StopSwitch } from './stop.js';
import type { Trace } from './trace.js';

export interface ContextParts {
  input: AttemptInput;
  attempt: number;
  params: unknown;
  fence: number;
  stop: StopSwitch;
  trace: Trace;
  log: AttemptLog;
  clients: ProjectClients;
  redis: AppRedis;
  settings: ProjectSettings;
  shared: SharedStores;
  /** What the project's clients find, where they are opened in the body's own process. Absent: there is none. */
  clientRedis?: () => Promise<ClientRedis>;
  /** What stands in a lock that this attempt holds. */
  lockValue: string;
  /** Resolves once the trace as it is now cannot be lost any more, or the attempt is told to stop. */
  record(): Promise<void>;
  /** Reads a variable of the environment; undefined if it is not set. */
  secret(name: string): string | undefined;
}

export interface BuiltContext {
  ctx: TaskContext;
  /** Whether the body has looked at its signal: if it never did, it cannot have ended early because of it. */
  lookedAtSignal(): boolean;
}

export function taskContext({ input, stop, trace, log, ...parts }: ContextParts): BuiltContext {
  let looked = false;
  const ended = (how: Ended['ended'], reason: string, settled: boolean): Ended => ({ ended: how, reason: cut(reason), settled });
  const shared = new Shared({
    stores: parts.shared,
    value: parts.lockValue,
    who: canonicalId(input.task, input.runKey),
    signal: () => ctx.signal,
    warn: (message) => log.author.warn(message),
  });
  const meter = new Meter(() => performance.now());
  const ctx: TaskContext = {
    task: input.task,
    date: input.date,
    runKey: input.runKey,
    scheduledFor: new Date(input.scheduledFor),
    taskId: input.taskId,
    attempt: parts.attempt,
    backfill: input.backfill,
    params: parts.params,
    clients: parts.clients,
    redis: parts.redis,
    settings: parts.settings,
    fence: parts.fence,
    log: log.author,
    checkpoint: trace.checkpoint,
    secrets: {
      has: (name) => parts.secret(name) !== undefined,
      get(name) {
        const value = parts.secret(name);
        if (value === undefined)
          throw new PermanentError(
            `the environment variable ${name} is not set; ${input.task} needs it. Set it where the worker runs.`,
          );
        return value;
      },
    },
    get signal() {
      looked = true;
      return stop.signal;
    },
    day: (n) => addDays(input.date, n),
    upstream: <T extends Task<never> | Task = Task>(task: string) =>
      upstreamOf(input, task) as UpstreamOf<T extends Task<infer O> ? O : never>,
    heartbeat(progress: Json = null) {
      trace.progress = progress;
      log.event('TASK_PROGRESS', { progress });
      trace.send();
    },
    progress: (items) => void (trace.progress = { ...meter.read(items) }),
    forEach(items, options, run) {
      const host = {
        signal: stop.signal,
        lookedAtSignal: () => looked,
        open: (name: string) => trace.openItems(name),
        keep: (name: string, ledger: Ledger) => trace.keepItems(name, ledger),
        errors: trace.passing,
        record: () => parts.record(),
        progress: (progress: ItemsProgress) => void (trace.progress = { ...progress }),
        warn: ctx.warn,
        now: () => performance.now(),
      };
      return forEachItem(host, items, options, run);
    },
    lock: (name, options, work) => shared.lock(name, options, work),
    rateLimit: (name, limit) => shared.rateLimit(name, limit),
    noWork: (reason) => ended('no_work', reason, true),
    skip: (reason, options) => ended('skipped_by_task', reason, options?.settled ?? true),
    warn(message) {
      trace.warn(message);
      log.author.warn(message);
    },
  };
  return { ctx, lookedAtSignal: () => looked };
}

function upstreamOf(
  input: AttemptInput,
  task: string,
): UpstreamResult | { status: 'absent'; kind: null; reason: string; output: Record<string, never> } {
  const found = Object.hasOwn(input.upstream, task) ? input.upstream[task] : undefined;
  if (found !== undefined && found.status !== 'pending') return found;
  const parents = Object.keys(input.upstream);
  const reason = parents.includes(task)
    ? `no finished run of ${task} for ${input.runKey} is known`
    : `${task} is no parent of ${input.task} here; its parents: ${parents.join(', ') || 'none'}`;
  return { status: 'absent', kind: null, reason, output: {} };
}
