import { join } from 'node:path';
import { defineTask, TaskError, z } from 'daychain';
import { crawlSource } from '../lib/crawl/crawl-source.js';
import { chooseSources, readSources, sourceOf } from '../lib/crawl/sources.js';
import { readSource, storeDay, type SourceIndex } from '../lib/crawl/stored.js';
import { dayFolder, inProject } from '../lib/files.js';

export default defineTask({
  summary: 'Crawl the town’s web site, source by source',
  tags: ['crawl'],
  timeout: '30 minutes',
  // Its own time, as before; the chain at six finds it done, or does it if three o'clock was missed.
  schedule: { daily: '03:00' },
  params: z.object({
    /** Names of sources. Default: all. */
    sources: z.array(z.string()).min(1).optional(),
    /** Another site instead of the sources. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** Instead of what each source says: `scrape` reads its address alone. */
    method: z.enum(['crawl', 'scrape']).optional(),
    maxPages: z.number().int().min(1).max(5_000).optional(),
    maxDepth: z.number().int().min(0).max(20).optional(),
    maxPageBytes: z.number().int().min(1).default(1_048_576),
    maxBytes: z.number().int().min(1).default(52_428_800),
    sitemap: z.boolean().default(true),
  }),
  async run(ctx) {
    const { sources: names, url, method, ...limits } = ctx.params;
    const file = ctx.settings.CRAWL_SOURCES ?? inProject('data', 'sources.json');
    const chosen = url === undefined ? chooseSources(await readSources(file), names) : [sourceOf(url)];
    const day = dayFolder(ctx);
    const done = await ctx.forEach(chosen, { key: ({ name }) => name }, async (source) => {
      await crawlSource(ctx, method ? { ...source, method } : source, limits);
    });

    const crawled: SourceIndex[] = [];
    for (const { name } of chosen) {
      const index = await readSource(day, name);
      // One that failed this time may have an index of an earlier run: it is not this run's.
      if (index?.session_id === ctx.taskId) crawled.push(index);
    }
    if (crawled.length < done.succeeded) throw new TaskError(`${join(day, 'crawl')} lost sources while it was crawled`);
    const index = await storeDay(day, ctx.date, crawled);
    for (const warning of crawled.flatMap(findings)) ctx.warn(warning);

    const of = (change: string) => index.documents.filter((document) => document.change === change).length;
    const counts = {
      pages_crawled: index.total_pages,
      documents_crawled: index.documents.length,
      pages_new: of('new'),
      pages_changed: of('changed'),
      pages_unchanged: of('unchanged'),
      pages_failed: index.failures.length,
      pdfs_found: index.pdfs.length,
      bytes: crawled.reduce((sum, { bytes }) => sum + bytes, 0),
      skipped_by_robots: index.skipped_by_robots.length,
    };
    ctx.log.info('site crawled', counts);
    const sources = Object.fromEntries(crawled.map(({ source, documents }) => [source, documents.length]));
    return { ...counts, sources, sources_processed: crawled.length };
  },
});

/** A broken link is a finding about the site. Anything else means that our picture of it is incomplete. */
function findings({ source, failures, stopped_by, unread, expected_count, documents, traps }: SourceIndex): string[] {
  const broken = failures.filter(({ reason }) => reason !== 'http_404' && reason !== 'http_410');
  return [
    ...broken.map(({ url, message }) => `${source}: ${url}: ${message}`),
    ...(stopped_by ? [`${source}: stopped at ${stopped_by}; known addresses left unread: ${unread}`] : []),
    ...(documents.length < (expected_count ?? 0) ? [`${source}: ${documents.length} documents, expected ${expected_count}`] : []),
    ...(traps.length > 0 ? [`${source}: ${traps.length} addresses look made up without end, ${traps[0]} first`] : []),
  ];
}
