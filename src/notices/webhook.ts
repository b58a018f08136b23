/** One try to post a notice to a webhook. */
import type { Sent } from './sent.js';

/** Milliseconds for the whole exchange. */
const PATIENCE_MS = 10_000;
/** A receiver that asks for more patience is asked again after this. */
const LONGEST_AFTER_MS = 3_600_000;
/** Of an answer's body, for people; the rest is not read. */
const MOST_ANSWER = 200;

/**
 * Tried again: no answer, 408, 425, 429 and 5xx. Any other answer that is no success will stay as it is; a redirect is not
 * followed, for it would carry the notice to where nobody sent it.
 */
export async function postNotice(url: URL, body: string, key: string): Promise<Sent> {
  let response: Response;
  try {
    response = await fetch(withoutUser(url), {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'daychain',
        'idempotency-key': key,
        ...authorization(url),
      },
      body,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    return { sent: false, again: true, afterMs: null, answer: noAnswer(error) };
  }
  const { status } = response;
  const text = hidden(await firstWords(response), url);
  const answer = `HTTP ${status}${text === '' ? '' : `: ${text}`}`;
  if (status >= 200 && status < 300) return { sent: true, answer };
  if (status >= 300 && status < 400)
    return { sent: false, again: false, afterMs: null, answer: `HTTP ${status}: it redirects, which is not followed` };
  const again = status >= 500 || [408, 425, 429].includes(status);
  return { sent: false, again, afterMs: again ? retryAfterMs(response.headers.get('retry-after'), Date.now()) : null, answer };
}

/** Milliseconds that a Retry-After header asks for: seconds, or a date. Null where it says nothing. `now` in epoch milliseconds. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_AFTER_MS);
}

/** fetch refuses user and password in an address; they go where they belong. */
function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function withoutUser(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

async function firstWords(response: Response): Promise<string> {
  try {
    const reader = response.body?.getReader();
    if (reader === undefined) return '';
    const { value } = (await reader.read()) as { value?: Uint8Array };
    await reader.cancel();
    const text = new TextDecoder().decode(value?.slice(0, MOST_ANSWER)).replaceAll(/\s+/g, ' ').trim();
    // An answer in HTML says nothing that the status does not.
    return text.startsWith('<') ? '' : text;
  } catch {
    return '';
  }
}

/** A receiver may repeat what it was asked; the parts of an address that let one in go no farther. */
function hidden(text: string, { pathname, searchParams }: URL): string {
  const secrets = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= 8);
  return secrets.reduce((words, secret) => words.replaceAll(secret, '****').replaceAll(decoded(secret), '****'), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without the address: it is a secret. */
function noAnswer(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  if (name === 'TimeoutError') return `no answer within ${PATIENCE_MS / 1_000} s`;
  return `no answer (${cause?.code ?? 'network error'})`;
}
