/** A configured provider as something that can be asked: over the kit's own HTTP client. */
import { durationMs } from '../../plan/duration.js';
import type { Http } from '../http/client.js';
import { HttpError } from '../http/errors.js';
import { anthropic } from './anthropic.js';
import type { Api, Question, Reply } from './api.js';
import { ollama } from './ollama.js';
import { openAi } from './openai.js';
import { createTurns } from './turns.js';
import type { LlmProvider } from './types.js';

const APIS: Readonly<Record<LlmProvider['api'], Api>> = { openai: openAi, anthropic, ollama };

export interface Connected {
  name: string;
  model: string;
  price: { input: number; output: number };
  jsonMode: Question['jsonMode'];
  /** `host:port`, for the guard: whoever configures an address may mean an inner one. */
  address: string;
  /** `key`: the same where a question is sent again. @throws HttpError; the signal's reason once that is aborted */
  request(http: Http, question: Question, key: string, signal: AbortSignal): Promise<Reply>;
  /** A request that costs nothing. @throws HttpError */
  check(http: Http): Promise<void>;
}

/** Those that are configured, in order. @throws TypeError for a name that stands twice, a URL that cannot be */
export function connectProviders(providers: readonly LlmProvider[]): Connected[] {
  const connected = providers.filter(({ key }) => key !== null).map(connect);
  const twice = connected.find(({ name }, at) => connected.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) throw new TypeError(`two language models are named ${JSON.stringify(twice.name)}: give each a name`);
  return connected;
}

function connect({
  api: spoken,
  model,
  name = spoken,
  key,
  baseUrl,
  price,
  pause: rest,
  json = 'schema',
}: LlmProvider): Connected {
  const api = APIS[spoken];
  if (api === undefined) throw new TypeError(`the language model ${name}: api is openai, anthropic or ollama; got ${spoken}`);
  const base = (baseUrl ?? api.baseUrl).replace(/\/+$/, '');
  if (!URL.canParse(base)) throw new TypeError(`the language model ${name}: baseUrl is no URL`);
  const { protocol, hostname, port } = new URL(base);
  const headers = key ? api.headers(key) : {};
  const inTurn = rest === undefined ? null : createTurns(durationMs(rest));

  async function send(http: Http, question: Question, idempotencyKey: string, signal: AbortSignal): Promise<Reply> {
    const body = api.body(question, base === api.baseUrl);
    const response = await http.post(base + api.path, body, { signal, headers, accept: TOLD, idempotencyKey });
    if (response.status >= 300) throw notTaken(response.status, base + api.path, response.text(), key);
    return response.json(api.reply);
  }

  return {
    name,
    model,
    price: price ?? { input: 0, output: 0 },
    jsonMode: json,
    address: `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`,
    async request(http, question, idempotencyKey, signal) {
      const sent = () => send(http, question, idempotencyKey, signal);
      return await (inTurn === null ? sent() : inTurn(sent, signal));
    },
    async check(http) {
      await http.get(base + api.checkPath, { headers });
    },
  };
}

/** Statuses that say what is wrong with a request: their words belong into the error. */
const TOLD = [400, 404, 413, 422];

function notTaken(status: number, url: string, text: string, key: string | null | undefined): HttpError {
  const words = text.slice(0, 300).replace(/\s+/g, ' ').trim();
  const said = key ? words.replaceAll(key, '****') : words;
  return new HttpError(`answered ${status}: ${said}`, { trouble: 'status', fate: 'give_up', url: new URL(url), status });
}
