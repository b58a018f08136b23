import { defineTask, PermanentError } from 'daychain';
import { HttpError } from 'daychain/kit';
import { answerSchema, openApi, recordSchema } from '../lib/api.js';
import { clientsOf, settingsOf } from '../lib/context.js';

export default defineTask({
  summary: 'Bring the records of the external API into the database',
  tags: ['sync'],
  retry: { retries: 3, delay: '1 minute', backoff: 2 },
  async run(ctx) {
    const { API_URL, API_TOKEN, API_TIMEOUT_SECONDS } = settingsOf(ctx);
    const api = await openApi(API_URL, API_TIMEOUT_SECONDS);
    try {
      const db = await clientsOf(ctx).sql();
      const headers = { authorization: `Bearer ${API_TOKEN}`, accept: 'application/json' };
      const { data } = (await api.http.get(api.url, { headers, signal: ctx.signal })).json(answerSchema);
      if (data.length === 0) return ctx.noWork('nothing_to_sync');
      const done = await ctx.forEach(data.entries(), { key: ([at]) => String(at) }, async ([at, raw]) => {
        const parsed = recordSchema.safeParse(raw);
        if (!parsed.success)
          throw new Error(`record ${at}: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`);
        const { id, name, revision } = parsed.data;
        const row = { name, revision, synced_for: ctx.runKey };
        const { numInsertedOrUpdatedRows = 0n } = await db
          .insertInto('records')
          .values({ id, ...row })
          // An answer that is older than what we have changes nothing.
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row).where('records.revision', '<', revision))
          .executeTakeFirstOrThrow();
        return numInsertedOrUpdatedRows > 0n ? 'written' : 'unchanged';
      });
      return { records: done.processed, written: done.count('written'), refused: done.failed };
    } catch (error) {
      // A token that is not taken stays one, however often it is shown.
      if (error instanceof HttpError && (error.status === 401 || error.status === 403)) {
        throw new PermanentError(`the API refused API_TOKEN with ${error.status}: set another one`, { cause: error });
      }
      throw error;
    } finally {
      await api.close();
    }
  },
});
