import { defineTask, PermanentError, TaskError, z } from 'daychain';
import { crawl, type CrawlOutcome } from '../lib/crawl/crawl.js';
import { DownloadError } from '../lib/crawl/download.js';
import { serveFolder } from '../lib/crawl/serve-folder.js';
import { storeIndex, storePage, type StoredDocument } from '../lib/crawl/stored.js';
import { dayFolder, inProject } from '../lib/files.js';

/** The bundled sample site's own address. It is served on loopback; no request leaves the machine. */
const SAMPLE_SITE = 'https://www.lanverec.example/';

export default defineTask({
  summary: 'Crawl the town’s web site',
  tags: ['crawl'],
  timeout: '30 minutes',
  params: z.object({
    /** Site to crawl. Without one the bundled sample site is served and crawled. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    maxPages: z.number().int().min(1).max(5_000).default(200),
    maxDepth: z.number().int().min(0).max(20).default(3),
    maxPageBytes: z.number().int().min(1).default(1_048_576),
    maxBytes: z.number().int().min(1).default(52_428_800),
    /** Time limit of one request. */
    timeoutMs: z.number().int().min(1).max(120_000).default(15_000),
    /** Pause between requests; robots.txt may ask for more. Default: 1 second, none on the bundled site. */
    pauseMs: z.number().int().min(0).max(60_000).optional(),
    sitemap: z.boolean().default(true),
  }),
  async run(ctx) {
    const { url, pauseMs, ...limits } = ctx.params;
    const start = new URL(url ?? SAMPLE_SITE);
    start.hash = '';
    const day = dayFolder(ctx);
    const documents: StoredDocument[] = [];
    const notStored: string[] = [];

    const served = url === undefined ? await serveFolder(inProject('data', 'site')) : null;
    let outcome: CrawlOutcome;
    try {
      outcome = await crawl({
        ...limits,
        start,
        via: served?.url,
        pauseMs: pauseMs ?? (served ? 0 : 1_000),
        userAgent: 'daychain-civic',
        signal: ctx.signal,
        async onPage(page) {
          if (page.mayStore) documents.push(await storePage(day, page));
          else notStored.push(page.url.href);
          ctx.heartbeat({ pages_crawled: documents.length + notStored.length, url: page.url.href });
        },
      });
    } catch (error) {
      if (error instanceof DownloadError)
        throw new TaskError(`robots.txt of ${start.origin}: ${error.message}`, { cause: error });
      throw error;
    } finally {
      await served?.close();
    }
    refuseEmpty(start, outcome);

    for (const { url: page, reason, message } of outcome.failures) {
      // A broken link is a finding about the site. Anything else means that our picture of it is incomplete.
      if (reason !== 'http_404' && reason !== 'http_410') ctx.warn(`${page}: ${message}`);
    }
    if (outcome.stoppedBy) {
      ctx.warn(`stopped at ${outcome.stoppedBy} = ${limits[outcome.stoppedBy]}; known addresses left unread: ${outcome.unread}`);
    }
    await storeIndex(day, {
      base_url: start.href,
      date: ctx.date,
      session_id: ctx.taskId,
      total_pages: outcome.pages,
      documents,
      failures: outcome.failures,
      skipped_by_robots: outcome.skippedByRobots,
      not_html: outcome.notHtml,
      duplicates: outcome.duplicates,
      off_site: outcome.offSite,
      not_stored: notStored,
      unread: outcome.unread,
      stopped_by: outcome.stoppedBy,
    });
    const counts = {
      pages_crawled: outcome.pages,
      documents_crawled: documents.length,
      pages_failed: outcome.failures.length,
      bytes: outcome.bytes,
      skipped_by_robots: outcome.skippedByRobots.length,
    };
    ctx.log.info('site crawled', { site: start.host, ...counts });
    return { ...counts, sources: { [start.host]: documents.length }, sources_processed: 1 };
  },
});

/** A crawl that read nothing is a failure, never a success with zero pages. */
function refuseEmpty(start: URL, outcome: CrawlOutcome): void {
  if (outcome.pages > 0) return;
  const [first] = outcome.failures;
  if (first)
    throw new TaskError(
      `no page of ${start.href} could be read (${outcome.failures.length} tried). ${first.url}: ${first.message}`,
    );
  if (outcome.skippedByRobots.length > 0) {
    throw new PermanentError(
      `robots.txt of ${start.origin} forbids ${start.pathname} to daychain-civic: there is nothing to crawl`,
    );
  }
  throw new PermanentError(`${start.href} is no HTML page: give task_firecrawl the address of a page as params.url`);
}
