import { defineTask, PermanentError } from 'daychain';
import { claimBatch } from 'daychain/kit';
import { queues } from '../lib/queues.js';
import { keepFound } from '../lib/rows.js';
import { isOn, readSitemap, sitemapsIn } from '../lib/sitemap.js';
import type { Web } from '../lib/web.js';

export default defineTask({
  summary: 'Find the sitemaps of each domain, and queue their import',
  tags: ['queue', 'sitemaps'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const web = await ctx.clients.web();
    const { DOMAIN_SITEMAP_SCHEDULER_BATCH_SIZE: size, LEADS_ITEM_TIMEOUT: timeout } = ctx.settings;
    const done = await claimBatch(ctx, db, { ...queues.sitemaps, size, timeout }, async ({ id, domain }, { signal }) => {
      const urls = await sitemapsOf(domain, web, signal);
      return {
        label: 'found',
        write: (transaction) =>
          keepFound(
            transaction,
            'sitemap_files',
            urls.map((url) => ({ domain_id: id, url })),
          ),
      };
    });
    return done.processed === 0 ? ctx.noWork('no_sitemaps_queued') : done;
  },
});

/** What robots.txt names, else the usual place. A domain without any has failed: "submitted" never means "nothing found". */
async function sitemapsOf(domain: string, web: Web, signal: AbortSignal): Promise<string[]> {
  const robots = await web.get(`https://${domain}/robots.txt`, signal).then(
    ({ text }) => text,
    (error: unknown) => missing(error, ''),
  );
  const named = sitemapsIn(robots).filter((url) => isOn(domain, url));
  if (named.length > 0) return named;
  const usual = `https://${domain}/sitemap.xml`;
  const page = await web.get(usual, signal).catch((error: unknown) => missing(error, null));
  if (page === null) throw new PermanentError(`${domain} has no sitemap: neither in robots.txt nor at /sitemap.xml`);
  readSitemap(page.text);
  return [usual];
}

/** A file that is not there is an answer; everything else is an error to be tried again. */
function missing<T>(error: unknown, answer: T): T {
  if ((error as { fate?: unknown }).fate === 'give_up') return answer;
  throw error;
}
