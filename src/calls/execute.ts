/** A call: made here and now, and kept where it failed; or kept before it is made. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { failureOf } from '../activities/verdict.js';
import { keepCall } from '../control/keep-call.js';
import { BadInput } from '../control/errors.js';
import { callIdentity, secretsOf } from '../define/call-context.js';
import { ArgumentsRefused, CallNotKept } from '../define/errors.js';
import type { Executed, Kept, RetryableContext, RetryableDefinition } from '../define/retryable-types.js';
import type { TaskLog } from '../define/types.js';
import { callDelayMs, type CallSpec, type FailedCall, type RetryCallInput } from '../plan/calls.js';
import { durationText } from '../plan/duration.js';
import type { JsonObject } from '../plan/types.js';
import { parseParams, readArguments, readRetryable } from '../registry/index.js';
import { localDate } from '../time/zones.js';
import { siteOf, type CallSite } from './call-site.js';

type Definition<P extends z.ZodType, T> = RetryableDefinition<P, T>;

/** What one call is, whoever makes it. */
interface Call {
  site: CallSite;
  callId: string;
  args: JsonObject;
  calledAt: number;
  spec: CallSpec;
  summary: string | null;
  tags: string[];
}

export async function execute<P extends z.ZodType, T>(definition: Definition<P, T>, given: unknown): Promise<Executed<T>> {
  const call = await prepare(definition, given);
  let thrown: unknown;
  try {
    return { outcome: 'done', value: await tryNow(definition, call) };
  } catch (error) {
    thrown = error;
  }
  const failed = failedCall(thrown);
  const { workflowId, reused } = await keep(definition, call, failed, thrown);
  const final = failed.final || call.spec.retries === 0;
  tell(definition.name, workflowId, failed, final, call.spec);
  return { outcome: final ? 'given_up' : 'kept', workflowId, reused, error: failed.message };
}

export async function start<P extends z.ZodType, T>(definition: Definition<P, T>, given: unknown): Promise<Kept> {
  return await keep(definition, await prepare(definition, given), null, undefined);
}

/** @throws ArgumentsRefused; BadInput where definition or project are wrong */
async function prepare<P extends z.ZodType, T>(definition: Definition<P, T>, given: unknown): Promise<Call> {
  const read = readArguments(definition.params, given);
  if ('problems' in read) throw new ArgumentsRefused(definition.name, read.problems);
  const site = await siteOf(definition.project);
  const problems: string[] = [];
  const note = (field: string, _value: unknown, message: string) => void problems.push(`${field}: ${message}`);
  const { spec, summary, tags } = readRetryable(note, { ...definition }, site.project.registry.defaults);
  if (problems.length > 0)
    throw new BadInput(`The retryable ${definition.name} is wrong: ${problems.join(' ')}\nSee all: daychain check`);
  return { site, callId: randomUUID().slice(0, 8), args: read.args, calledAt: Date.now(), spec, summary, tags };
}

/** Runs it in this process. Told to stop by its signal when its time is up, and not waited for any longer. */
async function tryNow<P extends z.ZodType, T>(definition: Definition<P, T>, call: Call): Promise<T> {
  const parsed = parseParams(definition.params, call.args);
  if ('problem' in parsed) throw new ArgumentsRefused(definition.name, [parsed.problem]);
  const { timeoutMs } = call.spec;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`timed out after ${durationText(timeoutMs)}`)), timeoutMs);
  const overdue = new Promise<never>((_, reject) => {
    late.signal.addEventListener('abort', () => reject(late.signal.reason as Error), { once: true });
  });
  const context = contextOf(definition.name, call, late.signal);
  try {
    return await Promise.race([(async () => await definition.run(parsed.params as z.output<P>, context))(), overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws CallNotKept */
async function keep(
  { name }: { name: string },
  { site, callId, args, calledAt, spec, summary, tags }: Call,
  failed: FailedCall | null,
  failure: unknown,
): Promise<Kept> {
  const { registry } = site.project;
  const input: RetryCallInput = {
    retryable: name,
    args,
    callId,
    calledAt: new Date(calledAt).toISOString(),
    date: localDate(calledAt, registry.project.timezone),
    summary,
    tags,
    ...spec,
    failed,
  };
  try {
    return await site.withServer((server) => keepCall(server, registry.project.name, input));
  } catch (error) {
    throw new CallNotKept(name, failure, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function failedCall(thrown: unknown): FailedCall {
  const { message, nonRetryable, nextRetryDelay } = failureOf(thrown);
  return { at: new Date().toISOString(), message, final: nonRetryable, delayMs: nextRetryDelay ?? null };
}

function contextOf(retryable: string, { site, callId }: Call, signal: AbortSignal): RetryableContext {
  const { registry, config } = site.project;
  return {
    ...callIdentity({ retryable, callId, attempt: 1 }),
    clients: site.clients,
    settings: registry.settingValues(),
    secrets: secretsOf(config.environment, retryable),
    log: consoleLog(retryable),
    signal,
  };
}

/** In a task, its console is its log. */
function consoleLog(retryable: string): TaskLog {
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: JsonObject = {}) =>
      // eslint-disable-next-line no-console -- the program is its author's, and so is its console
      console[level](`${retryable}: ${message}`, ...(Object.keys(fields).length === 0 ? [] : [fields]));
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** O-147, O-152: the error, when, and what becomes of the call. */
function tell(name: string, workflowId: string, { message, at, delayMs }: FailedCall, final: boolean, spec: CallSpec): void {
  const next = final
    ? 'it is not tried again'
    : `try 2 of ${spec.retries + 1} in ${durationText(delayMs ?? callDelayMs(spec, 1))}`;
  // eslint-disable-next-line no-console -- as above
  console.warn(`${name} failed at ${at}: ${message}. Kept as ${workflowId}: ${next}.`);
}
