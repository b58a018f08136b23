import { join } from 'node:path';
import { defineTask, TaskError, z } from 'daychain';
import { crawlFolder, readCrawl } from '../lib/crawl/stored.js';
import { dayFolder, readText, shownPath } from '../lib/files.js';
import { writeSearchIndex, type IndexedDocument } from '../lib/search/search-index.js';

export default defineTask({
  summary: 'Build the full-text index of what was crawled',
  tags: ['search'],
  params: z.object({
    /** Language of the documents: decides how words are told apart. */
    language: z.enum(['fr']).default('fr'),
  }),
  async run(ctx) {
    const day = dayFolder(ctx);
    const crawled = await readCrawl(day);
    // Not the same as an empty crawl: here nobody has looked yet, so the date stays runnable.
    if (crawled === null) return ctx.skip(`no crawl of ${ctx.date}: run task_firecrawl for that date first`, { settled: false });
    if (crawled.documents.length === 0) return ctx.noWork('no_documents_to_index');

    const documents: IndexedDocument[] = [];
    for (const { file, url, title } of crawled.documents) {
      ctx.signal.throwIfAborted();
      const path = join(crawlFolder(day), `${file}.md`);
      const markdown = await readText(path);
      if (markdown === null)
        throw new TaskError(
          `${shownPath(path)} is missing although the crawl names it: run task_firecrawl for ${ctx.date} again`,
        );
      documents.push({ url, title, markdown });
    }
    const counts = await writeSearchIndex(join(day, 'search.json'), documents);
    ctx.log.info('documents indexed', { ...counts });
    return { ...counts, index: join(ctx.date, 'search.json') };
  },
});
