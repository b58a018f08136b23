import { defineTask } from 'daychain';
import { claimBatch } from 'daychain/kit';
import { emailsOn, isLegalPage, pageFacts } from '../lib/page-facts.js';
import { queues } from '../lib/queues.js';
import { keepFound } from '../lib/rows.js';

export default defineTask({
  summary: 'Read pages for contacts; legal pages are filtered',
  tags: ['queue', 'pages'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const web = await ctx.clients.web();
    const { PAGE_CURATION_SCHEDULER_BATCH_SIZE: size, LEADS_ITEM_TIMEOUT: timeout } = ctx.settings;
    const done = await claimBatch(ctx, db, { ...queues.pages, size, timeout }, async ({ id, url }, { signal }) => {
      if (isLegalPage(url)) return { as: 'Filtered', label: 'filtered' };
      const { text } = await web.get(url, signal);
      const emails = emailsOn(text);
      return {
        label: emails.length > 0 ? 'with_contacts' : 'without_contacts',
        write: async (transaction) => {
          await transaction
            .updateTable('pages')
            .set({ title: pageFacts(text).title })
            .where('id', '=', id)
            .execute();
          await keepFound(
            transaction,
            'contacts',
            emails.map((email) => ({ page_id: id, email })),
          );
        },
      };
    });
    return done.processed === 0 ? ctx.noWork('no_pages_queued') : done;
  },
});
