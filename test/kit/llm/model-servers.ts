/** Real servers that speak as the three providers do: each gets its question right or answers what a test wants instead. */
import type { ServerResponse } from 'node:http';
import type { LlmProvider } from '../../../src/kit/index.js';
import { serve, type Asked, type TestServer } from '../http-server.js';

export type Api = LlmProvider['api'];
export const KEY = 'sk-canary-1f2e3d';

/** How a model ends: its text, or that it would not, or could not go on. */
export interface Said {
  text?: string;
  stop?: 'refused' | 'cut_off';
}

export interface ModelServer extends TestServer {
  provider: LlmProvider;
  /** The bodies of the questions so far. */
  questions(): Record<string, unknown>[];
}

const PATHS: Record<Api, string> = { openai: '/v1/chat/completions', anthropic: '/v1/messages', ollama: '/api/chat' };

/** `answers`: what each question gets in turn, the last one for ever: a text, or whatever a test wants to send. */
export async function startModel(
  api: Api,
  answers: readonly (Said | ((response: ServerResponse) => void))[],
  more: Partial<LlmProvider> = {},
): Promise<ModelServer> {
  let count = 0;
  const server = await serve((response, asked) => {
    const fault = faultOf(api, asked);
    if (fault !== null) return void response.writeHead(fault).end(`{"error":"${asked.path}"}`);
    if (asked.method === 'GET') return void response.end('{}');
    const answer = answers[Math.min(count++, answers.length - 1)]!;
    if (typeof answer === 'function') return answer(response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(REPLIES[api](answer)));
  });
  return {
    ...server,
    provider: { api, model: `${api}-model`, key: KEY, baseUrl: server.origin + (api === 'openai' ? '/v1' : ''), ...more },
    questions: () => server.asked.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body) as never),
  };
}

export function status(code: number, headers: Record<string, string> = {}) {
  return (response: ServerResponse) => void response.writeHead(code, headers).end('{"error":{"message":"no"}}');
}

/** What a provider would not take: a wrong path, no key. */
function faultOf(api: Api, { method, path, headers }: Asked): number | null {
  const key = api === 'anthropic' ? headers['x-api-key'] : headers.authorization?.replace('Bearer ', '');
  if (key !== KEY) return 401;
  if (api === 'anthropic' && headers['anthropic-version'] !== '2023-06-01') return 400;
  return method === 'GET' || path === PATHS[api] ? null : 404;
}

const REPLIES: Record<Api, (said: Said) => object> = {
  openai: ({ text, stop }) => ({
    model: 'openai-model-0203',
    choices: [
      {
        finish_reason: stop === 'cut_off' ? 'length' : 'stop',
        message: { role: 'assistant', content: text ?? null, refusal: stop === 'refused' ? 'I would rather not' : null },
      },
    ],
    usage: { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 },
  }),
  anthropic: ({ text, stop }) => ({
    type: 'message',
    model: 'anthropic-model-0203',
    content:
      text === undefined
        ? []
        : isObject(text)
          ? [{ type: 'tool_use', id: 'toolu_1', name: 'answer', input: JSON.parse(text) as unknown }]
          : [{ type: 'text', text }],
    stop_reason: stop === 'cut_off' ? 'max_tokens' : stop === 'refused' ? 'refusal' : 'tool_use',
    usage: { input_tokens: 30, output_tokens: 12 },
  }),
  ollama: ({ text, stop }) => ({
    model: 'ollama-model-0203',
    message: { role: 'assistant', content: text ?? '' },
    done: true,
    done_reason: stop === 'cut_off' ? 'length' : 'stop',
    prompt_eval_count: 30,
    eval_count: 12,
  }),
};

function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
