/** One bounded request for a page: a time limit, a size limit, redirects that stay on their origin, and none for what is unchanged. */
import type { Duration } from 'daychain';
import { createHttp, HttpError, type Http, type HttpResponse } from 'daychain/kit';

export interface Download {
  /** The address that answered, after redirects. */
  url: URL;
  status: number;
  contentType: string;
  lastModified: string | null;
  etag: string | null;
  /** Null: it is as the copy that was named. */
  body: Uint8Array | null;
}

/** Why a page could not be read, in one word; `http_404` and the like carry the status. */
export type FailureReason =
  | `http_${number}`
  | 'timeout'
  | 'unreachable'
  | 'too_large'
  | 'too_many_redirects'
  | 'redirect_off_site'
  | 'redirect_forbidden'
  | 'refused'
  | 'unreadable';

export class DownloadError extends Error {
  override name = 'DownloadError';
  /** The pause the site asked for, longer than a crawl waits. In milliseconds; null if it asked for none. */
  readonly waitMs: number | null;

  constructor(
    readonly reason: FailureReason,
    message: string,
    { waitMs = null, ...options }: ErrorOptions & { waitMs?: number | null } = {},
  ) {
    super(message, options);
    this.waitMs = waitMs;
  }
}

export interface DownloadOptions {
  http: Http;
  /** Where the addresses' origin really answers, for a site that is served locally. Default: where it says. */
  via?: URL | undefined;
  signal: AbortSignal;
  /** Whether a redirect may be followed to this address (robots.txt). */
  isAllowed(url: URL): boolean;
}

/** A copy that is had already: the site need not send it again. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
const NOT_MODIFIED = 304;

export interface SiteHttpOptions {
  userAgent: string;
  timeout: Duration;
  maxBytes: number;
  /** Hosts that may be reached although they are not public. */
  allow: readonly string[];
}

/** The client for one site. Whatever a page names, it reaches public addresses only, and asks again twice at most. */
export function openSiteHttp({ userAgent, timeout, maxBytes, allow }: SiteHttpOptions): Http {
  return createHttp({
    timeout,
    maxBytes,
    allow,
    redirects: 0,
    retries: 2,
    maximumDelay: '10 seconds',
    headers: { 'user-agent': userAgent, accept: 'text/html, */*;q=0.5', 'accept-language': 'fr' },
  });
}

/**
 * Fetches an address. Throws DownloadError for whatever is the site's doing, an answer that is not 2xx included,
 * and the signal's reason when the caller is told to stop.
 */
export async function download(start: URL, options: DownloadOptions, had?: Validators): Promise<Download> {
  let url = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await ask(url, options, had);
    const { location } = response.headers;
    if (REDIRECTS.includes(response.status) && location !== undefined) {
      url = redirected(start, url, location, options);
      continue;
    }
    return {
      url,
      status: response.status,
      contentType: response.headers['content-type'] ?? '',
      lastModified: response.headers['last-modified'] ?? null,
      etag: response.headers.etag ?? null,
      body: response.status === NOT_MODIFIED ? null : response.body,
    };
  }
  throw new DownloadError('too_many_redirects', `more than ${MAX_REDIRECTS} redirects`);
}

async function ask(url: URL, { http, via, signal }: DownloadOptions, had: Validators | undefined): Promise<HttpResponse> {
  const headers = {
    ...(had?.etag ? { 'if-none-match': had.etag } : {}),
    ...(had?.lastModified ? { 'if-modified-since': had.lastModified } : {}),
  };
  const conditional = Object.keys(headers).length > 0;
  try {
    const target = via ? new URL(url.pathname + url.search, via) : url;
    return await http.get(target, { signal, headers, accept: [...REDIRECTS, ...(conditional ? [NOT_MODIFIED] : [])] });
  } catch (error) {
    if (error instanceof HttpError) throw asDownloadError(error);
    throw error;
  }
}

function redirected(start: URL, from: URL, location: string, { isAllowed }: DownloadOptions): URL {
  if (!URL.canParse(location, from.href)) throw new DownloadError('unreadable', `redirects to ${location}, which is no address`);
  const target = new URL(location, from);
  if (target.origin !== start.origin) throw new DownloadError('redirect_off_site', `redirects to ${target.href}`);
  if (!isAllowed(target)) {
    throw new DownloadError('redirect_forbidden', `redirects to ${target.href}, which robots.txt forbids`);
  }
  return target;
}

function asDownloadError(error: HttpError): DownloadError {
  const reasons = {
    refused: 'refused',
    timeout: 'timeout',
    network: 'unreachable',
    status: `http_${error.status ?? 0}`,
    too_large: 'too_large',
    redirect: 'too_many_redirects',
    unreadable: 'unreadable',
  } as const;
  const waitMs = error.delay === undefined ? null : Number.parseInt(error.delay, 10);
  // Without the address in front of it: where a site is served locally, that is another one each time.
  return new DownloadError(reasons[error.trouble], error.message.replace(/^https?:\S+ /, ''), { cause: error, waitMs });
}
