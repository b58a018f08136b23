import { defineTask, z } from 'daychain';
import { claimBatch } from 'daychain/kit';
import { queues } from '../lib/queues.js';

/** As debounce.io answers: code 5 is "safe to send". */
const answer = z.object({ debounce: z.object({ code: z.coerce.number().int(), reason: z.string().default('') }) });
const VERDICTS: Record<number, string> = { 5: 'valid', 4: 'accept_all', 8: 'role', 7: 'unknown' };

export default defineTask({
  summary: 'Have addresses checked by debounce.io',
  tags: ['queue', 'contacts'],
  needs: ['DEBOUNCE_API_KEY'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const http = await ctx.clients.http();
    const { DEBOUNCE_VALIDATION_SCHEDULER_BATCH_SIZE: size, LEADS_ITEM_TIMEOUT: timeout, DEBOUNCE_URL } = ctx.settings;
    const done = await claimBatch(ctx, db, { ...queues.debounce, size, timeout }, async ({ id, email }, { signal }) => {
      const url = new URL('/v1/', DEBOUNCE_URL);
      url.search = new URLSearchParams({ api: ctx.settings.DEBOUNCE_API_KEY!, email }).toString();
      const { debounce } = (await http.get(url, { signal })).json(answer);
      // An answer that is none of these is no approval.
      const email_verdict = VERDICTS[debounce.code] ?? 'invalid';
      return {
        label: email_verdict,
        write: (transaction) => transaction.updateTable('contacts').set({ email_verdict }).where('id', '=', id).execute(),
      };
    });
    return done.processed === 0 ? ctx.noWork('no_contacts_queued') : done;
  },
});
