import { defineTask } from 'daychain';
import { claimBatch, requeue } from 'daychain/kit';
import { pageFacts } from '../lib/page-facts.js';
import { queues } from '../lib/queues.js';

export default defineTask({
  summary: 'Read what each domain says of itself, and queue the search for its sitemaps',
  tags: ['queue', 'domains'],
  // Several runs may be at it at once: the queue keeps their rows apart.
  lock: { by: 'run' },
  async run(ctx) {
    const db = await ctx.clients.sql();
    const web = await ctx.clients.web();
    const { DOMAIN_SCHEDULER_BATCH_SIZE: size, LEADS_ITEM_TIMEOUT: timeout } = ctx.settings;
    const options = { ...queues.domains, size, timeout, concurrency: 4 };
    const done = await claimBatch(ctx, db, options, async ({ id, domain }, { signal }) => {
      const facts = pageFacts((await web.get(`https://${domain}/`, signal)).text);
      return {
        label: facts.language ?? 'language_unknown',
        write: async (transaction) => {
          await transaction.updateTable('domains').set(facts).where('id', '=', id).execute();
          await requeue(transaction, queues.sitemaps, { keys: [id] });
        },
      };
    });
    return done.processed === 0 ? ctx.noWork('no_domains_pending') : done;
  },
});
