import { defineTask } from 'daychain';
import { claimBatch } from 'daychain/kit';
import { queues } from '../lib/queues.js';
import { keepFound } from '../lib/rows.js';
import { isOn, readSitemap } from '../lib/sitemap.js';

export default defineTask({
  summary: 'Read sitemaps into pages; the files of an index are queued in their turn',
  tags: ['queue', 'sitemaps'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const web = await ctx.clients.web();
    const { SITEMAP_IMPORT_SCHEDULER_BATCH_SIZE: size, LEADS_ITEM_TIMEOUT: timeout } = ctx.settings;
    const done = await claimBatch(ctx, db, { ...queues.imports, size, timeout }, async ({ id, domain_id, url }, { signal }) => {
      const { domain } = await db.selectFrom('domains').select('domain').where('id', '=', domain_id).executeTakeFirstOrThrow();
      const { kind, entries } = readSitemap((await web.get(url, signal)).text);
      const own = entries.filter((entry) => isOn(domain, entry));
      return {
        label: kind,
        write: async (transaction) => {
          const found = own.map((entry) => ({ domain_id, url: entry }));
          await keepFound(transaction, kind === 'index' ? 'sitemap_files' : 'pages', found);
          await transaction.updateTable('sitemap_files').set({ urls: own.length }).where('id', '=', id).execute();
        },
      };
    });
    return done.processed === 0 ? ctx.noWork('no_sitemaps_to_import') : done;
  },
});
