import { join } from 'node:path';
import { defineTask } from 'daychain';
import { readCrawl } from '../lib/crawl/stored.js';
import { dayFolder, shownPath, writeWhole } from '../lib/files.js';
import { composeDay } from '../lib/report/day-report.js';
import { toHtmlReport } from '../lib/report/html.js';
import { toMarkdownReport } from '../lib/report/markdown.js';
import { judgePart, type Part } from '../lib/report/part.js';
import { openSearchIndex } from '../lib/search/search-index.js';
import { readValidations } from '../lib/validations.js';
import type contributionsAnalysis from './task_contributions_analysis.js';
import type firecrawl from './task_firecrawl.js';
import type ragIndexing from './task_rag_indexing.js';

export default defineTask({
  summary: 'Write the report of the day, as HTML and Markdown',
  tags: ['report'],
  async run(ctx) {
    const day = dayFolder(ctx);
    const crawl = await readCrawl(day);
    const validations = await readValidations(day);
    const index = (await openSearchIndex(join(day, 'search.json')))?.counts ?? null;
    const parts = {
      crawl: believe(judgePart(ctx.upstream<typeof firecrawl>('task_firecrawl'), crawl !== null), crawl),
      contributions: believe(
        judgePart(ctx.upstream<typeof contributionsAnalysis>('task_contributions_analysis'), validations !== null),
        validations,
      ),
      search: believe(judgePart(ctx.upstream<typeof ragIndexing>('task_rag_indexing'), index !== null), index),
    };
    const report = composeDay(ctx.date, parts);
    ctx.signal.throwIfAborted();

    const html = join(day, 'report.html');
    const markdown = join(day, 'report.md');
    await writeWhole(html, toHtmlReport(report));
    await writeWhole(markdown, toMarkdownReport(report));
    const missing = Object.values(parts).filter(({ part }) => part.state === 'missing').length;
    if (missing > 0) ctx.warn(report.summary);
    ctx.log.info('report written', { report: shownPath(html), missing });
    return { report: shownPath(html), report_markdown: shownPath(markdown), complete: report.complete, missing };
  },
});

/** Data counts only where the part it comes from is done. */
function believe<T>(part: Part, data: T | null): { part: Part; data: T | null } {
  return { part, data: part.state === 'done' ? data : null };
}
