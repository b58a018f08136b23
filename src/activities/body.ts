/** A task's body, whatever it is made of, and running it until it ends or is given up. */
import { PermanentError, TaskError } from '../define/errors.js';
import type { ConditionContext, TaskContext } from '../define/types.js';
import type { JsonObject } from '../plan/types.js';
import { parseParams, type Registry } from '../registry/index.js';
import { fillPlaceholders, runCommand } from './command.js';
import type { ContextParts } from './context.js';
import { runIsolated } from './isolated/run.js';
import { STOP_PATIENCE_MS, type StopSwitch } from './stop.js';

export type BodyEnd = { returned: unknown } | { threw: unknown } | 'abandoned';

export interface RunnableBody {
  /** Checks params against the task's schema and fills in its defaults. Throws PermanentError. */
  params(given: JsonObject): unknown;
  /** `host`: what the context is made of, for a body that runs in a process of its own. */
  run(ctx: TaskContext, host: ContextParts): unknown;
  /** Whether it may begin; absent where nothing is to be asked. */
  condition?(ctx: ConditionContext): unknown;
}

/**
 * The body of a task this worker has. A program is taken from the worker's own registry, never from a workflow's input:
 * whoever may start a run must not be able to choose what is executed. A task whose settings are missing has no body to run.
 */
export function bodyOf(
  parts: { registry: Registry; environment: Record<string, string | undefined>; inOwnProcess?: true },
  id: string,
): RunnableBody | { notHere: string } | { disabled: string } {
  const task = parts.registry.task(id);
  if (task === undefined) return { notHere: `this worker has no task "${id}"` };
  if (task.brokenBecause !== undefined) return { notHere: `${task.file} did not load: ${task.brokenBecause}` };
  if (task.disabledBecause !== undefined) return { disabled: task.disabledBecause };
  if (task.kind === 'command') {
    const command = task.command;
    return { params: () => ({}), run: (ctx) => runProgram(ctx, command, parts.registry.project.dir, parts.environment) };
  }
  const { definition, file, spec } = task;
  const { isolate } = spec;
  const { registry, environment } = parts;
  return {
    params(given) {
      const parsed = parseParams(definition.params, given);
      if ('problem' in parsed) throw new PermanentError(`params do not fit ${id}: ${parsed.problem}`);
      return parsed.params;
    },
    run(ctx, host) {
      if (isolate === undefined || parts.inOwnProcess) return definition.run(ctx);
      const lookedAtSignal = () => void ctx.signal;
      return runIsolated({ dir: registry.project.dir, file, spec: isolate, environment, lookedAtSignal }, host);
    },
    ...(definition.condition && { condition: (ctx) => definition.condition!(ctx) }),
  };
}

/** Runs a body. Once it is told to stop it has ten seconds; then it is abandoned, still running. */
export async function runToEnd(run: () => unknown, stop: StopSwitch): Promise<BodyEnd> {
  const body = Promise.resolve()
    .then(run)
    .then(
      (returned): BodyEnd => ({ returned }),
      (threw: unknown): BodyEnd => ({ threw }),
    );
  let timer: NodeJS.Timeout | undefined;
  let forget = () => {};
  const givenUp = new Promise<BodyEnd>((resolve) => {
    forget = stop.onStop(() => {
      timer = setTimeout(() => resolve('abandoned'), STOP_PATIENCE_MS);
    });
  });
  try {
    return await Promise.race([body, givenUp]);
  } finally {
    forget();
    clearTimeout(timer);
  }
}

async function runProgram(
  ctx: TaskContext,
  command: readonly [string, ...string[]],
  cwd: string,
  environment: Record<string, string | undefined>,
): Promise<JsonObject> {
  const scheduledFor = ctx.scheduledFor.toISOString().replace('.000Z', 'Z');
  const values = { date: ctx.date, run_key: ctx.runKey, scheduled_for: scheduledFor, attempt: String(ctx.attempt) };
  const argv = fillPlaceholders(command, values);
  const ended = await runCommand({
    argv,
    cwd,
    env: {
      ...environment,
      DAYCHAIN_TASK: ctx.task,
      DAYCHAIN_DATE: ctx.date,
      DAYCHAIN_RUN_KEY: ctx.runKey,
      DAYCHAIN_SCHEDULED_FOR: scheduledFor,
      DAYCHAIN_ATTEMPT: String(ctx.attempt),
      DAYCHAIN_FENCE: String(ctx.fence),
    },
    signal: ctx.signal,
    onLine: (stream, line) => ctx.log.info(line, { stream }),
  });
  ctx.signal.throwIfAborted();
  if (ended.exitCode === 0) return { exit_code: 0 };
  const how = ended.exitCode === null ? `was ended by ${ended.signal}` : `exited with code ${ended.exitCode}`;
  const last = (ended.stderrTail || ended.stdoutTail).trim().split('\n').slice(-3).join(' | ');
  throw new TaskError(`${argv[0]} ${how}${last ? `: ${last}` : ''}`);
}
