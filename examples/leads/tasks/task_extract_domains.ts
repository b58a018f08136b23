import { defineTask, PermanentError } from 'daychain';
import { claimBatch } from 'daychain/kit';
import { sql } from 'kysely';
import { queues } from '../lib/queues.js';

export default defineTask({
  summary: 'Find the domain of each business’s website, and queue it',
  tags: ['queue', 'domains'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const web = await ctx.clients.web();
    const { DOMAIN_EXTRACTION_SCHEDULER_BATCH_SIZE: size, LEADS_ITEM_TIMEOUT: timeout } = ctx.settings;
    const done = await claimBatch(ctx, db, { ...queues.businesses, size, timeout }, async ({ website }, { signal }) => {
      if (website === null) return 'no_website';
      if (!URL.canParse(website)) throw new PermanentError(`${JSON.stringify(website)} is no address of a website`);
      // Maps name old addresses: what counts is where they lead to.
      const { url } = await web.get(new URL(website).href, signal);
      const domain = new URL(url).hostname.replace(/^www\./, '');
      return {
        label: 'extracted',
        // A new domain waits for task_process_domains: that is its status from the start.
        write: (transaction) =>
          transaction
            .insertInto('domains')
            .values({ domain })
            .onConflict((conflict) => conflict.column('domain').doUpdateSet({ seen_at: sql`now()` }))
            .execute(),
      };
    });
    return done.processed === 0 ? ctx.noWork('no_businesses_queued') : done;
  },
});
