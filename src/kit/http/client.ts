/** An HTTP client for tasks: bounded in time, bytes and attempts, and kept away from what is not public. */
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { durationMs, type Duration } from '../../plan/duration.js';
import { issuesText } from '../issues-text.js';
import { HttpError } from './errors.js';
import { ConnectTimeout, openWire, type Answer, type Exchange } from './exchange.js';
import { createGuard, type GuardOptions } from './guard.js';
import { followed, redirectOf } from './redirects.js';
import { isPassing, pauseBeforeRetry, retryAfterMs } from './retry.js';

export interface HttpOptions extends GuardOptions {
  /** Longest duration of one attempt, from connecting to the last byte, redirects included. Default `'30 seconds'`. */
  timeout?: Duration;
  /** Longest wait for a connection. Default `'10 seconds'`. */
  connectTimeout?: Duration;
  /** Bytes of an answer, unpacked. A longer one is an error, never cut. Default 10,000,000. */
  maxBytes?: number;
  /** Further attempts after the first. Default 2. Only for what may be sent twice: see `idempotencyKey`. */
  retries?: number;
  /** Pause before the second attempt; each further one is twice as long, and all are spread. Default `'500 milliseconds'`. */
  delay?: Duration;
  /** Longest pause here. A server that asks for a longer one ends the task's attempt, which is repeated after it. Default `'30 seconds'`. */
  maximumDelay?: Duration;
  /** Redirects followed, 0 to give them back as they are. Default 5. */
  redirects?: number;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
}

export interface HttpRequest {
  /** Default `'GET'`, or `'POST'` with a body. */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. Not together with `body`. */
  json?: unknown;
  body?: string | Uint8Array;
  /** Ends everything: pass `ctx.signal`. */
  signal?: AbortSignal;
  /**
   * Sent as `Idempotency-Key`, so that a server that honours it does the work once. Makes a POST or PATCH one that may be sent
   * again. Make it with `effectKey(ctx, …)`: the same in every attempt of a run.
   */
  idempotencyKey?: string;
  /** Statuses given back besides 200 to 299. All others are thrown as HttpError. */
  accept?: readonly number[];
}

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** Where the answer came from in the end. */
  url: string;
  body: Buffer;
  text(): string;
  /** @throws HttpError `unreadable` for what is no JSON, or does not fit the schema */
  json<T = unknown>(schema?: { parse(value: unknown): T }): T;
}

export interface Http {
  /** @throws HttpError; the signal's reason once that is aborted */
  request(url: string | URL, request?: HttpRequest): Promise<HttpResponse>;
  get(url: string | URL, request?: Omit<HttpRequest, 'method' | 'json' | 'body'>): Promise<HttpResponse>;
  post(url: string | URL, json: unknown, request?: Omit<HttpRequest, 'method' | 'json' | 'body'>): Promise<HttpResponse>;
  /** Closes the connections that are kept. As a client of the project it is closed when the worker stops. */
  close(): void;
}

const SAFE_TWICE = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];

/** Opens a client: `clients: { http: () => createHttp() }`, then `await ctx.clients.http()`. */
export function createHttp(options: HttpOptions = {}): Http {
  const timeoutMs = durationMs(options.timeout ?? '30 seconds');
  const rule = {
    retries: options.retries ?? 2,
    delayMs: durationMs(options.delay ?? '500 milliseconds'),
    maximumDelayMs: durationMs(options.maximumDelay ?? '30 seconds'),
  };
  const wire = openWire({
    guard: createGuard(options),
    connectTimeoutMs: durationMs(options.connectTimeout ?? '10 seconds'),
    maxBytes: options.maxBytes ?? 10_000_000,
  });
  const redirects = options.redirects ?? 5;

  /** One attempt: the request, and where redirects lead from there. */
  async function attempt(first: Omit<Exchange, 'signal'>, signal: AbortSignal): Promise<Answer> {
    let wanted = first;
    for (let hops = 0; ; hops++) {
      const answer = await wire.exchange({ ...wanted, signal });
      const target = redirects === 0 ? null : redirectOf(answer);
      if (target === null) return answer;
      if (hops === redirects) {
        throw new HttpError(`redirects more than ${redirects} times`, { trouble: 'redirect', fate: 'give_up', url: first.url });
      }
      wanted = followed(wanted, answer.status, target);
    }
  }

  async function request(url: string | URL, given: HttpRequest = {}): Promise<HttpResponse> {
    const wanted = exchangeOf(url, given, options.headers ?? {});
    const repeatable = SAFE_TWICE.includes(wanted.method) || given.idempotencyKey !== undefined;
    for (let count = 1; ; count++) {
      given.signal?.throwIfAborted();
      const time = AbortSignal.timeout(timeoutMs);
      let failure: HttpError;
      let askedMs: number | null = null;
      try {
        const answer = await attempt(wanted, given.signal ? AbortSignal.any([given.signal, time]) : time);
        if (isWanted(answer.status, given.accept)) return responseOf(answer);
        askedMs = retryAfterMs(answer.headers['retry-after'], Date.now());
        failure = statusError(answer, askedMs);
      } catch (error) {
        given.signal?.throwIfAborted();
        failure = time.aborted ? timedOut(wanted.url, timeoutMs, error) : asHttpError(error, wanted.url);
      }
      const { trouble, status } = failure;
      const failed = { attempt: count, trouble, status, repeatable, unsent: isUnsent(failure.cause), retryAfterMs: askedMs };
      const wait = pauseBeforeRetry(failed, rule, Math.random());
      if (wait === null) throw failure;
      await waitOr(wait, given.signal);
    }
  }

  return {
    request,
    get: (url, given = {}) => request(url, { ...given, method: 'GET' }),
    post: (url, json, given = {}) => request(url, { ...given, method: 'POST', json }),
    close: () => wire.close(),
  };
}

function exchangeOf(url: string | URL, given: HttpRequest, always: Readonly<Record<string, string>>): Omit<Exchange, 'signal'> {
  const body = bodyOf(given);
  const headers = {
    'user-agent': 'daychain',
    accept: '*/*',
    ...(given.json === undefined ? {} : { 'content-type': 'application/json' }),
    ...lowerCased(always),
    ...lowerCased(given.headers ?? {}),
    ...(given.idempotencyKey === undefined ? {} : { 'idempotency-key': given.idempotencyKey }),
  };
  return { method: (given.method ?? (body === null ? 'GET' : 'POST')).toUpperCase(), url: new URL(url), headers, body };
}

function bodyOf({ json, body }: HttpRequest): Buffer | null {
  if (json !== undefined) return Buffer.from(JSON.stringify(json));
  return body === undefined ? null : Buffer.from(body as string);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]));
}

function isWanted(status: number, accept: readonly number[] = []): boolean {
  return (status >= 200 && status < 300) || accept.includes(status);
}

function responseOf({ status, headers, url, body }: Answer): HttpResponse {
  const text = () => body.toString('utf8');
  return {
    status,
    headers,
    url: url.href,
    body,
    text,
    json(schema) {
      try {
        const value: unknown = JSON.parse(text());
        return schema ? schema.parse(value) : (value as never);
      } catch (cause) {
        const message = `answered what is not the JSON expected: ${faultOf(cause as Error)}`;
        throw new HttpError(message, { trouble: 'unreadable', fate: 'retry', url, status, cause });
      }
    },
  };
}

/** A schema's error has a list of what it found, and the same list as JSON for its message. */
function faultOf(cause: Error & { issues?: Parameters<typeof issuesText>[0] }): string {
  return Array.isArray(cause.issues) ? issuesText(cause.issues, 'the answer') : cause.message;
}

function statusError({ status, url }: Answer, askedMs: number | null): HttpError {
  const passing = isPassing(status);
  return new HttpError(`answered ${status}`, {
    trouble: 'status',
    fate: passing ? 'retry' : 'give_up',
    url,
    status,
    ...(passing && askedMs !== null ? { delay: `${askedMs} milliseconds` as const } : {}),
  });
}

function timedOut(url: URL, timeoutMs: number, cause: unknown): HttpError {
  return new HttpError(`did not answer within ${timeoutMs} ms`, { trouble: 'timeout', fate: 'retry', url, cause });
}

function asHttpError(error: unknown, url: URL): HttpError {
  if (error instanceof HttpError) return error;
  const trouble = error instanceof ConnectTimeout ? 'timeout' : 'network';
  const { code, message } = error as NodeJS.ErrnoException;
  // Several addresses that all failed come as one error without a message.
  return new HttpError(`cannot be reached: ${message || code}`, { trouble, fate: 'retry', url, cause: error });
}

/** Errors that come before the first byte has left. */
function isUnsent(cause: unknown): boolean {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return cause instanceof ConnectTimeout || ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].includes(code ?? '');
}

async function waitOr(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(ms, undefined, signal ? { signal } : {});
  } catch {
    signal?.throwIfAborted();
  }
}
