/** Language models as a client of tasks: one after the other until one answers, within a budget, and never an answer that is none. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { PermanentError } from '../../define/errors.js';
import type { ClientRedis, ClientTools } from '../../define/types.js';
import { askedDelayMs } from '../../plan/asked-delay.js';
import { durationMs } from '../../plan/duration.js';
import { SECOND } from '../../plan/limits.js';
import { createHttp } from '../http/client.js';
import { HttpError } from '../http/errors.js';
import { pauseBeforeRetry } from '../http/retry.js';
import type { Message, Question, Reply } from './api.js';
import { connectProviders, type Connected } from './connect.js';
import { LlmAnswerError, LlmBudgetSpent, LlmUnavailable } from './errors.js';
import { readAnswer, readText, type Read } from './read-answer.js';
import { memoryState, nextDay, redisState } from './state.js';
import { troubleOf } from './troubles.js';
import type { Llm, LlmAnswer, LlmContext, LlmOptions, LlmRequest, LlmTrouble, LlmUsage } from './types.js';

/** A client for `clients` of the project: `llm: llmClient(({ settings }) => ({ providers: [{ api: 'openai', model: '…', key: settings.OPENAI_API_KEY }] }))`. */
export function llmClient(options: LlmOptions | ((tools: ClientTools) => LlmOptions)) {
  return {
    async open(tools: ClientTools): Promise<Llm> {
      return createLlm(typeof options === 'function' ? options(tools) : options, { redis: await tools.redis() });
    },
    check: (llm: Llm) => llm.check(),
    close: (llm: Llm) => llm.close(),
  };
}

export interface LlmTools {
  /** Where budget and cooldowns are kept. Without it this process alone knows of them. */
  redis?: ClientRedis;
  /** Milliseconds since the epoch. Default: the machine's clock. */
  clock?: () => number;
}

const OptionsForm = z.object({
  asksAgain: z.number().int().min(0).max(5).default(1),
  budget: z.strictObject({
    calls: z.number().int().min(1).optional(),
    tokens: z.number().int().min(1).optional(),
    cost: z.number().positive().optional(),
  }),
});

/** Opens a client without a project, as for tests. @throws TypeError, RangeError for options that cannot be */
export function createLlm(options: LlmOptions, { redis, clock = Date.now }: LlmTools = {}): Llm {
  const { asksAgain, budget: limits } = OptionsForm.parse({ asksAgain: options.asksAgain, budget: options.budget ?? {} });
  const providers = connectProviders(options.providers);
  const cooldownMs = durationMs(options.cooldown ?? '1 minute');
  const waitMs = options.wait === 0 ? 0 : durationMs(options.wait ?? '30 seconds');
  const state = redis === undefined ? memoryState(clock) : redisState(redis, options.name ?? 'llm');
  const http = createHttp({
    timeout: options.timeout ?? '1 minute',
    // What is sent again is sent again from here, so that it is counted.
    retries: 0,
    maxBytes: 2_000_000,
    redirects: 0,
    allow: providers.map(({ address }) => address),
  });

  // A provider that asks for more patience is passed over meanwhile.
  const rule = { retries: options.retries ?? 1, delayMs: SECOND, maximumDelayMs: 5 * SECOND };

  async function answer<T>(ctx: LlmContext, request: LlmRequest & { schema?: z.ZodType }, read: (reply: Reply) => Read<T>) {
    if (providers.length === 0) throw new PermanentError('no language model is configured: none has a key');
    const begun = performance.now();
    const passedOver: LlmTrouble[] = [];
    for (;;) {
      const round: LlmTrouble[] = [];
      for (const provider of providers) {
        const asked = await askOne(ctx, provider, request, read);
        if (!('trouble' in asked)) {
          const milliseconds = Math.round(performance.now() - begun);
          ctx.log.info('a language model answered', {
            provider: provider.name,
            model: asked.model,
            ...asked.usage,
            milliseconds,
          });
          return { ...asked, provider: provider.name, milliseconds, passedOver };
        }
        round.push(asked.trouble);
      }
      passedOver.push(...round);
      const restMs = Math.min(...round.map((trouble) => trouble.restMs).filter((ms) => ms > 0));
      if (performance.now() - begun + restMs > waitMs) throw new LlmUnavailable(round);
      await pause(restMs, undefined, { signal: ctx.signal }).catch(() => ctx.signal.throwIfAborted());
    }
  }

  /** Sends a question, and again where it got no answer: that costs twice and does no harm. Each time is counted before. */
  async function send(ctx: LlmContext, provider: Connected, question: Question): Promise<Reply | { trouble: LlmTrouble }> {
    const key = crypto.randomUUID();
    for (let attempt = 1; ; attempt++) {
      const leave = await state.begin(provider.name, limits, clock());
      if (leave.is === 'resting') return { trouble: resting(provider.name, leave) };
      if (leave.is === 'spent') {
        const opensAt = new Date(nextDay(clock()));
        throw new LlmBudgetSpent(leave.of, leave.used, limits[leave.of]!, opensAt, clock());
      }
      try {
        return await provider.request(http, question, key, ctx.signal);
      } catch (error) {
        ctx.signal.throwIfAborted();
        if (!(error instanceof HttpError)) throw error;
        const failed = {
          attempt,
          trouble: error.trouble,
          status: error.status,
          repeatable: true,
          unsent: false,
          retryAfterMs: askedDelayMs(error),
        };
        const againMs = pauseBeforeRetry(failed, rule, Math.random());
        if (againMs === null) return { trouble: await passOver(ctx, provider, error) };
        await pause(againMs, undefined, { signal: ctx.signal }).catch(() => ctx.signal.throwIfAborted());
      }
    }
  }

  async function passOver(ctx: LlmContext, { name }: Connected, error: HttpError): Promise<LlmTrouble> {
    const trouble = troubleOf(error, name, cooldownMs);
    if (trouble.restMs > 0) await state.rest(name, trouble.kind, trouble.restMs);
    ctx.log.warn('a language model could not be asked', { ...trouble });
    return trouble;
  }

  /** Asks one provider, and again where its answer does not fit. */
  async function askOne<T>(
    ctx: LlmContext,
    provider: Connected,
    request: LlmRequest & { schema?: z.ZodType },
    read: (reply: Reply) => Read<T>,
  ): Promise<Pick<LlmAnswer<T>, 'value' | 'model' | 'usage' | 'asks'> | { trouble: LlmTrouble }> {
    const { schema, prompt, maxTokens = 1_024, ...rest } = request;
    const messages: Message[] = [{ role: 'user', text: prompt }];
    const question = { ...rest, maxTokens, model: provider.model, jsonMode: provider.jsonMode, schema: jsonSchemaOf(schema) };
    const usage: LlmUsage = { inputTokens: 0, outputTokens: 0, cost: 0 };
    for (let asks = 1; ; asks++) {
      const reply = await send(ctx, provider, { ...question, messages });
      if ('trouble' in reply) return reply;
      const cost = (reply.inputTokens * provider.price.input + reply.outputTokens * provider.price.output) / 1_000_000;
      usage.inputTokens += reply.inputTokens;
      usage.outputTokens += reply.outputTokens;
      usage.cost += cost;
      await state.spend(reply.inputTokens + reply.outputTokens, cost, clock());
      const model = reply.model || provider.model;
      const found = read(reply);
      if ('value' in found) return { value: found.value, model, usage, asks };
      const { fault, why } = found;
      ctx.log.warn('a language model gave no answer to use', { provider: provider.name, model, fault, why });
      if (fault !== 'malformed' || asks > asksAgain) throw new LlmAnswerError(fault, provider.name, model, why, reply.text);
      messages.push({ role: 'assistant', text: reply.text }, { role: 'user', text: complaint(why) });
    }
  }

  return {
    providers: providers.map(({ name }) => name),
    ask: (ctx, { schema, ...request }) => answer(ctx, { ...request, schema }, (reply) => readAnswer(reply, schema)),
    text: (ctx, request) => answer(ctx, request, readText),
    spent: () => state.spent(clock()),
    async check() {
      if (providers.length === 0) return 'no key is set: no language model is asked';
      const asked = await Promise.allSettled(providers.map((provider) => provider.check(http)));
      const words = providers.map(({ name, model }, at) => {
        const end = asked[at]!;
        return end.status === 'fulfilled' ? `${name} (${model}) answers` : `${name}: ${(end.reason as Error).message}`;
      });
      if (asked.every(({ status }) => status === 'rejected')) throw new Error(words.join('; '));
      const { calls } = await state.spent(clock());
      return `${words.join('; ')}; ${calls}${limits.calls === undefined ? '' : ` of ${limits.calls}`} calls today`;
    },
    close: () => http.close(),
  };
}

function resting(provider: string, { kind, restMs }: { kind: LlmTrouble['kind']; restMs: number }): LlmTrouble {
  return { provider, kind, status: null, message: `is left alone for ${restMs} ms (${kind})`, restMs };
}

function jsonSchemaOf(schema: z.ZodType | undefined): Record<string, unknown> | null {
  if (schema === undefined) return null;
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function complaint(why: string): string {
  return `This answer cannot be used: ${why}. Answer the question again, with nothing but JSON that fits the schema.`;
}
