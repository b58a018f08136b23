/** What an author says of language models, and what comes back. */
import type { z } from 'zod';
import type { TaskContext } from '../../define/types.js';
import type { Duration } from '../../plan/duration.js';

/** One model somewhere. */
export interface LlmProvider {
  /**
   * What is spoken there: `'openai'` for chat completions, which most servers understand (set `baseUrl`), `'anthropic'` for
   * messages, `'ollama'` for `/api/chat`.
   */
  api: 'openai' | 'anthropic' | 'ollama';
  model: string;
  /** In answers, logs and errors; no two alike. Default: the api. */
  name?: string;
  /** `null`: not configured, and left out, as a setting with `default: null` has it. Left out: the server wants none. */
  key?: string | null;
  /** Default: `https://api.openai.com/v1`, `https://api.anthropic.com`, `http://127.0.0.1:11434`. It may be an inner address. */
  baseUrl?: string;
  /** Cost of a million tokens, in whatever the budget's `cost` counts. Default: nothing. */
  price?: { input: number; output: number };
  /** Between two requests of one worker, for a machine that has to cool down (O-50). Default none. */
  pause?: Duration;
  /** How JSON is asked for from an OpenAI-compatible server that does not know schemas. Default `'schema'`. */
  json?: 'schema' | 'object' | 'none';
}

/** What may be used in one day, by UTC, over all workers. What is not said has no limit. */
export interface LlmBudget {
  /** Requests to providers, asked again and failed ones included. At least 1. */
  calls?: number;
  /** Tokens of prompts and answers. They are known afterwards: what is under way when the limit is met goes beyond it. At least 1. */
  tokens?: number;
  /** By the providers' prices; as tokens. */
  cost?: number;
}

export interface LlmOptions {
  /** In the order in which they are asked: the next is asked where one cannot answer. */
  providers: readonly LlmProvider[];
  budget?: LlmBudget;
  /** Keeps this client's budget and resting providers apart from those of others in the same Redis. Default `'llm'`. */
  name?: string;
  /** One request, from connecting to the last byte. Default `'1 minute'`. */
  timeout?: Duration;
  /** How long a provider that could not answer is left alone, where it does not say so itself. Default `'1 minute'`. */
  cooldown?: Duration;
  /** How long to wait for a provider where all are left alone. `0` not at all. Default `'30 seconds'`. */
  wait?: Duration | 0;
  /** How often an answer that does not fit its schema is sent back with what is wrong. 0 to 5. Default 1. */
  asksAgain?: number;
  /** Further attempts of a request that got no answer, before the next provider. Default 1. */
  retries?: number;
}

export interface LlmRequest {
  /** What the model is to do. Never put what strangers wrote here. */
  system?: string;
  prompt: string;
  /** Longest answer. Default 1,024. */
  maxTokens?: number;
  /** Default: the provider's. */
  temperature?: number;
}

export interface LlmUsage {
  inputTokens: number;
  outputTokens: number;
  /** By the provider's price; 0 without one. */
  cost: number;
}

export interface LlmAnswer<T> {
  value: T;
  provider: string;
  /** As the provider names it. */
  model: string;
  /** Of all requests to the provider that answered, asked again ones included. */
  usage: LlmUsage;
  /** From the question to the answer, waits and other providers included. */
  milliseconds: number;
  /** 1 for an answer that fitted at once. */
  asks: number;
  /** Providers that could not answer before this one did, with why. */
  passedOver: readonly LlmTrouble[];
}

/** Why a provider was not the one to answer. Judged by status and kind of failure, never by what a message says. */
export type LlmTroubleKind =
  /** 429. */
  | 'rate_limited'
  /** 408, 425, 500 and above. */
  | 'overloaded'
  /** No connection, or no answer in time. */
  | 'unreachable'
  /** 200, but not what this api answers. */
  | 'unreadable'
  /** 401, 402, 403: the key is wrong, or nothing is paid for. */
  | 'not_let_in'
  /** Any other status: as this request stands, it is not taken there. */
  | 'rejected';

export interface LlmTrouble {
  provider: string;
  kind: LlmTroubleKind;
  /** Null where there was no answer, or the provider was left alone. */
  status: number | null;
  message: string;
  /** How long it is left alone from then on; 0 for not at all. */
  restMs: number;
}

export type LlmContext = Pick<TaskContext, 'log' | 'signal'>;

export interface Llm {
  /** Names of those that are configured, in order. Empty where no key is set: decide then what to do without. */
  readonly providers: readonly string[];
  /**
   * Asks for JSON that fits the schema. What does not fit, was refused or cut off is an error, and never a value.
   * @throws LlmAnswerError, LlmUnavailable, LlmBudgetSpent; the signal's reason once that is aborted
   */
  ask<T>(ctx: LlmContext, request: LlmRequest & { schema: z.ZodType<T> }): Promise<LlmAnswer<T>>;
  /** Asks for text. @throws as `ask` */
  text(ctx: LlmContext, request: LlmRequest): Promise<LlmAnswer<string>>;
  /** What was used today, by UTC. */
  spent(): Promise<Required<LlmBudget>>;
  /** For `daychain doctor`. Throws if no provider can be used. */
  check(): Promise<string>;
  close(): void;
}
