/** The activity of kept calls: one try of a retryable, by the function this worker has under its name. */
import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { callIdentity, secretsOf } from '../define/call-context.js';
import type { ProjectClients, RetryableContext } from '../define/types.js';
import type { CallTried, CallTry } from '../plan/calls.js';
import { MAX_OUTPUT_BYTES } from '../plan/limits.js';
import type { Json } from '../plan/types.js';
import { parseParams, type Registry } from '../registry/index.js';
import type { Log } from './attempt-log.js';
import { withConsole } from './body-console.js';
import { type BodyEnd, runToEnd } from './body.js';
import { stopOn, StopSwitch } from './stop.js';
import { endingOf, failureOf } from './verdict.js';

export interface CallParts {
  registry: Registry;
  clients: ProjectClients;
  environment: Record<string, string | undefined>;
  /** Aborted when the worker will not wait for bodies any longer. */
  shutdown: AbortSignal;
  log: Log;
}

/** Milliseconds. A cancellation comes back with a heartbeat. */
const HEARTBEAT_EVERY_MS = 5_000;

export function createCallActivities(parts: CallParts) {
  return {
    /** Returns what is no fault of the function; throws what uses a try up. */
    async callRetryable(wanted: CallTry): Promise<CallTried> {
      const { registry } = parts;
      const entry = registry.retryable(wanted.retryable);
      if (entry === undefined) return { outcome: 'not_here', detail: `this worker has no retryable "${wanted.retryable}"` };
      if (entry.definition === undefined) {
        return { outcome: 'not_here', detail: `${entry.file} did not load: ${entry.brokenBecause}` };
      }
      const { params, run } = entry.definition;
      const parsed = parseParams(params, wanted.args);
      if ('problem' in parsed) {
        const message = `the arguments do not fit ${wanted.retryable} as it is now: ${parsed.problem}`;
        throw ApplicationFailure.nonRetryable(message, 'arguments_refused');
      }
      return await new Try(parts, wanted).run((ctx) => run(parsed.params, ctx));
    },
  };
}

class Try {
  private readonly activity = Context.current();
  private readonly stop = new StopSwitch();
  private readonly log: Log;
  private lookedAtSignal = false;

  constructor(
    private readonly parts: CallParts,
    private readonly wanted: CallTry,
  ) {
    const { retryable, callId, attempt } = wanted;
    const run = this.activity.info.workflowExecution?.workflowId ?? '';
    this.log = parts.log.child({ retryable, call_id: callId, attempt, run, pid: process.pid });
  }

  async run(body: (ctx: RetryableContext) => unknown): Promise<CallTried> {
    const forget = this.watch();
    this.log.info({ event: 'CALL_START' }, 'CALL_START');
    let end: BodyEnd;
    try {
      const take = (level: 'debug' | 'info' | 'warn' | 'error', method: string, text: string) =>
        this.log[level]({ console: method }, text);
      end = await withConsole(take, () => runToEnd(() => body(this.context()), this.stop));
    } finally {
      forget();
    }
    return this.conclude(end);
  }

  private conclude(end: BodyEnd): CallTried {
    const { cause } = this.stop;
    if (cause?.why === 'cancelled') throw new CancelledFailure('cancelled');
    const whole = end !== 'abandoned' && 'returned' in end && (cause === null || !this.lookedAtSignal);
    if (whole) {
      this.log.info({ event: 'CALL_COMPLETED' }, 'CALL_COMPLETED');
      return { outcome: 'done', value: keptValue(end.returned) };
    }
    if (cause?.why === 'shutdown') return { outcome: 'handed_back', detail: cause.message };
    // What a task's body would be told of the same end: a time-out, an abandoned body, its own error.
    const verdict = endingOf(end, cause, true, this.wanted.timeoutMs);
    const failure = failureOf(verdict.is === 'failure' ? verdict.error : new Error(verdict.is));
    this.log.warn({ event: 'CALL_FAILED', error: failure.message, recoverable: !failure.nonRetryable }, 'CALL_FAILED');
    const { nextRetryDelay, ...rest } = failure;
    throw ApplicationFailure.create({ ...rest, details: [nextRetryDelay ?? null] });
  }

  private context(): RetryableContext {
    const { parts, wanted } = this;
    const noteLook = () => (this.lookedAtSignal = true);
    const { signal } = this.stop;
    const line =
      (level: 'debug' | 'info' | 'warn' | 'error') =>
      (message: string, fields = {}) =>
        this.log[level]({ fields }, message);
    return {
      ...callIdentity(wanted),
      clients: parts.clients,
      settings: parts.registry.settingValues(),
      secrets: secretsOf(parts.environment, wanted.retryable),
      log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
      get signal() {
        noteLook();
        return signal;
      },
    };
  }

  /** Starts heartbeats and everything that may stop the try. Returns what ends them. */
  private watch(): () => void {
    const { activity, stop, parts, wanted } = this;
    activity.heartbeat();
    const beat = setInterval(() => activity.heartbeat(), HEARTBEAT_EVERY_MS);
    const endListening = stopOn(stop, wanted.timeoutMs, activity.cancellationSignal, parts.shutdown);
    return () => {
      clearInterval(beat);
      endListening();
    };
  }
}

/** What is kept of what the function returned: another try would return the same, so what is too large is left out. */
function keptValue(returned: unknown): Json {
  try {
    const text = JSON.stringify(returned) as string | undefined;
    return text === undefined || Buffer.byteLength(text) > MAX_OUTPUT_BYTES ? null : (JSON.parse(text) as Json);
  } catch {
    return null;
  }
}
