/** What the three ways of speaking to a model have in common. */
import type { z } from 'zod';
import type { LlmRequest } from './types.js';

export interface Message {
  role: 'user' | 'assistant';
  text: string;
}

/** A question as it is sent: with what was said before, where an answer did not fit. */
export interface Question extends Omit<LlmRequest, 'prompt'> {
  model: string;
  messages: readonly Message[];
  maxTokens: number;
  /** JSON Schema of the answer; null for text. */
  schema: Readonly<Record<string, unknown>> | null;
  jsonMode: 'schema' | 'object' | 'none';
}

export interface Reply {
  text: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  /** Why it is no answer; null if it is one. */
  fault: { is: 'refused' | 'cut_off'; why: string } | null;
}

export interface Api {
  baseUrl: string;
  headers(key: string): Record<string, string>;
  /** Path of the question, and its body. */
  path: string;
  body(question: Question, ownServer: boolean): unknown;
  /** Checks an answer's outer form. */
  reply: z.ZodType<Reply>;
  /** Path of a request that costs nothing and needs the key. */
  checkPath: string;
}
