/** Reading a site by way of Firecrawl (its API of version 2): a crawl is a job there, started once, asked for until it is done. */
import { setTimeout as pause } from 'node:timers/promises';
import { PermanentError, TaskError, z } from 'daychain';
import { HttpError, type Http, type HttpResponse } from 'daychain/kit';
import { NO_OUTCOME, sha256, type CrawledPage, type CrawlOutcome } from './crawl.js';
import { parseUrl, readPage } from './read-page.js';

export interface FirecrawlOptions {
  http: Http;
  /** Address of the API, without a version. */
  api: string;
  key: string;
  start: URL;
  /** Regular expressions for paths. */
  include: readonly string[];
  exclude: readonly string[];
  maxPages: number;
  maxDepth: number;
  /** Sent with the start, so that asking twice starts one crawl. */
  idempotencyKey: string;
  /** Where the job's id is kept for the next attempt: what was started is paid for. */
  job: { read(): Promise<string | null>; write(id: string): Promise<void> };
  signal: AbortSignal;
  /** Between two questions whether it is done. Default 2 seconds. */
  pollMs?: number;
  onPage(page: CrawledPage): Promise<void>;
}

const started = z.object({ success: z.literal(true), id: z.string().min(1) });

const document = z.object({
  markdown: z.string().nullish(),
  html: z.string().nullish(),
  metadata: z.object({
    title: z.string().nullish(),
    description: z.string().nullish(),
    language: z.string().nullish(),
    sourceURL: z.string().nullish(),
    url: z.string().nullish(),
    statusCode: z.number().nullish(),
    error: z.string().nullish(),
  }),
});

const status = z.object({
  status: z.enum(['scraping', 'completed', 'failed', 'cancelled']),
  total: z.number().nullish(),
  completed: z.number().nullish(),
  next: z.string().nullish(),
  data: z.array(document).default([]),
});

const troubles = z.object({
  errors: z.array(z.object({ url: z.string(), error: z.string().nullish(), code: z.string().nullish() })).default([]),
  robotsBlocked: z.array(z.string()).default([]),
});

/** @throws PermanentError where the key or the account is refused; TaskError for a crawl that did not end well */
export async function crawlByFirecrawl(options: FirecrawlOptions): Promise<CrawlOutcome> {
  const api = openApi(options);
  const id = (await resumable(api, options)) ?? (await start(api, options));
  const outcome = structuredClone(NO_OUTCOME) as CrawlOutcome;
  await awaitEnd(api, id, options);
  for (let next: string | null = `crawl/${id}`; next !== null;) {
    const page: z.output<typeof status> = await api.get(next, status);
    for (const item of page.data) await take(item, options, outcome);
    next = page.next ?? null;
  }
  const { errors, robotsBlocked } = await api.get(`crawl/${id}/errors`, troubles);
  for (const { url, error, code } of errors) {
    outcome.failures.push({ url, reason: 'unreachable', message: error ?? code ?? 'failed', linked_from: null });
  }
  outcome.skippedByRobots.push(...robotsBlocked);
  return outcome;
}

interface Api {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  post<T>(path: string, body: object, schema: z.ZodType<T>, idempotencyKey: string): Promise<T>;
}

function openApi({ http, api, key, signal }: FirecrawlOptions): Api {
  const base = new URL('v2/', api.endsWith('/') ? api : `${api}/`);
  const headers = { authorization: `Bearer ${key}` };
  /** The answer names addresses too (`next`): the key goes nowhere but to the API. */
  const address = (path: string) => {
    const url = new URL(path, base);
    if (url.origin === base.origin) return url;
    throw new TaskError(`Firecrawl names ${url.origin} for the next part of its answer, which is not its own address`);
  };
  const asked = async <T>(request: Promise<HttpResponse>, schema: z.ZodType<T>): Promise<T> => {
    try {
      return (await request).json(schema);
    } catch (error) {
      throw told(error);
    }
  };
  return {
    get: (path, schema) => asked(http.get(address(path), { headers, signal }), schema),
    post: (path, body, schema, idempotencyKey) =>
      asked(http.post(address(path), body, { headers, signal, idempotencyKey }), schema),
  };
}

/** What a person can do about it, where the status says that. */
function told(error: unknown): unknown {
  if (!(error instanceof HttpError)) return error;
  if (error.status === 401 || error.status === 403) {
    return new PermanentError('Firecrawl refuses the key: set FIRECRAWL_API_KEY to a valid one', { cause: error });
  }
  if (error.status === 402) return new PermanentError('Firecrawl has no credits left for this account', { cause: error });
  return error;
}

async function start(api: Api, { start: url, include, exclude, maxPages, maxDepth, ...rest }: FirecrawlOptions): Promise<string> {
  const body = {
    url: url.href,
    limit: maxPages,
    maxDiscoveryDepth: maxDepth,
    includePaths: include,
    excludePaths: exclude,
    crawlEntireDomain: include.length > 0,
    scrapeOptions: { formats: ['markdown', 'html'], onlyMainContent: true, waitFor: 2_000 },
  };
  const { id } = await api.post('crawl', body, started, rest.idempotencyKey);
  await rest.job.write(id);
  return id;
}

/** The job of an earlier attempt, if Firecrawl still has it. */
async function resumable(api: Api, { job }: FirecrawlOptions): Promise<string | null> {
  const id = await job.read();
  if (id === null) return null;
  try {
    const { status: now } = await api.get(`crawl/${id}`, status);
    return now === 'scraping' || now === 'completed' ? id : null;
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return null;
    throw error;
  }
}

async function awaitEnd(api: Api, id: string, { signal, pollMs = 2_000 }: FirecrawlOptions): Promise<void> {
  for (;;) {
    const { status: now, completed, total } = await api.get(`crawl/${id}`, status);
    if (now === 'completed') return;
    if (now !== 'scraping')
      throw new TaskError(`Firecrawl ended crawl ${id} as ${now}, after ${completed ?? 0} of ${total ?? '?'} pages`);
    await pause(pollMs, undefined, { signal });
  }
}

async function take(item: z.output<typeof document>, options: FirecrawlOptions, outcome: CrawlOutcome): Promise<void> {
  const { metadata, html = '', markdown } = item;
  const url = parseUrl(metadata.sourceURL ?? metadata.url ?? undefined, options.start);
  if (url === null) return;
  url.hash = '';
  const { statusCode: answered = 200, error } = metadata;
  if (error || (answered ?? 200) >= 400) {
    outcome.failures.push({
      url: url.href,
      reason: `http_${answered ?? 0}`,
      message: error ?? `answered ${answered}`,
      linked_from: null,
    });
    return;
  }
  const page = readPage(html ?? '', url);
  const text = markdown ?? page.markdown;
  outcome.pages += 1;
  outcome.bytes += Buffer.byteLength(html ?? '');
  for (const pdf of page.pdfs) {
    if (!outcome.pdfs.some((listed) => listed.url === pdf.url)) outcome.pdfs.push({ ...pdf, linked_from: url.href });
  }
  await options.onPage({
    ...page,
    title: metadata.title ?? page.title,
    description: metadata.description ?? page.description,
    language: metadata.language ?? page.language,
    markdown: text,
    url,
    asked: url,
    depth: 0,
    status: answered ?? 200,
    contentType: 'text/html',
    lastModified: null,
    etag: null,
    html: html ?? '',
    sha256: sha256(text),
    bytes: Buffer.byteLength(html ?? ''),
    notModified: false,
  });
}
