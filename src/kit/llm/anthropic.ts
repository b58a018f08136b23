/** Messages, as Anthropic has them. JSON comes as the input of a tool that has to be called: every model that has tools does it. */
import { z } from 'zod';
import type { Api, Reply } from './api.js';

const TOOL = 'answer';
const count = z.number().int().nonnegative().catch(0);

export const anthropic: Api = {
  baseUrl: 'https://api.anthropic.com',
  headers: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  path: '/v1/messages',
  checkPath: '/v1/models',

  body: ({ model, system, messages, maxTokens, temperature, schema }) => ({
    model,
    max_tokens: maxTokens,
    ...(system === undefined ? {} : { system }),
    messages: messages.map(({ role, text }) => ({ role, content: text })),
    ...(temperature === undefined ? {} : { temperature }),
    ...(schema === null
      ? {}
      : {
          tools: [{ name: TOOL, description: 'Gives the answer.', input_schema: schema }],
          tool_choice: { type: 'tool', name: TOOL },
        }),
  }),

  reply: z
    .object({
      model: z.string().catch(''),
      stop_reason: z.string().nullish(),
      content: z.array(z.looseObject({ type: z.string(), text: z.string().optional(), input: z.unknown().optional() })),
      usage: z.object({ input_tokens: count, output_tokens: count }).nullish(),
    })
    .transform(({ model, stop_reason: stop, content, usage }): Reply => {
      const called = content.find(({ type, name }) => type === 'tool_use' && name === TOOL);
      const said = content.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : []));
      return {
        model,
        text: called === undefined ? said.join('') : JSON.stringify(called.input ?? null),
        inputTokens: usage?.input_tokens ?? 0,
        outputTokens: usage?.output_tokens ?? 0,
        fault: faultOf(stop),
      };
    }),
};

function faultOf(stop: string | null | undefined): Reply['fault'] {
  if (stop === 'refusal') return { is: 'refused', why: 'the model would not answer' };
  return stop === 'max_tokens' ? { is: 'cut_off', why: 'it met the limit of its length' } : null;
}
