/** One source from its address to its index: chooses who reads it, keeps the pages, and refuses an empty crawl. */
import { join } from 'node:path';
import { PermanentError, TaskError, type TaskContext } from 'daychain';
import { durationMs, effectKey } from 'daychain/kit';
import { dayFolder, inProject, outFolder, readText, writeWhole } from '../files.js';
import { openCopies } from './copies.js';
import { crawl, type CrawledPage, type CrawlOutcome } from './crawl.js';
import { DownloadError, openSiteHttp } from './download.js';
import { crawlByFirecrawl } from './firecrawl.js';
import { serveFolder } from './serve-folder.js';
import { belongsTo, SAMPLE_SITE, type Source } from './sources.js';
import { storePage, storeSource, type SourceIndex, type StoredDocument } from './stored.js';

/** What a person may set for one run, over what the source says. */
export interface CrawlLimits {
  maxPages?: number | undefined;
  maxDepth?: number | undefined;
  maxPageBytes: number;
  maxBytes: number;
  sitemap: boolean;
}

type Read = (source: Source, limits: CrawlLimits, onPage: (page: CrawledPage) => Promise<void>) => Promise<CrawlOutcome>;

const USER_AGENT = 'daychain-civic';

/** Crawls a source and writes its pages and index. A page of an attempt before is asked for with its ETag. */
export async function crawlSource(ctx: TaskContext, source: Source, limits: CrawlLimits): Promise<SourceIndex> {
  const day = dayFolder(ctx);
  const copies = await openCopies(outFolder(ctx), ctx.date, source.name);
  const isSample = new URL(source.url).origin === SAMPLE_SITE.origin;
  const reader = !isSample && ctx.settings.FIRECRAWL_API_KEY !== null ? 'firecrawl' : 'own';
  const documents: StoredDocument[] = [];
  const notStored: string[] = [];
  const read: Read = reader === 'firecrawl' ? byFirecrawl(ctx) : bySelf(ctx, isSample, copies.of);
  const outcome = await read(source, limits, async (page) => {
    if (page.mayStore) documents.push(await storePage(day, source.name, page, copies.change(page)));
    else notStored.push(page.url.href);
    ctx.heartbeat({ source: source.name, pages_crawled: documents.length + notStored.length, url: page.url.href });
  });
  refuseEmpty(source, outcome);

  const index: SourceIndex = {
    source: source.name,
    description: source.description,
    base_url: source.url,
    session_id: ctx.taskId,
    reader,
    total_pages: outcome.pages,
    bytes: documents.reduce((sum, { bytes }) => sum + bytes, 0),
    expected_count: source.expected_count,
    documents,
    failures: outcome.failures,
    skipped_by_robots: outcome.skippedByRobots,
    not_html: outcome.notHtml,
    pdfs: outcome.pdfs,
    duplicates: outcome.duplicates,
    off_site: outcome.offSite,
    traps: outcome.traps,
    not_stored: notStored,
    unread: outcome.unread,
    stopped_by: outcome.stoppedBy,
  };
  await storeSource(day, index);
  return index;
}

function bySelf(ctx: TaskContext, isSample: boolean, copyOf: Parameters<typeof crawl>[0]['copyOf']): Read {
  return async (source, { maxPages, maxDepth, maxPageBytes, maxBytes, sitemap }, onPage) => {
    const { CRAWL_PAUSE, CRAWL_TIMEOUT, INNER_HOSTS } = ctx.settings;
    const served = isSample ? await serveFolder(inProject('data', 'site')) : null;
    const http = openSiteHttp({
      userAgent: USER_AGENT,
      timeout: CRAWL_TIMEOUT,
      maxBytes: maxPageBytes,
      allow: served ? [served.url.host] : INNER_HOSTS,
    });
    try {
      return await crawl({
        start: new URL(source.url),
        http,
        via: served?.url,
        userAgent: USER_AGENT,
        belongs: (url) => belongsTo(source, url),
        maxPages: maxPages ?? source.maxPages,
        maxDepth: source.method === 'scrape' ? 0 : (maxDepth ?? source.maxDepth),
        maxBytes,
        pauseMs: served ? 0 : durationMs(CRAWL_PAUSE),
        sitemap,
        signal: ctx.signal,
        copyOf,
        onPage,
      });
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      throw new TaskError(`robots.txt of ${new URL(source.url).origin}: ${error.message}`, { cause: error });
    } finally {
      http.close();
      await served?.close();
    }
  };
}

function byFirecrawl(ctx: TaskContext): Read {
  return async (source, { maxPages, maxDepth }, onPage) => {
    const { FIRECRAWL_URL, FIRECRAWL_API_KEY } = ctx.settings;
    // Beside the pages, so that it goes with them: the index at the end removes it.
    const job = join(dayFolder(ctx), 'crawl', source.name, `firecrawl-job-${ctx.taskId}.txt`);
    return await crawlByFirecrawl({
      http: await ctx.clients.http(),
      api: FIRECRAWL_URL,
      key: FIRECRAWL_API_KEY!,
      start: new URL(source.url),
      include: source.include,
      exclude: source.exclude,
      maxPages: source.method === 'scrape' ? 1 : (maxPages ?? source.maxPages),
      maxDepth: source.method === 'scrape' ? 0 : (maxDepth ?? source.maxDepth),
      idempotencyKey: effectKey(ctx, 'firecrawl', source.name, ctx.taskId),
      job: { read: () => readText(job), write: (id) => writeWhole(job, id) },
      signal: ctx.signal,
      onPage,
    });
  };
}

/** A crawl that read nothing is a failure, never a success with zero pages. */
function refuseEmpty({ url }: Source, { pages, failures, skippedByRobots }: CrawlOutcome): void {
  if (pages > 0) return;
  const [first] = failures;
  if (first) {
    throw new TaskError(`no page of ${url} could be read (${failures.length} tried). ${first.url}: ${first.message}`);
  }
  if (skippedByRobots.length > 0) {
    throw new PermanentError(
      `robots.txt of ${new URL(url).origin} forbids ${new URL(url).pathname} to ${USER_AGENT}: nothing is read`,
    );
  }
  throw new PermanentError(`${url} is no HTML page: a source is the address of one`);
}
