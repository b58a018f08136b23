import { defineTask } from 'daychain';
import { claimBatch, requeue } from 'daychain/kit';
import { sql } from 'kysely';
import { queues } from '../lib/queues.js';

export default defineTask({
  summary: 'Look places up and keep the businesses found there',
  tags: ['queue', 'places'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const places = await ctx.clients.places();
    const { DEEP_SCAN_SCHEDULER_BATCH_SIZE: size, LEADS_ITEM_TIMEOUT: timeout } = ctx.settings;
    const done = await claimBatch(ctx, db, { ...queues.places, size, timeout }, async ({ place_id }, { signal }) => {
      const found = await places.details(place_id, signal);
      return {
        label: found.website === null ? 'without_website' : 'with_website',
        write: async (transaction) => {
          const { id } = await transaction
            .insertInto('businesses')
            .values({ place_id, ...found })
            .onConflict((conflict) => conflict.column('place_id').doUpdateSet({ ...found, seen_at: sql`now()` }))
            .returning('id')
            .executeTakeFirstOrThrow();
          await requeue(transaction, queues.businesses, { keys: [id] });
        },
      };
    });
    return done.processed === 0 ? ctx.noWork('no_places_queued') : done;
  },
});
