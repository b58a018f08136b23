import { defineTask, z } from 'daychain';
import { claimBatch } from 'daychain/kit';
import { queues } from '../lib/queues.js';

/** By debounce.io's codes: 1 is a syntax error, 2 a spam trap, 3 a throw-away address, 6 one that bounces. */
const VERDICTS: Record<string, string> = {
  1: 'invalid',
  2: 'invalid',
  3: 'invalid',
  4: 'accept_all',
  5: 'valid',
  6: 'invalid',
  7: 'unknown',
  8: 'role',
};
const NO_CODE = 'no code from 1 to 8';
const code = z.union([z.number(), z.string()], NO_CODE).transform(String);
const error = z.unknown().refine((said) => !said, { error: ({ input }) => `it says ${JSON.stringify(input)}` });
/** An error has code 0, and may come with status 200: it is no verdict. */
const answer = z.object({
  debounce: z.object({ code: code.refine((one) => Object.hasOwn(VERDICTS, one), NO_CODE), error: error.optional() }),
  success: z.literal(['1', 1, true], 'no success').optional(),
});

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
      const email_verdict = VERDICTS[debounce.code]!;
      return {
        label: email_verdict,
        write: (transaction) => transaction.updateTable('contacts').set({ email_verdict }).where('id', '=', id).execute(),
      };
    });
    return done.processed === 0 ? ctx.noWork('no_contacts_queued') : done;
  },
});
