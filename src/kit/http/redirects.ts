/** Where an answer leads, and what of a request goes along. Pure. */
import { HttpError } from './errors.js';
import type { Answer, Exchange } from './exchange.js';

type Wanted = Omit<Exchange, 'signal'>;

/** Headers that another host may see: none of them lets anybody in. */
const HARMLESS = ['accept', 'accept-language', 'user-agent', 'content-type'];

/** The URL an answer redirects to; null if it does not. */
export function redirectOf({ status, headers, url }: Answer): URL | null {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  if (URL.canParse(location, url.href)) return new URL(location, url.href);
  throw refused(url, `redirects to ${JSON.stringify(location)}, which is no URL`);
}

/**
 * The request that follows a redirect. Only another host's harmless headers go along, and no body: whoever it was meant for,
 * it was not that host. From https there is no way back to http.
 */
export function followed(wanted: Wanted, status: number, url: URL): Wanted {
  if (wanted.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(wanted.url, `redirects from https to http, to ${url.host}`);
  }
  const becomesGet = status === 303 || ((status === 301 || status === 302) && wanted.method === 'POST');
  const method = becomesGet && wanted.method !== 'HEAD' ? 'GET' : wanted.method;
  const body = becomesGet ? null : wanted.body;
  const elsewhere = url.origin !== wanted.url.origin;
  if (elsewhere && body !== null) throw refused(wanted.url, `redirects a request with a body to another host, ${url.host}`);
  const kept = Object.entries(wanted.headers).filter(
    ([name]) => (!elsewhere || HARMLESS.includes(name)) && !(body === null && name === 'content-type'),
  );
  return { method, url, headers: Object.fromEntries(kept), body };
}

function refused(url: URL, message: string): HttpError {
  return new HttpError(message, { trouble: 'redirect', fate: 'give_up', url });
}
