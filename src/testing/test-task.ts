/** Runs one task's body alone: no Temporal, no Redis, no clock of the machine. What it is handed is real, down to its result. */
import type { Log } from '../activities/attempt-log.js';
import { attemptLog } from '../activities/attempt-log.js';
import { runToEnd } from '../activities/body.js';
import { conditionContext, type ConditionParts, conditionVerdict } from '../activities/condition.js';
import { taskContext } from '../activities/context.js';
import { StopSwitch } from '../activities/stop.js';
import { Trace } from '../activities/trace.js';
import { endingOf, failureOf, type Verdict } from '../activities/verdict.js';
import { PermanentError } from '../define/errors.js';
import type { Json, JsonObject, RunFound, Task, TaskContext } from '../define/types.js';
import { taskResult } from '../plan/results.js';
import type { AttemptInput, TaskResult, UpstreamResult } from '../plan/types.js';
import { parseParams } from '../registry/index.js';
import { parseDate } from '../time/dates.js';
import { freeLocks, memoryRedis, runsTold } from './stand-ins.js';

export interface TestTaskOptions {
  /** `20260203` or `2026-02-03`. Default `'20260203'`. */
  date?: string;
  /** Default: the date. */
  runKey?: string;
  /** The slot. Default: the date's midnight in UTC. */
  scheduledFor?: Date;
  /** Id of the task. Default `'task'`. */
  task?: string;
  /** `ctx.taskId`, eight hexadecimal digits: another one is another run. Default `'3f9a1c2e'`. */
  taskId?: string;
  /** Default: 1, or the one that follows `after`. */
  attempt?: number;
  backfill?: boolean;
  /** Checked against the task's schema, as for a real run. */
  params?: JsonObject;
  /** How parents ended: their output, or `{ status, reason, output }` for one that did not succeed. */
  upstream?: Record<string, Partial<UpstreamResult>>;
  /** Clients by name: `{ sql: fake }` is what `await ctx.clients.sql()` gives. */
  clients?: Record<string, unknown>;
  /** Values of `ctx.settings`. One that is not given is undefined. */
  settings?: Record<string, unknown>;
  /** What `ctx.secrets` gives. */
  secrets?: Record<string, string>;
  /** What is in Redis before. */
  redis?: Record<string, string>;
  /** As `daychain run --force`: the task's condition is not asked. Default false. */
  force?: boolean;
  /** What an earlier attempt saved. */
  checkpoint?: Json;
  /** An earlier attempt: this one is the next, and has its checkpoint and its finished items. */
  after?: TestedTask;
  /** `ctx.fence`. Default 1. */
  fence?: number;
  /** What `ctx.now` of a condition is. Default: the slot. */
  now?: Date;
  /** Zone of the chain. Default `'UTC'`. */
  timezone?: string;
  /** What `ctx.runOf` of a condition finds, by `task:runKey`. */
  runs?: Record<string, Partial<RunFound>>;
  /** Aborting it is the worker's shutdown. */
  signal?: AbortSignal;
}

export interface TestedTask {
  /** As a run would have it. A body that was told to stop, or threw, has failed. */
  result: TaskResult;
  /** What the body threw; undefined if it did not. */
  error: unknown;
  /** What would become of the attempt: whether another one follows, and the delay it asked for. Null unless it failed. */
  retry: { again: boolean; delayMs: number | null } | null;
  /** What its condition said: asked again after so long, and why. The body has not run, and `result` is pending. Null unless it did. */
  postponed: { inMs: number; reason: string } | null;
  /** What was saved last. */
  checkpoint: Json;
  /** What each `ctx.forEach` has finished, as the next attempt learns it. */
  items: Record<string, Json>;
  /** What `ctx.heartbeat`, `ctx.progress` or `ctx.forEach` told last. */
  progress: Json;
  /** Lines of `ctx.log`. */
  log: { level: string; message: string; fields: JsonObject }[];
  /** What is in Redis afterwards. */
  redis: Record<string, string>;
}

/**
 * Runs the body once. Never throws for what the body does: see `result`, `error` and `retry`.
 * @throws RangeError for a date that is none
 */
export async function testTask(task: Task<never> | Task, options: TestTaskOptions = {}): Promise<TestedTask> {
  const definition = task.definition;
  const input = inputOf(options);
  const stop = new StopSwitch();
  const tellStop = () => stop.stop('shutdown', 'the worker is stopping');
  if (options.signal?.aborted) tellStop();
  options.signal?.addEventListener('abort', tellStop, { once: true });
  const trace = new Trace(input, undefined, () => {});
  const log: TestedTask['log'] = [];
  const redis = memoryRedis(options.redis ?? {});
  const attempt = attemptOf(options);
  const { settings = {}, secrets = {}, clients = {}, fence = 1 } = options;

  let lookedAtSignal = () => false;
  const attend = async (use: (ctx: TaskContext) => unknown, meaning?: (returned: unknown) => Verdict): Promise<Verdict> => {
    const end = await runToEnd(() => {
      const parsed = parseParams(definition.params, input.params);
      if ('problem' in parsed) throw new PermanentError(`params do not fit ${input.task}: ${parsed.problem}`);
      const context = taskContext({
        input,
        attempt,
        params: parsed.params,
        fence,
        stop,
        trace,
        log: attemptLog(recorder(log), { ...input, attempt, workflowId: `${input.task}:${input.runKey}` }),
        clients: Object.fromEntries(Object.entries(clients).map(([name, client]) => [name, () => Promise.resolve(client)])),
        redis: redis.client,
        settings,
        shared: freeLocks(fence),
        lockValue: `${input.taskId}:${attempt}`,
        record: () => Promise.resolve(),
        secret: (name) => secrets[name],
      });
      lookedAtSignal = context.lookedAtSignal;
      return use(context.ctx);
    }, stop);
    return endingOf(end, stop.cause, lookedAtSignal(), input.timeoutMs, meaning);
  };
  const { condition } = definition;
  const ask = (ctx: TaskContext) => condition!(conditionContext(ctx, conditionParts(options, input)));
  const asked: Verdict = condition && !options.force ? await attend(ask, conditionVerdict) : { is: 'condition_met' };
  const verdict = asked.is === 'condition_met' ? await attend((ctx) => definition.run(ctx)) : asked;
  options.signal?.removeEventListener('abort', tellStop);

  const told = { errors: trace.errors, warnings: trace.warnings, attempts: attempt };
  const rest = { checkpoint: trace.value, items: trace.items, progress: trace.progress, log, redis: redis.content() };
  if (verdict.is === 'ending') {
    return { result: taskResult(input, { ...told, ...verdict.ending }), error: undefined, retry: null, postponed: null, ...rest };
  }
  if (verdict.is === 'postponed') {
    const { reason, forMs } = verdict;
    const result = taskResult(input, { ...told, attempts: 0, status: 'pending', reason, settled: false });
    return { result, error: undefined, retry: null, postponed: { inMs: forMs, reason }, ...rest };
  }
  const error = verdict.is === 'failure' ? verdict.error : (stop.cause ?? new Error('stopped'));
  const failure = failureOf(error);
  const result = taskResult(input, { ...told, status: 'failed', kind: 'error', reason: failure.message, settled: false });
  return {
    result,
    error,
    retry: { again: !failure.nonRetryable, delayMs: failure.nextRetryDelay ?? null },
    postponed: null,
    ...rest,
  };
}

/** Runs of other tasks are those a test tells. */
function conditionParts({ now, timezone = 'UTC', runs = {} }: TestTaskOptions, input: AttemptInput): ConditionParts {
  return { now: now?.getTime() ?? Date.parse(input.scheduledFor), timezone, runOf: runsTold(runs) };
}

/** Long enough that no test meets it: its own time-out ends a body that hangs. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

function inputOf(options: TestTaskOptions): AttemptInput {
  const date = parseDate(options.date ?? '20260203');
  const midnight = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z`;
  const parent: UpstreamResult = { status: 'success', kind: null, reason: null, output: {} };
  const upstream = Object.entries(options.upstream ?? {}).map(([task, given]) => [task, { ...parent, ...given }] as const);
  return {
    task: options.task ?? 'task',
    date,
    runKey: options.runKey ?? date,
    scheduledFor: options.scheduledFor?.toISOString() ?? midnight,
    taskId: options.taskId ?? '3f9a1c2e',
    params: options.params ?? {},
    upstream: Object.fromEntries(upstream),
    backfill: options.backfill ?? false,
    chain: null,
    lock: { by: 'date', waitMs: 0 },
    timeoutMs: NO_TIMEOUT_MS,
    successKeys: false,
    force: options.force ? { by: 'test', reason: null } : null,
    attemptsUsed: attemptOf(options) - 1,
    tries: 1,
    checkpoint: options.checkpoint ?? options.after?.checkpoint ?? null,
    attemptErrors: [],
    items: options.after?.items ?? {},
  };
}

function attemptOf({ attempt, after }: TestTaskOptions): number {
  return attempt ?? (after === undefined ? 1 : after.result.attempts + 1);
}

/** Keeps the lines of the author, not those of the boilerplate. */
function recorder(lines: TestedTask['log']): Log {
  const line = (level: string) => (fields: object, message: string) => {
    if ('fields' in fields) lines.push({ level, message, fields: fields.fields as JsonObject });
  };
  const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error'), child: () => log };
  return log;
}
