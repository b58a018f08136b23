/** Chat completions, as OpenAI has them and most other servers do. */
import { z } from 'zod';
import type { Api, Question, Reply } from './api.js';

const count = z.number().int().nonnegative().catch(0);

export const openAi: Api = {
  baseUrl: 'https://api.openai.com/v1',
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  path: '/chat/completions',
  checkPath: '/models',

  body: ({ model, system, messages, maxTokens, temperature, ...asked }, ownServer) => ({
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      ...messages.map(({ role, text }) => ({ role, content: text })),
    ],
    // OpenAI's newer models refuse the old name, and other servers do not know the new one.
    [ownServer ? 'max_completion_tokens' : 'max_tokens']: maxTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...responseFormat(asked),
  }),

  reply: z
    .object({
      model: z.string().catch(''),
      choices: z
        .array(
          z.object({
            finish_reason: z.string().nullish(),
            message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
          }),
        )
        .min(1),
      usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish(),
    })
    .transform(({ model, choices, usage }): Reply => {
      const { finish_reason: finish, message } = choices[0]!;
      return {
        model,
        text: message.content ?? '',
        inputTokens: usage?.prompt_tokens ?? 0,
        outputTokens: usage?.completion_tokens ?? 0,
        fault: faultOf(finish, message.refusal),
      };
    }),
};

function responseFormat({ schema, jsonMode }: Pick<Question, 'schema' | 'jsonMode'>): object {
  if (schema === null || jsonMode === 'none') return {};
  if (jsonMode === 'object') return { response_format: { type: 'json_object' } };
  const json_schema = { name: 'answer', schema, strict: isStrict(schema) };
  return { response_format: { type: 'json_schema', json_schema } };
}

function faultOf(finish: string | null | undefined, refusal: string | null | undefined): Reply['fault'] {
  if (refusal) return { is: 'refused', why: refusal };
  if (finish === 'content_filter') return { is: 'refused', why: 'by the filter of the provider' };
  return finish === 'length' ? { is: 'cut_off', why: 'it met the limit of its length' } : null;
}

/** Words of JSON Schema that a server takes which promises to keep to it. A schema with others is a wish. */
const STRICT_WORDS = ['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf', 'description'];

function isStrict(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { properties, required = [], items, anyOf, ...rest } = schema as Record<string, unknown>;
  if (Object.keys(rest).some((word) => !STRICT_WORDS.includes(word))) return false;
  if (properties !== undefined) {
    const names = Object.keys(properties as object);
    if (rest.additionalProperties !== false || names.some((name) => !(required as string[]).includes(name))) return false;
  } else if (rest.type === 'object') return false;
  const parts: unknown[] = [
    ...Object.values((properties ?? {}) as Record<string, unknown>),
    ...(items === undefined ? [] : [items]),
  ];
  return [...parts, ...((anyOf ?? []) as unknown[])].every(isStrict);
}
