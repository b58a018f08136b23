/** An answer's text as a value, or what is wrong with it. Nothing is guessed: text around the JSON is no JSON. Pure. */
import type { z } from 'zod';
import { issuesText } from '../issues-text.js';
import type { Reply } from './api.js';
import type { LlmAnswerFault } from './errors.js';

export type Read<T> = { value: T } | { fault: LlmAnswerFault; why: string };

export function readAnswer<T>(reply: Reply, schema: z.ZodType<T>): Read<T> {
  const unusable = faultOf(reply);
  if (unusable !== null) return unusable;
  let parsed: unknown;
  try {
    parsed = JSON.parse(reply.text);
  } catch (error) {
    return { fault: 'malformed', why: `no JSON: ${(error as Error).message}` };
  }
  const result = schema.safeParse(parsed);
  if (result.success) return { value: result.data };
  return { fault: 'malformed', why: issuesText(result.error.issues, 'the answer') };
}

export function readText(reply: Reply): Read<string> {
  return faultOf(reply) ?? { value: reply.text };
}

function faultOf({ text, fault }: Reply): { fault: LlmAnswerFault; why: string } | null {
  if (fault !== null) return { fault: fault.is, why: fault.why };
  return text.trim() === '' ? { fault: 'empty', why: 'there is no text in it' } : null;
}
