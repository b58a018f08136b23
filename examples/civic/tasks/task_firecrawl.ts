import { join } from 'node:path';
import { defineTask, TaskError, z } from 'daychain';
import { crawlSource } from '../lib/crawl/crawl-source.js';
import { countsOf, findings, sourcesOf } from '../lib/crawl/run.js';
import { chooseSources, readSources, sourceOf } from '../lib/crawl/sources.js';
import { storeDay } from '../lib/crawl/stored.js';
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

    const { all, crawled, kept } = await sourcesOf(day, chosen, ctx.taskId);
    if (crawled.length < done.succeeded) throw new TaskError(`${join(day, 'crawl')} lost sources while it was crawled`);
    await storeDay(day, ctx.date, ctx.taskId, all);
    for (const warning of crawled.flatMap(findings)) ctx.warn(warning);
    for (const { source, documents } of kept) {
      ctx.warn(`${source}: not read this time; its ${documents.length} documents of an earlier crawl of ${ctx.date} are kept`);
    }

    const counts = countsOf(crawled);
    ctx.log.info('site crawled', counts);
    const sources = Object.fromEntries(crawled.map(({ source, documents }) => [source, documents.length]));
    return { ...counts, sources, sources_processed: crawled.length, sources_kept: kept.map(({ source }) => source) };
  },
});
