/** Ollama's own chat. */
import { z } from 'zod';
import type { Api, Reply } from './api.js';

const count = z.number().int().nonnegative().catch(0);

export const ollama: Api = {
  baseUrl: 'http://127.0.0.1:11434',
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  path: '/api/chat',
  checkPath: '/api/tags',

  body: ({ model, system, messages, maxTokens, temperature, schema, jsonMode }) => ({
    model,
    stream: false,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      ...messages.map(({ role, text }) => ({ role, content: text })),
    ],
    options: { num_predict: maxTokens, ...(temperature === undefined ? {} : { temperature }) },
    ...(schema === null || jsonMode === 'none' ? {} : { format: jsonMode === 'object' ? 'json' : schema }),
  }),

  reply: z
    .object({
      model: z.string().catch(''),
      done: z.literal(true),
      done_reason: z.string().nullish(),
      message: z.object({ content: z.string() }),
      prompt_eval_count: count,
      eval_count: count,
    })
    .transform(({ model, done_reason: reason, message, prompt_eval_count, eval_count }): Reply => ({
      model,
      text: message.content,
      inputTokens: prompt_eval_count,
      outputTokens: eval_count,
      fault: reason === 'length' ? { is: 'cut_off', why: 'it met the limit of its length' } : null,
    })),
};
