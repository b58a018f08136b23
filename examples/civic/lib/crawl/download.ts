/** One bounded request: a time limit, a size limit, and redirects that stay on their origin. */

export interface Download {
  /** The address that answered, after redirects. */
  url: URL;
  status: number;
  contentType: string;
  lastModified: string | null;
  body: Uint8Array;
}

/** Why a page could not be read, in one word; `http_404` and the like carry the status. */
export type FailureReason =
  `http_${number}` | 'timeout' | 'unreachable' | 'too_large' | 'too_many_redirects' | 'redirect_off_site' | 'redirect_forbidden';

export class DownloadError extends Error {
  override name = 'DownloadError';
  constructor(
    readonly reason: FailureReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface DownloadOptions {
  /** Where the addresses' origin really answers, for a site that is served locally. Default: where it says. */
  via?: URL;
  userAgent: string;
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal;
  /** Whether a redirect may be followed to this address (robots.txt). */
  isAllowed(url: URL): boolean;
}

const MAX_REDIRECTS = 5;

/**
 * Fetches an address. Throws DownloadError for whatever is the site's doing, an answer that is not 2xx included,
 * and the signal's reason when the caller is told to stop.
 */
export async function download(start: URL, options: DownloadOptions): Promise<Download> {
  // The limit covers the whole page: redirects and body, not each step anew.
  const late = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, late]);
  try {
    return await follow(start, options, signal);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof DownloadError) throw error;
    if (late.aborted) throw new DownloadError('timeout', `no whole answer within ${options.timeoutMs} ms`, { cause: error });
    throw new DownloadError('unreachable', cause(error), { cause: error });
  }
}

async function follow(start: URL, options: DownloadOptions, signal: AbortSignal): Promise<Download> {
  let url = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await fetch(options.via ? new URL(url.pathname + url.search, options.via) : url, {
      redirect: 'manual',
      signal,
      headers: { 'user-agent': options.userAgent, accept: 'text/html, */*;q=0.5', 'accept-language': 'fr' },
    });
    const next = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && next !== null) {
      await response.body?.cancel();
      const target = new URL(next, url);
      if (target.origin !== start.origin) throw new DownloadError('redirect_off_site', `redirects to ${target.href}`);
      if (!options.isAllowed(target))
        throw new DownloadError('redirect_forbidden', `redirects to ${target.href}, which robots.txt forbids`);
      url = target;
      continue;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new DownloadError(`http_${response.status}`, `answered ${response.status} ${response.statusText}`.trim());
    }
    return {
      url,
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      lastModified: response.headers.get('last-modified'),
      body: await readBody(response, options.maxBytes),
    };
  }
  throw new DownloadError('too_many_redirects', `more than ${MAX_REDIRECTS} redirects`);
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    // Leaving the loop cancels the stream, so no more than one part beyond the limit is ever held.
    if (size > maxBytes) throw new DownloadError('too_large', `larger than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function cause(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}
